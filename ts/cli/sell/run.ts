import { Hono } from "hono";
import type { Terminal } from "../../core/commandLine.ts";
import { UsageError } from "../../core/errors.ts";
import { startSignalLoop } from "../../sdk/sink/startSignalLoop.ts";
import { keccak256 } from "../../services/intake/keccak.ts";
import { recoverOnce } from "../../services/intake/recoveries.ts";
import { Health } from "../../services/runtime/health.ts";
import { addOperations, startHttpServer } from "../../services/runtime/httpServer.ts";
import { type Lifecycle, untilInterrupted } from "../../services/runtime/lifecycle.ts";
import type { Logger } from "../../services/runtime/logger.ts";
import { Till } from "../../x402/seller/till.ts";
import { type ChainContext, poolOf } from "../context.ts";
import { every } from "../every.ts";
import { watchChain } from "../freshness.ts";
import { inTokens, sidecarMetrics } from "../metrics.ts";
import type { SellConfig } from "./config.ts";
import { joinPool } from "./join.ts";
import { ReceiptCarrier } from "./receipts.ts";
import { CHAT, parseRoute } from "./routes.ts";
import { sellerOf } from "./seller.ts";
import { upstreamOf } from "./upstream.ts";
import { meterOf } from "./work.ts";

/** Sells until it is interrupted. @throws {UsageError} if it cannot begin. */
export async function sell(
  config: SellConfig,
  context: ChainContext,
  { env }: Pick<Terminal, "env">,
  { log, life }: { log: Logger; life: Lifecycle },
): Promise<void> {
  const pool = poolOf(context, config.taskType, "sell", env);
  const { client, deployment, taskTypeId } = pool;
  const { meter, oneTask } = meterOf({ ...config, models: config.model });
  const routes = routesOf(config);
  const onError = (error: unknown) => log.warn({ error }, "the chain could not be used");
  // What is signed for every request is judged in WebAssembly: in JavaScript it would be most of the processor's time.
  const till = await Till.open({ ...pool, oneTask, concurrency: config.concurrency, recover: recoverOnce, keccak256 });
  const carrier = new ReceiptCarrier(client, { deployment, taskTypeId });
  const carry = () => carrier.carry(till.signedReceipts());
  let signals: { stop: () => Promise<void> } | undefined;
  // They end the other way round: buyers are answered, then nothing more is signalled, then receipts go.
  life.onStop("state", () => till.close());
  life.onStop("receipts", carry);
  life.onStop("signals", async () => signals?.stop());

  const { onAnswer, onReached, seen, inside } = await operate(config, till, life);
  let answer: (request: Request) => Promise<Response> = async () => new Response("it starts", { status: 503 });
  const fetch = (request: Request) => answer(request);
  const server = await startHttpServer({ app: { fetch }, host: config.host, port: config.listen });
  life.onStop("tasks under way", server.stop);
  const endpoint = new URL(endpointOf(config, context, server.url));
  const { upstream, header } = config;
  const headers = header.map((name) => name.toLowerCase());
  const serve = upstreamOf({ upstream, headers, authorization: env.UPSTREAM_AUTHORIZATION, onReached });
  answer = sellerOf({ till, work: meter, routes, endpoint, onAnswer, serve });

  const { taskType: name, price, agentId } = config;
  const terms = { unit: meter.unit, price: String(price), maxTask: String(oneTask) };
  await joinPool(client, {
    ...{ deployment, taskTypeId, fromBlock: pool.fromBlock, stake: config.stake },
    profile: { version: 1, name, endpoint: endpoint.href, ...terms, ...(agentId === undefined ? {} : { agentId }) },
    onStep: (what) => log.info({ what }, "joined"),
  });
  signals = await startSignalLoop(client, {
    ...{ deployment, taskTypeId, onError },
    measure: () => till.measure(),
    onSignal: ({ capacity, backlog }) => log.info({ capacity, backlog }, "signalled"),
  });
  const { epochLength, receiptEpochs } = till.taskType;
  const refresh = () => till.refresh().then(seen);
  const loops = [
    every(context.network.isPublic ? 4 : 1, life.interrupted, refresh, onError),
    every(Math.max(1, (receiptEpochs * epochLength) / 2), life.interrupted, carry, onError),
  ];
  if (till.measure().capacity === 0n) log.warn(TOO_SMALL);
  log.info({ listens: server.url.replace("http://", ""), inside, sink: client.account.address }, "ready");
  await untilInterrupted(life.interrupted);
  await Promise.all(loops);
}

const TOO_SMALL = "what it can do is less than one unit of this pool: raise --price, --max-task or --concurrency";

/** Health and metrics, at a port of their own that no buyer reaches. */
async function operate({ port }: SellConfig, till: Till, life: Lifecycle) {
  const health = new Health();
  let isReached = true;
  health.add("upstream", () => (isReached ? undefined : "the upstream does not answer"));
  // Units are whole: who measures less than one is paid nothing.
  health.add("capacity", () => (till.measure().capacity > 0n ? undefined : TOO_SMALL));
  const { registry, onAnswer } = sidecarMetrics("sell", {
    backlog_tokens: {
      help: "Reserved for tasks that are admitted and not finished.",
      value: () => inTokens(till.backlog),
    },
    capacity_units: { help: "What the sink can do, measured.", value: () => Number(till.measure().capacity) },
  });
  const app = new Hono();
  addOperations(app, health, registry);
  const server = await startHttpServer({ app, host: "127.0.0.1", port });
  life.onStop("health and metrics", server.stop);
  const onReached = (value: boolean): void => {
    isReached = value;
  };
  return { onAnswer, onReached, seen: watchChain(health), inside: server.port };
}

function routesOf({ work, route }: SellConfig) {
  if (route !== undefined) return route.map(parseRoute);
  if (work === "usage.total_tokens") return [parseRoute(CHAT)];
  throw new UsageError('say what is sold: --route "POST /v1/things"');
}

/** Where buyers call. */
function endpointOf({ publicUrl }: SellConfig, { network }: ChainContext, listens: string): string {
  if (publicUrl !== undefined) return publicUrl;
  if (network.isPublic) throw new UsageError("buyers must find it: --public-url https://agent.example/v1");
  return `${listens}/v1`;
}
