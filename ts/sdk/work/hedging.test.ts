import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { Random } from "../../model/random.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { openBuyer, openSeller, passEpoch, TASK } from "../../testkit/trade.ts";
import { openStream } from "../index.ts";
import { encode } from "./amounts.ts";
import { Dispatcher, type Hedging } from "./dispatcher.ts";

const SINKS = ["0xA", "0xB", "0xC", "0xD"] as [Address, ...Address[]];
const TERMS = { oneTask: 100n, horizon: 360, targetLatency: 10, backOff: 10, longestBackOff: 1000 };

type Flying = { id: number; sink: Address; value: bigint };

/** Events at random, of which every second task may go to a second sink. Every choice is named in what comes back. */
function history({ seed, hedging, asks }: { seed: bigint; hedging: Hedging | undefined; asks: boolean }) {
  const random = new Random(seed);
  const dispatcher = new Dispatcher({ ...TERMS, hedging });
  const paid = new Map<Address, bigint>(SINKS.map((sink) => [sink, 0n]));
  const booked = new Map<Address, bigint>(SINKS.map((sink) => [sink, 0n]));
  const book = (sink: Address, value: bigint) => booked.set(sink, (booked.get(sink) ?? 0n) + value);
  const flying: Flying[] = [];
  const chosen: string[] = [];
  const [tasks, hedges] = [[] as Flying[], [] as Flying[]];
  const end = ({ id, sink, value }: Flying, now: number): void => {
    const [kind, cost] = [random.between(0n, 5n), random.between(1n, value)];
    if (kind === 0n) dispatcher.refused({ id, now, until: now });
    else if (kind === 1n) dispatcher.failed({ id, now, rejected: random.oneIn(2n) });
    else dispatcher.accepted({ id, now, value: cost });
    // What is not asked for again: all of what failed, of an answer what it cost, and of a refusal nothing.
    book(sink, kind === 0n ? 0n : kind === 1n ? value : cost);
  };
  for (let now = 0; now < 1500; now++) {
    for (const sink of now % 60 === 0 ? SINKS : []) {
      paid.set(sink, (paid.get(sink) ?? 0n) + random.between(0n, 900n));
      dispatcher.paid(sink, paid.get(sink) ?? 0n, now);
    }
    try {
      const sent = dispatcher.next({ value: random.between(1n, 100n), now });
      flying.push(sent);
      tasks.push(sent);
      chosen.push(sent.sink);
      const hedge = asks && random.oneIn(2n) ? dispatcher.hedge({ id: sent.id, now }) : undefined;
      if (hedge !== undefined) {
        expect(hedge).toMatchObject({ value: sent.value });
        expect(hedge.sink).not.toBe(sent.sink);
        flying.push(hedge);
        hedges.push(hedge);
      }
    } catch (error) {
      chosen.push((error as Error).name);
    }
    for (const ended of random.oneIn(2n) ? flying.splice(0) : []) end(ended, now);
    for (const sink of SINKS) {
      const inFlight = flying.reduce((sum, flight) => sum + (flight.sink === sink ? flight.value : 0n), 0n);
      const { sent, pay } = dispatcher.standing(sink) as NonNullable<ReturnType<Dispatcher["standing"]>>;
      // Of both orders each is booked once, at who got it, and nobody was asked for more than it was paid.
      expect(sent).toBe((booked.get(sink) ?? 0n) + inFlight);
      expect(sent).toBeLessThanOrEqual(pay.points.at(-1)?.paid ?? 0n);
    }
    expect(hedges.length).toBeLessThanOrEqual((hedging?.share ?? 0) * tasks.length);
  }
  return { text: `${chosen.join()} ${encode(dispatcher.standings())}`, hedges: hedges.length };
}

test.each([1n, 2n, 3n])(
  "two orders of one task are two entries, within the share and within the pay, seed %i",
  (seed) => {
    const hedging = { after: 2, share: 0.2 };
    const { text, hedges } = history({ seed, hedging, asks: true });
    expect(hedges).toBeGreaterThan(20);
    expect(history({ seed, hedging, asks: true }).text).toBe(text);
  },
);

test("off, nothing changes: nobody is asked a second time", () => {
  const off = (asks: boolean) => {
    const dispatcher = new Dispatcher(TERMS);
    for (const sink of SINKS) {
      dispatcher.paid(sink, 0n, 0);
      dispatcher.paid(sink, 500n, 60);
    }
    const { id } = dispatcher.next({ value: 100n, now: 61 });
    if (asks) expect(dispatcher.hedge({ id, now: 62 })).toBeUndefined();
    dispatcher.accepted({ id, now: 63, value: 100n });
    return encode([dispatcher.standings(), dispatcher.next({ value: 50n, now: 64 })]);
  };
  expect(new Dispatcher(TERMS).hedgeAfter).toBeUndefined();
  expect(off(true)).toBe(off(false));
  for (const hedging of [
    { after: 0, share: 0.1 },
    { after: 1, share: 0 },
    { after: 1, share: 1.1 },
  ])
    expect(() => new Dispatcher({ ...TERMS, hedging })).toThrow(/a second sink is asked after/);
});

let chain: TestChain;
let folder: string;

beforeAll(async () => {
  chain = await startTestChain();
  folder = await mkdtemp(join(tmpdir(), "hedging-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await chain.stop();
});

/** A pool of two sinks, a source that has paid both, and what happens at a sink while it works. */
async function startMarket(name: string, onWork: (sink: Address, body: string) => Promise<void> | undefined) {
  const taskTypeId = await chain.registerTaskType(name);
  const task = { deployment: chain.deployment, taskTypeId };
  const sellers = [];
  for (const which of ["one", "two"]) {
    const client = await addSink(chain, taskTypeId, `${name} ${which}`, 100n);
    const sink = client.account.address;
    const parameters = { ...task, capacity: 100n, onWork: async (body: string) => onWork(sink, body) };
    sellers.push(await openSeller(client, parameters, join(folder, `${name} ${which}`)));
  }
  for (let epoch = 0; epoch < 4; epoch++) await passEpoch(chain, task, sellers);
  const source = await addSource(chain, name);
  await openStream(source, { ...task, flowRate: 80n * UNIT_RATE });
  const hedging = { after: 0.05, share: 1 };
  const open = (where: string) => openBuyer(source, task, join(folder, where), hedging);
  const opening = await open(name);
  for (let epoch = 0; epoch < 3; epoch++) {
    await passEpoch(chain, task, sellers);
    await opening.feed.refresh();
  }
  const [one, two] = sellers as [(typeof sellers)[0], (typeof sellers)[0]];
  return { ...opening, address: source.account.address, open, sellers: [one, two] as const };
}

type Market = Awaited<ReturnType<typeof startMarket>>;

/** Whoever worked is acknowledged to the wei, and nobody else. */
async function expectSettled({ buyer, address, counters, dispatcher, store, sellers }: Omit<Market, "open">) {
  await buyer.flush();
  for (const { sink, admission, receipts, worked } of sellers) {
    const cost = (BigInt(worked.length) * TASK * 3n) / 4n;
    expect(admission.account(address)).toMatchObject({ used: cost, acknowledged: cost, disputed: 0n });
    expect(counters.completed(sink)).toBe(cost);
    expect(receipts.get(address)?.completed).toBe(cost === 0n ? undefined : cost);
    expect(dispatcher.standing(sink)).toMatchObject({ sent: cost, accepted: cost, inFlight: 0n, failures: 0 });
    expect(admission.backlog).toBe(0n);
  }
  expect([...store.table("orders").entries()]).toEqual([]);
}

const close = async ({ store, sellers }: Market) => {
  for (const { store } of sellers) await store.close();
  await store.close();
  for (const { close } of sellers) close();
};

/** A gate that stays closed until somebody opens it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test("the first answer is taken, and who worked for the other is paid for it", async () => {
  const slow = gate();
  const begun: Address[] = [];
  const market = await startMarket("works", (sink) => {
    begun.push(sink);
    return begun.length === 1 ? slow.opened : undefined;
  });
  const { sink, body } = await market.buyer.buy({ task: "one two", maximum: TASK });
  expect(body).toBe("2 words");
  expect(sink).toBe(begun[1]);
  expect(begun).toHaveLength(2);
  slow.open();
  await market.buyer.idle();
  expect(market.sellers.map(({ worked }) => worked)).toEqual([["one two"], ["one two"]]);
  await expectSettled(market);
  await close(market);
});

test("who has not begun when the answer is there does not begin, and is not paid", async () => {
  const market = await startMarket("waits", () => undefined);
  const { sellers, dispatcher, feed } = market;
  const owing = sellers.map(({ sink }) => dispatcher.eligible(sink, feed.now()));
  const [first, second] = (owing[0] ?? 0n) >= (owing[1] ?? 0n) ? sellers : ([sellers[1], sellers[0]] as const);
  const release = await first.queue.enter(market.address);
  const { sink } = await market.buyer.buy({ task: "one two three", maximum: TASK });
  expect(sink).toBe(second.sink);
  await market.buyer.idle();
  expect(first.queue.size).toEqual({ running: 1, waiting: 1 });
  release();
  await expectSettled(market);
  expect([first.worked, second.worked]).toEqual([[], ["one two three"]]);
  // It is asked for the next task as if nothing had happened.
  expect(dispatcher.next({ value: TASK, now: feed.now(), except: [second.sink] }).sink).toBe(first.sink);
  await close(market);
});

test("a buyer that is killed with two orders on their way is answered once, and pays both that worked", async () => {
  const slow = gate();
  const both = gate();
  const begun: Address[] = [];
  const market = await startMarket("killed", (sink) => {
    begun.push(sink);
    if (begun.length === 2) both.open();
    return slow.opened;
  });
  const lost = market.buyer.buy({ task: "one", maximum: TASK });
  await both.opened;
  // All that the next one has is what is on disk now.
  await mkdir(join(folder, "after"));
  await copyFile(join(folder, "killed", "log"), join(folder, "after", "log"));
  const after = await market.open("after");
  expect(after.buyer.interrupted).toBe(2);
  expect(await after.buyer.resume()).toEqual([]);
  expect(after.buyer.interrupted).toBe(2);
  slow.open();
  await lost;
  await market.buyer.idle();
  expect(await after.buyer.resume()).toMatchObject([{ task: "one", body: "1 words" }]);
  expect(after.buyer.interrupted).toBe(0);
  expect(begun).toHaveLength(2);
  await expectSettled({ ...market, ...after });
  await after.store.close();
  await close(market);
});
