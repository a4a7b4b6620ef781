import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { type Address, type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  getSink,
  getTaskType,
  openStream,
  type SignedReceipt,
  setProfile,
  signAttestation,
  submitAttestations,
  submitReceipts,
  verifyReceipt,
  type WriteClient,
} from "../index.ts";
import { read } from "../internal/call.ts";
import { type Account, Admission } from "./admission.ts";
import { Buyer, NotDeliveredError } from "./buyer.ts";
import { CreditFeed } from "./creditFeed.ts";
import { CreditQueue } from "./creditQueue.ts";
import { getSinks, getSources } from "./discovery.ts";
import { Dispatcher } from "./dispatcher.ts";
import { DurableMap } from "./durableMap.ts";
import { SinksBusyError, WaitForCreditError } from "./errors.ts";
import type { Order } from "./orders.ts";
import { fetchProfile } from "./profile.ts";
import { ReceiptCounters } from "./receiptCounters.ts";
import { createSeller } from "./seller.ts";
import { hashRequest, ORDER_HEADER, orderTypedData, toOrderHeader } from "./wire.ts";

const [HORIZON, TASK] = [360, parseEther("0.02")];

let chain: TestChain;
let taskTypeId: Hex;
let folder: string;
const opened: DurableMap<unknown>[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("count words");
  folder = await mkdtemp(join(tmpdir(), "market-"));
});

afterAll(async () => {
  await Promise.all(opened.map((map) => map.close()));
  await rm(folder, { recursive: true });
  await chain.stop();
});

const task = () => ({ deployment: chain.deployment, taskTypeId });

async function table<value>(name: string): Promise<DurableMap<value>> {
  const map = await DurableMap.open<value>({ folder: join(folder, name), owner: `31337 ${taskTypeId} ${name}` });
  opened.push(map as DurableMap<unknown>);
  return map;
}

/** Counters of one party, kept on disk, held against the chain. */
function countersOf(client: WriteClient, side: "source" | "sink", kept: DurableMap<bigint>): ReceiptCounters {
  const account = client.account.address;
  const pair = (peer: Address) =>
    side === "source" ? { source: account, sink: peer } : { source: peer, sink: account };
  const { completionTracker } = contractsOf(chain.deployment);
  return new ReceiptCounters({
    ...{ account, table: kept },
    completedOnChain: async (peer) => {
      const { source, sink } = pair(peer);
      return read(client, completionTracker.completedOf(taskTypeId, source, sink));
    },
    isOwn: (peer, { completed, signature }) => {
      const receipt = { taskTypeId, ...pair(peer), completed };
      return verifyReceipt(client, { deployment: chain.deployment, receipt, signer: account, signature });
    },
  });
}

/** An agent that counts words over HTTP for whoever has paid it. */
async function startSink(name: string, capacity: bigint) {
  const { deployment } = chain;
  const client = await addSink(chain, taskTypeId, name, capacity);
  const sink = client.account.address;
  const [accounts, orders] = [await table<Account>(`${name}-accounts`), await table<Order>(`${name}-orders`)];
  const [receipts, counted] = [await table<SignedReceipt>(`${name}-receipts`), await table<bigint>(`${name}-counters`)];
  const admission = new Admission({
    ...{ oneTask: TASK, epochLength: EPOCH, horizon: HORIZON, accounts, orders },
    ...{ rate: () => 10n * capacity * UNIT_RATE, maxWait: EPOCH },
  });
  const taskType = await getTaskType(client, task());
  const feed = new CreditFeed(client, {
    ...{ deployment, taskType },
    sources: () => getSources(client, { ...task(), fromBlock: 0n }),
    sinks: async () => [sink],
    onCredit: (source, _, credit, now) => admission.paid(source, credit, now),
  });
  const now = () => feed.now();
  const queue = new CreditQueue({ concurrency: 4, creditOf: (source) => admission.available(source, now()) });
  let worked = 0;
  let handle: (request: Request) => Promise<Response> = async () => new Response("", { status: 503 });
  const server = createAdaptorServer({ fetch: (request) => handle(request) }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = `${url}/work`;
  const sell = createSeller(client, {
    ...{ deployment, taskTypeId, endpoint, admission, queue, receipts, now },
    counters: countersOf(client, "sink", counted),
    maximumOf: () => TASK,
    work: async (body) => {
      worked += 1;
      return { body: `${body.split(/\s+/).length} words`, cost: (TASK * 3n) / 4n };
    },
    durable: async () => {
      await Promise.all([accounts.durable(), orders.durable(), receipts.durable(), counted.durable()]);
    },
  });
  handle = async (request) =>
    new URL(request.url).pathname === "/profile.json"
      ? Response.json({ version: 1, name, endpoint, unit: "request" })
      : sell(request);
  await setProfile(client, { ...task(), profileUri: `${url}/profile.json` });
  const close = () => void server.close();
  return { client, sink, capacity, admission, feed, endpoint, receipts, worked: () => worked, close };
}

let nonces = 0;
const nonce = (): Hex => {
  nonces += 1;
  return keccak256(stringToBytes(`order ${nonces}`));
};

/** A source that has found its sinks on the chain. */
async function startBuyer(client: WriteClient, store: string) {
  const { deployment } = chain;
  const dispatcher = new Dispatcher({ oneTask: TASK, horizon: HORIZON, targetLatency: 5 });
  const endpoints = new Map<Address, string>();
  const feed = new CreditFeed(client, {
    ...{ deployment, taskType: await getTaskType(client, task()) },
    sources: async () => [{ source: client.account.address, since: 0n }],
    sinks: async () => (await getSinks(client, { ...task(), fromBlock: 0n })).map(({ sink }) => sink),
    onCredit: (_, sink, credit, now) => dispatcher.paid(sink, credit, now),
  });
  await feed.refresh();
  for (const { sink, profileUri } of await getSinks(client, { ...task(), fromBlock: 0n })) {
    const profile = await fetchProfile({ profileUri, allowPrivate: true }).catch(() => undefined);
    dispatcher.reach(sink, profile !== undefined, feed.now());
    if (profile !== undefined) endpoints.set(sink, profile.endpoint);
  }
  const kept = await table<bigint>(store);
  const counters = countersOf(client, "source", kept);
  const buyer = new Buyer(client, {
    ...{ deployment, taskTypeId, dispatcher, counters, nonce, allowPrivate: true, timeout: 10 },
    endpointOf: (sink) => endpoints.get(sink),
    now: () => feed.now(),
    durable: () => kept.durable(),
    accept: (body) => /^\d+ words$/.test(body),
  });
  return { client, buyer, dispatcher, counters, feed };
}

type Sink = Awaited<ReturnType<typeof startSink>>;

/** Lets a little more than an epoch pass, in few blocks: the test chain has the state of the latest sixteen only. */
async function nextEpoch(sinks: readonly Sink[]): Promise<void> {
  const { deployment } = chain;
  for (let part = 0; part < 5; part++) await chain.pass(EPOCH / 4);
  await Promise.all(sinks.map(({ feed }) => feed.refresh()));
  const attestations = [];
  for (const { client, capacity } of sinks) {
    attestations.push(await signAttestation(client, { ...task(), capacity, backlog: 0n }));
  }
  await submitAttestations(await chain.actor("oracle"), { deployment, taskTypeId, attestations });
}

/** Buys until nobody who answers owes a task. @returns How many. */
async function buyAll({ buyer }: Awaited<ReturnType<typeof startBuyer>>): Promise<number> {
  for (let bought = 0; ; bought++) {
    try {
      await buyer.buy({ task: "how many words are these", maximum: TASK });
    } catch (error) {
      if ([WaitForCreditError, SinksBusyError, NotDeliveredError].some((kind) => error instanceof kind)) return bought;
      throw error;
    }
  }
}

test("on a chain and over HTTP, work follows the money", async () => {
  const sinks = [await startSink("one", 100n), await startSink("two", 50n), await startSink("dead", 50n)];
  const [one, two, dead] = sinks as [Sink, Sink, Sink];
  for (let epoch = 0; epoch < 5; epoch++) await nextEpoch(sinks);
  const [alice, bob] = [await addSource(chain, "alice"), await addSource(chain, "bob")];
  await openStream(alice, { ...task(), flowRate: 40n * UNIT_RATE });
  await openStream(bob, { ...task(), flowRate: 80n * UNIT_RATE });
  const buyers = [await startBuyer(alice, "alice"), await startBuyer(bob, "bob")];
  const [first, second] = buyers as [(typeof buyers)[0], (typeof buyers)[0]];
  dead.close();

  let bought = 0;
  for (let epoch = 0; epoch < 6; epoch++) {
    await nextEpoch(sinks);
    for (const buyer of buyers) {
      await buyer.feed.refresh();
      bought += await buyAll(buyer);
    }
  }
  expect(bought).toBeGreaterThan(50);
  expect(one.worked() + two.worked()).toBe(bought);

  // Everybody who answers has delivered what it was paid, up to a task for each source; nobody worked for nothing.
  for (const { dispatcher, client } of buyers) {
    for (const { sink, admission } of [one, two]) {
      expect(dispatcher.eligible(sink, first.feed.now())).toBeLessThan(TASK);
      expect(admission.account(client.account.address).used).toBe(dispatcher.standing(sink)?.accepted);
    }
    expect(dispatcher.standing(dead.sink)).toMatchObject({ accepted: 0n, proven: false });
    expect(dispatcher.standing(dead.sink)?.failures).toBeGreaterThan(0);
  }
  expect(one.worked() / two.worked()).toBeCloseTo(2, 0);

  // Receipts that both have signed are with the sinks, and the chain takes them.
  for (const { buyer } of buyers) await buyer.flush();
  for (const { client, sink, receipts } of [one, two]) {
    const { acknowledged } = await submitReceipts(client, {
      ...task(),
      receipts: [...receipts.entries()].map(([, receipt]) => receipt),
    });
    const total = acknowledged.reduce((sum, { amount }) => sum + amount, 0n);
    expect(total).toBe(first.counters.completed(sink) + second.counters.completed(sink));
    expect((await getSink(client, { ...task(), sink })).ledger.acknowledged).toBe(total);
  }

  await refusesWhatIsNotPaid(one, first);
  await findsItsCounterAgain(first, one);
});

/** One order five times at once is one task; strangers get none. */
async function refusesWhatIsNotPaid({ sink, endpoint, worked, feed }: Sink, { client }: { client: WriteClient }) {
  const { deployment } = chain;
  const send = async (by: WriteClient, body: string, changes: { nonce?: Hex; requestHash?: Hex } = {}) => {
    const order = {
      ...{ source: by.account.address, sink, taskTypeId, maxWork: TASK, nonce: nonce() },
      ...{
        validBefore: Math.floor(feed.now()) + 60,
        requestHash: hashRequest({ method: "POST", url: endpoint, body }),
      },
      ...changes,
    };
    const signature = await by.account.signTypedData?.(orderTypedData({ deployment, chainId: 31337, order }));
    const headers = { [ORDER_HEADER]: toOrderHeader({ order, signature: signature as Hex, acknowledged: undefined }) };
    const response = await fetch(endpoint, { method: "POST", headers, body });
    return { status: response.status, body: await response.text(), retryAfter: response.headers.get("retry-after") };
  };
  const stranger = await chain.actor("stranger");
  const refused = await send(stranger, "for nothing");
  expect([refused.status, JSON.parse(refused.body).error]).toMatchObject([
    402,
    { code: "credit_missing", missing: String(TASK) },
  ]);
  expect((await send(client, "other", { requestHash: nonce() })).status).toBe(400);
  expect((await fetch(endpoint, { method: "POST", body: "unsigned" })).status).toBe(400);
  expect((await fetch(endpoint, { method: "DELETE" })).status).toBe(405);

  await nextEpoch([]);
  await feed.refresh();
  const before = worked();
  const same = { nonce: nonce() };
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(client, "one two three", same)));
  expect(worked() - before).toBe(1);
  for (const { status } of answers) expect([200, 409]).toContain(status);
  expect(await send(client, "one two three", same)).toMatchObject({ status: 200, body: "3 words" });
  expect((await send(client, "something else", same)).status).toBe(409);
  expect(worked() - before).toBe(1);
}

/** A buyer that has lost its disk goes on where its latest receipt was. */
async function findsItsCounterAgain(before: Awaited<ReturnType<typeof startBuyer>>, { sink }: Sink): Promise<void> {
  const after = await startBuyer(before.client, "alice-again");
  await nextEpoch([]);
  await after.feed.refresh();
  await nextEpoch([]);
  await after.feed.refresh();
  for (let i = 0; i < 3 && after.counters.completed(sink) === 0n; i++) {
    await after.buyer.buy({ task: "a", maximum: TASK }).catch(() => undefined);
  }
  expect(after.counters.completed(sink)).toBeGreaterThanOrEqual(before.counters.completed(sink));
}
