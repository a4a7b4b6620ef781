import { Command, Option } from "commander";
import { Hono } from "hono";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { UsageError } from "../../core/errors.ts";
import { startSignalLoop } from "../../sdk/sink/startSignalLoop.ts";
import { portField, readConfig, tokensField, wholeNumber } from "../../services/runtime/config.ts";
import { Health } from "../../services/runtime/health.ts";
import { addOperations, startHttpServer } from "../../services/runtime/httpServer.ts";
import { type Lifecycle, runService, untilInterrupted } from "../../services/runtime/lifecycle.ts";
import { createLogger, LOG_LEVELS, type Logger } from "../../services/runtime/logger.ts";
import { Till } from "../../x402/seller/till.ts";
import { addChainOptions, type ChainContext, chainFields, openChain, poolOf } from "../context.ts";
import { every } from "../every.ts";
import { watchChain } from "../freshness.ts";
import { inTokens, sidecarMetrics } from "../metrics.ts";
import { joinPool } from "./join.ts";
import { ReceiptCarrier } from "./receipts.ts";
import { parseRoute } from "./routes.ts";
import { sellerOf } from "./seller.ts";
import { upstreamOf } from "./upstream.ts";
import { meterOf, WORK } from "./work.ts";

const EXAMPLES = `
Examples:
  $ npx --no-install backpressure sell --network base --task-type summarise --stake 50 \\
      --upstream http://127.0.0.1:8000 --work usage.total_tokens --price 0.000002 --public-url https://agent.example/v1
  $ npx --no-install backpressure sell --network base --task-type search --work request --price 0.001 \\
      --upstream http://127.0.0.1:9000 --route "GET /v1/search?q" --public-url https://agent.example/v1

Every flag can be a variable: SELL_MAX_TASK for --max-task. Environment (or .env): PRIVATE_KEY, KEYSTORE_PASSWORD,
BASE_RPC_URL and its like, DEPLOYMENTS_DIR, BACKPRESSURE_DATA (what must outlive the process; default: data),
UPSTREAM_AUTHORIZATION (sent to the upstream). Everything that no --route names is answered with 404.
`;

/** Sold where nothing is said: what agents ask models for. */
const CHAT = "POST /v1/chat/completions";

const url = z.string().refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "not an http or https URL");
const list = z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]);

const schema = z.object({
  ...chainFields,
  upstream: url,
  taskType: z.string(),
  work: z.enum(WORK),
  price: tokensField,
  maxTask: tokensField.optional(),
  maxOutput: wholeNumber.min(1, "at least 1").default(4096),
  model: list.default([]),
  route: list.optional(),
  header: list.default([]),
  publicUrl: url.optional(),
  stake: tokensField.optional(),
  concurrency: wholeNumber.min(1, "at least 1").default(16),
  host: z.string().default("127.0.0.1"),
  listen: portField(8401),
  port: portField(9473),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});

type Config = z.output<typeof schema>;

/** `backpressure sell`. */
export function sellProgram(terminal: Terminal): Command {
  const command = new Command("sell").description(
    "Sell what an HTTP server does: a reverse proxy that is paid by streams.",
  );
  return addChainOptions(command)
    .option("--upstream <url>", "the server that does the work: scheme, host and port")
    .option("--task-type <name>", "the pool that pays: its name in the records, or its 32 bytes")
    .addOption(new Option("--work <unit>", "how work is counted").choices(WORK))
    .option("--price <tokens>", "of one request, token, second or byte")
    .option("--max-task <tokens>", "the most that one task costs (default: from the price)")
    .option("--max-output <tokens>", "the longest answer, by usage (default: 4096)")
    .option("--model <names...>", "models that are sold, by usage (default: all)")
    .option("--route <routes...>", `what is sold (by usage, the default is "${CHAT}")`)
    .option("--header <names...>", "headers of buyers that the upstream may see, beside the usual ones")
    .option("--public-url <url>", "where buyers call, for the profile; needed unless local")
    .option("--stake <tokens>", "what the account puts up in all; needed the first time")
    .option("--concurrency <number>", "tasks at the same time (default: 16)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--listen <port>", "port for buyers (default: 8401)")
    .option("--port <number>", "port of /health and /metrics, on 127.0.0.1 (default: 9473)")
    .addOption(new Option("--log-level <level>", "least that is logged (default: info)").choices(LOG_LEVELS))
    .addHelpText("after", EXAMPLES)
    .action(async (flags) => {
      const config = readConfig(schema, { flags, env: terminal.env, prefix: "SELL" });
      const log = createLogger({ service: "sell", level: config.logLevel, write: terminal.error });
      const context = await openChain(config, terminal);
      await runService({ log, interrupted: terminal.onInterrupt() }, (life) =>
        sell(config, context, terminal, log, life),
      );
    });
}

async function sell(config: Config, context: ChainContext, terminal: Terminal, log: Logger, life: Lifecycle) {
  const pool = poolOf(context, config.taskType, "sell", terminal.env);
  const { client, deployment, taskTypeId } = pool;
  const { meter, oneTask } = meterOf({ ...config, models: config.model });
  const routes = routesOf(config);
  const health = new Health();
  const onError = (error: unknown) => log.warn({ error }, "the chain could not be used");

  const till = await Till.open({ ...pool, oneTask, concurrency: config.concurrency });
  life.onStop("state", () => till.close());
  let isUpstream = true;
  health.add("upstream", () => (isUpstream ? undefined : "the upstream does not answer"));
  const seen = watchChain(health);
  const metrics = sidecarMetrics("sell", {
    backlog_tokens: {
      help: "Reserved for tasks that are admitted and not finished.",
      value: () => inTokens(till.backlog),
    },
    capacity_units: { help: "What the sink can do, measured.", value: () => Number(till.measure().capacity) },
  });

  let answer: (request: Request) => Promise<Response> = async () => new Response("starting", { status: 503 });
  const server = await startHttpServer({
    app: { fetch: (request) => answer(request) },
    host: config.host,
    port: config.listen,
  });
  const endpoint = new URL(endpointOf(config, context, server.url));
  answer = sellerOf({
    ...{ till, work: meter, routes, endpoint, onAnswer: metrics.onAnswer },
    serve: upstreamOf({
      ...{ upstream: config.upstream, headers: config.header.map((name) => name.toLowerCase()) },
      authorization: terminal.env.UPSTREAM_AUTHORIZATION,
      onReached: (isReached) => {
        isUpstream = isReached;
      },
    }),
  });
  const { maxTask, profile } = { maxTask: String(oneTask), profile: profileOf(config, meter.unit, endpoint) };
  await joinPool(client, {
    ...{ deployment, taskTypeId, fromBlock: pool.fromBlock, stake: config.stake },
    profile: { ...profile, maxTask },
    onStep: (what) => log.info({ what }, "joined"),
  });
  const signals = await startSignalLoop(client, {
    ...{ deployment, taskTypeId, onError },
    measure: () => till.measure(),
    onSignal: ({ capacity, backlog }) => log.info({ capacity, backlog }, "signalled"),
  });
  const carrier = new ReceiptCarrier(client, { deployment, taskTypeId });
  life.onStop("receipts", () => carrier.carry(till.signedReceipts()));
  // The other way round: buyers are answered first, then nothing more is signalled, then receipts go.
  life.onStop("signals", signals.stop);
  life.onStop("tasks under way", server.stop);

  const operations = new Hono();
  addOperations(operations, health, metrics.registry);
  const inside = await startHttpServer({ app: operations, host: "127.0.0.1", port: config.port });
  life.onStop("health and metrics", inside.stop);

  const { epochLength, receiptEpochs } = till.taskType;
  const refresh = async () => {
    await till.refresh();
    seen();
  };
  const look = every(context.network.isPublic ? 4 : 1, life.interrupted, refresh, onError);
  const carrying = () => carrier.carry(till.signedReceipts());
  const carry = every(Math.max(1, (receiptEpochs * epochLength) / 2), life.interrupted, carrying, onError);
  log.info({ listens: server.url.replace("http://", ""), inside: inside.port, sink: client.account.address }, "ready");
  await untilInterrupted(life.interrupted);
  await Promise.all([look, carry]);
}

function routesOf({ work, route }: Config) {
  if (route !== undefined) return route.map(parseRoute);
  if (work === "usage.total_tokens") return [parseRoute(CHAT)];
  throw new UsageError('say what is sold: --route "POST /v1/things"');
}

/** Where buyers call. */
function endpointOf({ publicUrl }: Config, { network }: ChainContext, listens: string): string {
  if (publicUrl !== undefined) return publicUrl;
  if (network.isPublic) throw new UsageError("buyers must find it: --public-url https://agent.example/v1");
  return `${listens}/v1`;
}

const profileOf = ({ taskType, price }: Config, unit: "request" | "token" | "second" | "byte", endpoint: URL) =>
  ({ version: 1, name: taskType, endpoint: endpoint.href, unit, price: String(price) }) as const;
