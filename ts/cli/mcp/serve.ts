import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { LocalAccount } from "viem";
import type { Terminal } from "../../core/commandLine.ts";
import { resolveTaskType } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { type Lifecycle, untilInterrupted } from "../../services/runtime/lifecycle.ts";
import type { Logger } from "../../services/runtime/logger.ts";
import { localToken } from "../buy/guard.ts";
import { type ChainContext, folderOf } from "../context.ts";
import type { Config } from "./config.ts";
import { startMcpHttp } from "./httpServer.ts";
import { createMcpServer } from "./server.ts";
import { Wallet } from "./wallet.ts";

/** What `backpressure mcp` does, until it is interrupted or its input ends. */
export async function serve(config: Config, context: ChainContext, terminal: Terminal, log: Logger, life: Lifecycle) {
  const wallet = walletOf(config, context, terminal, log);
  life.onStop("streams", async () => wallet?.end());
  const { client, deployment, record } = context;
  const create = () => createMcpServer({ client, deployment, fromBlock: BigInt(record.block), wallet });
  if (config.http !== undefined) return serveHttp(config.http, create, context, terminal, log, life);
  const server = create();
  const gone = new Promise<void>((resolve) => {
    // Who started it closes its input when it is done.
    process.stdin.once("end", resolve);
  });
  await server.connect(new StdioServerTransport());
  life.onStop("tools", () => server.close());
  await Promise.race([gone, untilInterrupted(life.interrupted)]);
}

async function serveHttp(
  port: number,
  create: () => McpServer,
  { client }: ChainContext,
  terminal: Terminal,
  log: Logger,
  life: Lifecycle,
) {
  const token = await localToken(client.account as LocalAccount, client.chain.id, "mcp");
  const onError = (error: unknown) => log.warn({ error }, "a call has failed");
  const server = await startMcpHttp({ port, token, create, onError });
  life.onStop("tools", server.stop);
  terminal.out(`MCP_URL=${server.url} MCP_TOKEN=${token}\n`);
  await untilInterrupted(life.interrupted);
}

/** @throws {UsageError} with half of what spending needs. */
function walletOf(
  { budget, pools, sinks, anySink, maxTask }: Config,
  context: ChainContext,
  { env }: Terminal,
  log: Logger,
) {
  if (budget === undefined && pools === undefined) return undefined;
  if (budget === undefined || pools === undefined) throw new UsageError("spending needs both: --budget and --pools");
  if (sinks === undefined && !anySink)
    throw new UsageError("whoever works sees what is sent: name agents with --sinks, or say --any-sink");
  const { client, deployment, record, network } = context;
  return new Wallet({
    ...{ client, deployment, budget, sinks, oneTask: maxTask, fromBlock: BigInt(record.block) },
    pools: pools.map((name) => resolveTaskType({ record }, name)),
    folder: folderOf(context, "mcp", env),
    allowPrivate: !network.isPublic,
    refreshEvery: network.isPublic ? 4 : 1,
    onWarning: (warning) => log.warn({ error: warning instanceof Error ? warning : undefined, warning }, "pay is lost"),
  });
}
