import { Command, Option } from "commander";
import { Hono } from "hono";
import type { LocalAccount } from "viem";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { addressSchema } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { portField, readConfig, secondsField, switchField, tokensField } from "../../services/runtime/config.ts";
import { Health } from "../../services/runtime/health.ts";
import { addOperations } from "../../services/runtime/httpServer.ts";
import { type Lifecycle, runService, untilInterrupted } from "../../services/runtime/lifecycle.ts";
import { createLogger, LOG_LEVELS, type Logger } from "../../services/runtime/logger.ts";
import { PayingClient } from "../../x402/buyer/payingClient.ts";
import type { Exposure } from "../../x402/buyer/purse.ts";
import { addChainOptions, type ChainContext, chainFields, openChain, poolOf } from "../context.ts";
import { every } from "../every.ts";
import { watchChain } from "../freshness.ts";
import { inTokens, sidecarMetrics } from "../metrics.ts";
import { parseBudget } from "./budget.ts";
import { startGateway } from "./gateway.ts";
import { localToken } from "./guard.ts";

const EXAMPLES = `
Examples:
  $ npx --no-install backpressure buy --network base --task-type summarise --budget 5/day --sinks 0x12…,0x34…
  $ npx --no-install backpressure buy --network base --task-type summarise --budget 1/hour,5/day --any-sink

It prints what an agent needs: OPENAI_BASE_URL and OPENAI_API_KEY. The account is one of its own: what is in it is the most
that can ever be lost. Every flag can be a variable: BUY_MAX_TASK for --max-task. Environment (or .env): PRIVATE_KEY,
KEYSTORE_PASSWORD, BASE_RPC_URL and its like, DEPLOYMENTS_DIR, BACKPRESSURE_DATA (what must outlive the process; default:
data).
`;

const urlField = z.string().refine((text) => URL.canParse(text), "not a URL");

const schema = z.object({
  ...chainFields,
  taskType: z.string(),
  budget: z.string().transform(parseBudget),
  maxTask: tokensField.default(10n ** 16n),
  sinks: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(addressSchema))
    .optional(),
  anySink: switchField,
  allowPrivate: switchField,
  header: z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]).default([]),
  /** Milliseconds. */
  idle: secondsField.default(3_600_000),
  /** Milliseconds. */
  patience: secondsField.default(900_000),
  listen: portField(8402),
  oneShot: tokensField.optional(),
  float: tokensField.optional(),
  topUp: tokensField.optional(),
  facilitator: urlField.optional(),
  publicUrl: urlField.optional(),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});

type Config = z.output<typeof schema>;

/** `backpressure buy`. */
export function buyProgram(terminal: Terminal): Command {
  const command = new Command("buy").description(
    "Buy the work of a pool: a local proxy that pays for what goes through it.",
  );
  return addChainOptions(command)
    .option("--task-type <name>", "the pool: its name in the records, or its 32 bytes")
    .option("--budget <amounts>", "the most to spend, deposit included: 5/day, or 1/hour,5/day")
    .option("--max-task <tokens>", "the most that one task may cost (default: 0.01)")
    .option("--sinks <addresses>", "the only agents that may see what is sent")
    .option("--any-sink", "any agent of the pool may see what is sent: they are strangers")
    .option("--allow-private", "call agents in one's own network too (always, if local)")
    .option("--header <names...>", "headers that agents may see, beside accept, accept-language and content-type")
    .option("--one-shot <tokens>", "whoever has no key may pay so much for one task, by x402's scheme exact (USDC)")
    .option("--float <tokens>", "how far the stream may be ahead of such payments (default: the budget, once)")
    .option("--top-up <tokens>", "wrap what they have paid whenever it is so much, so that the stream lives on it")
    .option("--facilitator <url>", "who settles them (default: this program, which pays the gas)")
    .option("--public-url <url>", "what they call this gateway, behind your TLS (default: 127.0.0.1 only)")
    .option("--idle <seconds>", "the stream ends after so long without a task (default: 3600)")
    .option("--patience <seconds>", "how long a task waits until an agent owes it (default: 900)")
    .option("--listen <port>", "port on 127.0.0.1 (default: 8402)")
    .addOption(new Option("--log-level <level>", "least that is logged (default: info)").choices(LOG_LEVELS))
    .addHelpText("after", EXAMPLES)
    .action(async (flags) => {
      const config = readConfig(schema, { flags, env: terminal.env, prefix: "BUY" });
      if (config.sinks === undefined && !config.anySink)
        throw new UsageError("whoever works sees what is sent: name agents with --sinks, or say --any-sink");
      if (config.topUp !== undefined && (config.oneShot === undefined || config.topUp === 0n))
        throw new UsageError("--top-up is above 0, and goes with --one-shot: what those payments bring is wrapped");
      const log = createLogger({ service: "buy", level: config.logLevel, write: terminal.error });
      const context = await openChain(config, terminal);
      await runService({ log, interrupted: terminal.onInterrupt() }, (life) =>
        buy(config, context, terminal, log, life),
      );
    });
}

async function buy(config: Config, context: ChainContext, terminal: Terminal, log: Logger, life: Lifecycle) {
  const { isPublic } = context.network;
  const pool = poolOf(context, config.taskType, "buy", terminal.env);
  const onError = (error: unknown) => log.warn({ error }, "a task or a look at the chain failed");
  const refreshEvery = isPublic ? 4 : 1;
  const { budget, maxTask: oneTask, sinks, idle, patience, header } = config;
  const paying = await PayingClient.open({
    ...{ ...pool, budget, oneTask, sinks, refreshEvery },
    ...{ idle: idle / 1000, patience: patience / 1000, headers: header.map((name) => name.toLowerCase()) },
    allowPrivate: config.allowPrivate || !isPublic,
    onWarning: (warning) => log.warn({ error: warning instanceof Error ? warning : undefined, warning }, "pay is lost"),
  });
  life.onStop("stream", () => paying.close());
  const { purse } = paying.account;
  const open =
    config.oneShot === undefined ? undefined : await openToPayers(config, config.oneShot, paying, log, onError);
  const health = new Health();
  const seen = watchChain(health);
  const metrics = sidecarMetrics("buy", {
    stream_tokens_per_hour: { help: "What streams to the pool.", value: () => inTokens(purse.flowRate * 3600n) },
  });
  const operations = new Hono();
  addOperations(operations, health, metrics.registry);
  const token = await localToken(pool.client.account as LocalAccount, pool.client.chain.id);
  const gateway = await startGateway({
    ...{ port: config.listen, token, onError, onAnswer: metrics.onAnswer },
    ...{ counter: open?.counter, publicUrl: config.publicUrl },
    pay: (path, init) => {
      open?.stream.asked(oneTask);
      return paying.fetch(path, init);
    },
    operations: (request) => operations.fetch(request),
  });
  life.onStop("tasks under way", gateway.stop);
  const refresh = async () => {
    await paying.refresh();
    await open?.look(refreshEvery);
    seen();
  };
  const look = every(refreshEvery, life.interrupted, refresh, onError);
  terminal.out(`${atStake(purse.account, await purse.exposure())}
OPENAI_BASE_URL=${gateway.url} OPENAI_API_KEY=${token}
`);
  log.info({ listens: new URL(gateway.url).host, source: purse.account }, "ready");
  await untilInterrupted(life.interrupted);
  await look;
}

/** A float that nobody has said is what the owner is ready to lose anyway. */
async function openToPayers(
  config: Config,
  price: bigint,
  paying: PayingClient,
  log: Logger,
  onError: (error: unknown) => void,
) {
  const { budget, facilitator, topUp } = config;
  const float = config.float ?? budget.perHour ?? budget.perDay ?? 0n;
  const onTopUp = (amount: bigint) => log.info({ amount }, "wrapped");
  // x402's own schemes: 30 MB that only a counter needs.
  const { openCounter } = await import("../oneShot/openCounter.ts");
  return openCounter({ paying, price, float, facilitator, topUp, onTopUp, onError });
}

/** Said before a stream is opened: the first task opens it. */
const atStake = (account: string, { atMost, toLiquidator }: Exposure): string =>
  `${account} pays. If this process dies and nobody starts it again, you lose at most ${formatAmount(atMost)} tokens, ` +
  `which is all that this account holds; up to ${formatAmount(toLiquidator)} of it go to whoever closes the empty stream.`;
