import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Address, bytesToHex, type Hex, parseEther } from "viem";
import {
  getTaskType,
  type SignedReceipt,
  setProfile,
  signAttestation,
  submitAttestations,
  type WriteClient,
} from "../sdk/index.ts";
import type { TaskTypeParameter } from "../sdk/types.ts";
import { type Account, Admission } from "../sdk/work/admission.ts";
import { Buyer, type SentOrder } from "../sdk/work/buyer.ts";
import { countersOf } from "../sdk/work/countersOf.ts";
import type { CreditBookState } from "../sdk/work/credit.ts";
import { CreditFeed, type CreditFeedParameters } from "../sdk/work/creditFeed.ts";
import { CreditQueue } from "../sdk/work/creditQueue.ts";
import { getSinks, getSources } from "../sdk/work/discovery.ts";
import { Dispatcher, type Hedging } from "../sdk/work/dispatcher.ts";
import { DurableMap } from "../sdk/work/durableMap.ts";
import type { LossWatch } from "../sdk/work/lossWatch.ts";
import type { Order } from "../sdk/work/orders.ts";
import { fetchProfile } from "../sdk/work/profile.ts";
import { createSeller, measureOf } from "../sdk/work/seller.ts";
import { ServedMeter } from "../sdk/work/servedMeter.ts";
import type { Standing } from "../sdk/work/standing.ts";
import { EPOCH, type TestChain } from "./testChain.ts";

/** The largest task, wei, and T, seconds. */
export const [TASK, HORIZON] = [parseEther("0.02"), 360];

export type Store = DurableMap;

/** What a party keeps, on disk. */
export const openStore = (folder: string, client: WriteClient): Promise<Store> =>
  DurableMap.open({ folder, owner: `31337 ${client.account.address}` });

/** A feed that goes on where its store says that it was. */
function openFeed(client: WriteClient, store: Store, parameters: CreditFeedParameters): CreditFeed {
  const book = store.table<CreditBookState>("book");
  const feed = new CreditFeed(client, { ...parameters, state: book.get("credit") });
  const refresh = feed.refresh.bind(feed);
  feed.refresh = async () => {
    await refresh();
    book.set("credit", feed.book.toJSON());
  };
  return feed;
}

export const nonce = (): Hex => bytesToHex(randomBytes(32));

/** A source that finds its sinks on the chain, and goes on where its store says that it was. */
export async function openBuyer(client: WriteClient, task: TaskTypeParameter, folder: string, hedging?: Hedging) {
  const store = await openStore(folder, client);
  const dispatcher = new Dispatcher({
    ...{ oneTask: TASK, horizon: HORIZON, targetLatency: 5, hedging },
    standings: store.table<Standing>("standings"),
  });
  const endpoints = new Map<Address, string>();
  const feed = openFeed(client, store, {
    ...{ deployment: task.deployment, taskType: await getTaskType(client, task) },
    sources: async () => [{ source: client.account.address, since: 0n }],
    sinks: async () => (await getSinks(client, { ...task, fromBlock: 0n })).map(({ sink }) => sink),
    onCredit: (_, sink, credit, now) => dispatcher.paid(sink, credit, now),
  });
  await feed.refresh();
  for (const { sink, profileUri } of await getSinks(client, { ...task, fromBlock: 0n })) {
    const profile = await fetchProfile({ profileUri, allowPrivate: true }).catch(() => undefined);
    dispatcher.reach(sink, profile !== undefined, feed.now());
    if (profile !== undefined) endpoints.set(sink, profile.endpoint);
  }
  const counters = countersOf(client, { ...task, side: "source", table: store.table("counters") });
  const buyer = new Buyer(client, {
    ...{ ...task, dispatcher, counters, nonce, allowPrivate: true, timeout: 10 },
    orders: store.table<SentOrder>("orders"),
    losses: store.table<LossWatch>("losses"),
    endpointOf: (sink) => endpoints.get(sink),
    now: () => feed.now(),
    durable: () => store.durable(),
    accept: (body) => /^\d+ words$/.test(body),
  });
  return { client, buyer, dispatcher, counters, feed, store };
}

export type OpenSellerParameters = TaskTypeParameter & {
  /** Units. */
  capacity: bigint;
  /** Where it listens on loopback; any port that is free if not said. */
  port?: number | undefined;
  /** Happens while a task is worked on, and when it is done and stored but not yet answered. */
  onWork?: ((body: string) => Promise<void>) | undefined;
  onAnswer?: ((body: string) => Promise<void>) | undefined;
};

/** An agent that counts words over HTTP for whoever has paid it, with a profile on the chain. */
export async function openSeller(client: WriteClient, parameters: OpenSellerParameters, folder: string) {
  const { capacity, port = 0, onWork, onAnswer, ...task } = parameters;
  const sink = client.account.address;
  const store = await openStore(folder, client);
  const receipts = store.table<SignedReceipt>("receipts");
  const taskType = await getTaskType(client, task);
  const meter = new ServedMeter({ concurrency: 1, horizon: HORIZON, expectedWork: 200, expectedServiceTime: 1 });
  const metering = { meter, unitRate: taskType.unitRate };
  const admission = new Admission({
    ...{ oneTask: TASK, epochLength: taskType.epochLength, horizon: HORIZON },
    ...{ accounts: store.table<Account>("accounts"), orders: store.table<Order>("orders") },
    ...{ rate: () => 10n * capacity * taskType.unitRate, maxWait: taskType.epochLength },
  });
  const feed = openFeed(client, store, {
    ...{ deployment: task.deployment, taskType },
    sources: () => getSources(client, { ...task, fromBlock: 0n }),
    sinks: async () => [sink],
    onCredit: (source, _, credit, now) => admission.paid(source, credit, now),
  });
  const now = () => feed.now();
  const queue = new CreditQueue({ concurrency: 1, creditOf: (source) => admission.available(source, now()) });
  const worked: string[] = [];
  let handle: (request: Request) => Promise<Response> = async () => new Response("", { status: 503 });
  const server = createAdaptorServer({ fetch: (request) => handle(request) }).listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = `${url}/work`;
  const sell = createSeller(client, {
    ...{ ...task, endpoint, admission, receipts, now, metering, queue },
    counters: countersOf(client, { ...task, side: "sink", table: store.table("counters") }),
    maximumOf: () => TASK,
    work: async (body) => {
      worked.push(body);
      await onWork?.(body);
      return { body: `${body.split(/\s+/).length} words`, cost: (TASK * 3n) / 4n };
    },
    durable: () => store.durable(),
  });
  handle = async (request) => {
    if (new URL(request.url).pathname === "/profile.json")
      return Response.json({ version: 1, name: "words", endpoint, unit: "request" });
    const body = request.method === "POST" ? await request.clone().text() : "";
    const response = await sell(request);
    if (request.method === "POST") await onAnswer?.(body);
    return response;
  };
  await setProfile(client, { ...task, profileUri: `${url}/profile.json` });
  const measure = measureOf({ ...metering, admission });
  const close = () => void server.close();
  return { client, sink, capacity, admission, feed, queue, endpoint, receipts, store, worked, measure, close };
}

export type TestSeller = Awaited<ReturnType<typeof openSeller>>;

/**
 * Lets a little more than an epoch pass, in few blocks: the test chain has the state of the latest sixteen only. Then every
 * seller signals and knows what it was paid.
 */
export async function passEpoch(
  chain: TestChain,
  task: TaskTypeParameter,
  sellers: readonly TestSeller[],
): Promise<void> {
  for (let part = 0; part < 5; part++) await chain.pass(EPOCH / 4);
  await Promise.all(sellers.map(({ feed }) => feed.refresh()));
  const attestations = [];
  for (const { client, capacity } of sellers) {
    attestations.push(await signAttestation(client, { ...task, capacity, backlog: 0n }));
  }
  await submitAttestations(await chain.actor("oracle"), { ...task, attestations });
}
