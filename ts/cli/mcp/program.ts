import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { Command } from "commander";
import type { LocalAccount } from "viem";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { addressSchema, resolveTaskType } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { optionalPortField, readConfig, switchField, tokensField } from "../../services/runtime/config.ts";
import { type Lifecycle, runService, untilInterrupted } from "../../services/runtime/lifecycle.ts";
import { createLogger, type Logger } from "../../services/runtime/logger.ts";
import { parseBudget } from "../buy/budget.ts";
import { localToken } from "../buy/guard.ts";
import { addChainOptions, type ChainContext, chainFields, folderOf, openChain } from "../context.ts";
import { startMcpHttp } from "./httpServer.ts";
import { createMcpServer } from "./server.ts";
import { Wallet } from "./wallet.ts";

const list = z.string().transform((text) => text.split(","));

const schema = z.object({
  ...chainFields,
  budget: z.string().transform(parseBudget).optional(),
  pools: list.optional(),
  sinks: list.pipe(z.array(addressSchema)).optional(),
  anySink: switchField,
  maxTask: tokensField.default(10n ** 16n),
  http: optionalPortField,
});

type Config = z.output<typeof schema>;

/** `backpressure mcp`. */
export function mcpProgram(terminal: Terminal): Command {
  return addChainOptions(
    new Command("mcp").description(
      "Tools for a model, over stdio or HTTP: find and read pools; spend, within a budget.",
    ),
  )
    .option("--budget <amounts>", "the most that the model may spend in all pools: 5/day; nothing if not said")
    .option("--pools <names>", "the only pools that it may pay, separated by commas")
    .option("--sinks <addresses>", "the only agents that may see what is sent")
    .option("--any-sink", "any agent of the pools may see what is sent: they are strangers")
    .option("--max-task <tokens>", "the most that one task may cost (default: 0.01)")
    .option("--http <port>", "over HTTP at this port of 127.0.0.1, with a token that is printed (default: over stdio)")
    .action(async (flags) => {
      const config = readConfig(schema, { flags, env: terminal.env, prefix: "MCP" });
      const log = createLogger({ service: "mcp", level: "info", write: terminal.error });
      const context = await openChain(config, terminal);
      await runService({ log, interrupted: terminal.onInterrupt() }, (life) =>
        serve(config, context, terminal, log, life),
      );
    });
}

async function serve(config: Config, context: ChainContext, terminal: Terminal, log: Logger, life: Lifecycle) {
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
