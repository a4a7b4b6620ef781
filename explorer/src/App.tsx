import { useEffect, useRef } from "react";
import { useConfig } from "./context.tsx";
import { Pipeline } from "./pages/Pipeline.tsx";
import { Pool } from "./pages/Pool.tsx";
import { Pools } from "./pages/Pools.tsx";
import { Sink } from "./pages/Sink.tsx";
import { Source } from "./pages/Source.tsx";
import { Boundary } from "./parts/Boundary.tsx";
import { Nowhere } from "./parts/Nowhere.tsx";
import { href, parseRoute, type Route, useHash } from "./routes.ts";
import { Wallet } from "./wallet/Wallet.tsx";

export function App() {
  const { chainName } = useConfig();
  const hash = useHash();
  const main = useRef<HTMLElement>(null);
  const before = useRef(hash);
  // Who follows a link by keyboard or listens to the page is taken to what is new.
  useEffect(() => {
    if (before.current === hash) return;
    before.current = hash;
    window.scrollTo(0, 0);
    main.current?.focus();
  }, [hash]);
  return (
    <>
      <header>
        <button type="button" className="skip" onClick={() => main.current?.focus()}>
          Skip to what this page shows
        </button>
        <a href={href.pools()} className="title">
          Backpressure Economics
        </a>
        <span className="chain">{chainName}</span>
        <Wallet />
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <Boundary key={hash}>
          <Page route={parseRoute(hash)} />
        </Boundary>
      </main>
    </>
  );
}

function Page({ route }: { route: Route }) {
  if (route.name === "pools") return <Pools />;
  if (route.name === "pool") return <Pool taskTypeId={route.taskTypeId} />;
  if (route.name === "pipeline") return <Pipeline taskTypeId={route.taskTypeId} />;
  if (route.name === "sink") return <Sink taskTypeId={route.taskTypeId} account={route.account} />;
  if (route.name === "source") return <Source taskTypeId={route.taskTypeId} account={route.account} />;
  return <Nowhere why="The address names no pool, sink, source or pipeline." />;
}
