import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { WagmiProvider } from "wagmi";
import { App } from "./App.tsx";
import { loadConfig } from "./config.ts";
import { ConfigContext } from "./context.tsx";
import "./style.css";
import { walletsOf } from "./wallet/connection.ts";

// What fails is asked again at the next look, and said at once.
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, networkMode: "always", gcTime: 3_600_000 } },
});
const root = createRoot(document.getElementById("root") as HTMLElement);

try {
  const config = await loadConfig();
  root.render(
    <StrictMode>
      <ConfigContext value={config}>
        <WagmiProvider config={walletsOf(config)}>
          <QueryClientProvider client={queries}>
            <App />
          </QueryClientProvider>
        </WagmiProvider>
      </ConfigContext>
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <main>
      <h1>The page does not know what to look at</h1>
      <p role="alert">{(error as Error).message}</p>
    </main>,
  );
}
