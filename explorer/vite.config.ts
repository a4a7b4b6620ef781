import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Wherever the page is put.
  base: "./",
  plugins: [react()],
  // The SDK is read from its sources, which find theirs elsewhere.
  resolve: { dedupe: ["viem"] },
  build: { chunkSizeWarningLimit: 1500 },
});
