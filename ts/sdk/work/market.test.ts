import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { nonce, openBuyer, openSeller, passEpoch, type Store, TASK, type TestSeller } from "../../testkit/trade.ts";
import { getSink, openStream, setProfile, submitReceipts, type WriteClient } from "../index.ts";
import { NotDeliveredError, SinksBusyError, UnprovenEndpointError, WaitForCreditError } from "./errors.ts";
import { hashRequest, ORDER_HEADER, orderTypedData, toOrderHeader } from "./wire.ts";

let chain: TestChain;
let taskTypeId: Hex;
let folder: string;
const opened: Store[] = [];

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

async function startSink(name: string, capacity: bigint) {
  const client = await addSink(chain, taskTypeId, name, capacity);
  const seller = await openSeller(client, { ...task(), capacity }, join(folder, name));
  opened.push(seller.store);
  return seller;
}

/** A source that has found its sinks on the chain. */
async function startBuyer(client: WriteClient, name: string) {
  const opening = await openBuyer(client, task(), join(folder, name));
  opened.push(opening.store);
  return opening;
}

type Sink = TestSeller;

const nextEpoch = (sinks: readonly Sink[]) => passEpoch(chain, task(), sinks);

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
  expect(one.worked.length + two.worked.length).toBe(bought);

  // Everybody who answers has delivered what it was paid, up to a task for each source; nobody worked for nothing.
  for (const { dispatcher, client } of buyers) {
    for (const { sink, admission } of [one, two]) {
      expect(dispatcher.eligible(sink, first.feed.now())).toBeLessThan(TASK);
      expect(admission.account(client.account.address).used).toBe(dispatcher.standing(sink)?.accepted);
    }
    expect(dispatcher.standing(dead.sink)).toMatchObject({ accepted: 0n, proven: false });
    expect(dispatcher.standing(dead.sink)?.failures).toBeGreaterThan(0);
  }
  expect(one.worked.length / two.worked.length).toBeCloseTo(2, 0);

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

test("a profile that names somebody else's endpoint is noticed before work is sent", async () => {
  const claimed = { deployment: chain.deployment, taskTypeId: await chain.registerTaskType("claims") };
  let posted = 0;
  const open = async (name: string) => {
    const onAnswer = async () => void posted++;
    const client = await addSink(chain, claimed.taskTypeId, name, 100n);
    const seller = await openSeller(client, { ...claimed, capacity: 100n, onAnswer }, join(folder, name));
    opened.push(seller.store);
    return seller;
  };
  const [honest, claimant] = [await open("honest"), await open("claimant")];
  const profileUri = new URL("/profile.json", honest.endpoint).href;
  await setProfile(claimant.client, { ...claimed, profileUri });
  for (let epoch = 0; epoch < 4; epoch++) await passEpoch(chain, claimed, [claimant]);
  const source = await addSource(chain, "wary");
  await openStream(source, { ...claimed, flowRate: 80n * UNIT_RATE });
  const { store, ...wary } = await openBuyer(source, claimed, join(folder, "wary"));
  opened.push(store);
  // It alone is paid and owes work: nobody else is to be tried.
  wary.dispatcher.reach(honest.sink, false, wary.feed.now());
  for (let epoch = 0; epoch < 3; epoch++) await passEpoch(chain, claimed, [claimant]);
  await wary.feed.refresh();

  const refused = await wary.buyer.buy({ task: "a secret", maximum: TASK }).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(NotDeliveredError);
  expect((refused as NotDeliveredError).cause).toBeInstanceOf(UnprovenEndpointError);
  expect((refused as NotDeliveredError).sinks).toEqual([claimant.sink]);
  expect(posted).toBe(0);
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
  expect((await fetch(endpoint, { method: "DELETE" })).status).toBe(400);
  expect((await fetch(endpoint, { method: "PATCH" })).status).toBe(405);

  await nextEpoch([]);
  await feed.refresh();
  const before = worked.length;
  const same = { nonce: nonce() };
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(client, "one two three", same)));
  expect(worked.length - before).toBe(1);
  for (const { status } of answers) expect([200, 409]).toContain(status);
  expect(await send(client, "one two three", same)).toMatchObject({ status: 200, body: "3 words" });
  expect((await send(client, "something else", same)).status).toBe(409);
  expect(worked.length - before).toBe(1);
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
