import { once } from "node:events";
import type { Terminal } from "../ts/core/commandLine.ts";
import { ToolFailedError } from "../ts/core/errors.ts";
import { spawnSupervised } from "../ts/localchain/supervised.ts";

export type IndexerProcess = {
  url: string;
  /** Rejects if it ends by itself. */
  ended: Promise<never>;
  stop: () => Promise<void>;
};

/** Milliseconds that it has to write down what it knows. */
const PATIENCE = 6_000;

/** Starts the indexer as a process that does not outlive this one; resolves once it answers. */
export async function startIndexer(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<IndexerProcess> {
  const program = ["--import", "tsx", "ts/operate/indexer/main.ts", ...args];
  const child = spawnSupervised(process.execPath, program, environment as Record<string, string>);
  const closed = once(child, "close");
  let stopping = false;
  let said = "";
  const ended = closed.then((): Promise<never> => {
    if (stopping) return new Promise(() => {});
    throw new ToolFailedError("the indexer ended", { details: said.trim().slice(-2000) });
  });
  ended.catch(() => {});
  const url = new Promise<string>((found) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-10_000);
        const [address] = /http:\/\/\S+(?=\/graphql)/.exec(said) ?? [];
        if (address !== undefined) found(address);
        const speed = /^indexed .*$/m.exec(text)?.[0];
        if (speed !== undefined) terminal.out(`Indexer: ${speed}\n`);
      });
    }
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode !== null || child.pid === undefined) return;
    // To the whole group: the indexer itself stands behind the guard that ends it with us.
    process.kill(-child.pid, "SIGTERM");
    const timer = setTimeout(() => child.stdin?.destroy(), PATIENCE);
    await closed;
    clearTimeout(timer);
  };
  return { url: await Promise.race([url, ended]), ended, stop };
}
