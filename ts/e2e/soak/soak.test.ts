import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { standardDown } from "../../model/evidence/rule.ts";
import { type GetSinkReturnType, getSink } from "../../sdk/index.ts";
import { Rng } from "../../sim/rng.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { Books, type ClosedBooks } from "../books.ts";
import { type Figures, printFigures } from "../figures.ts";
import { addUpHoldings } from "../holdings.ts";
import { Clock } from "./clock.ts";
import { Day } from "./day.ts";
import { Fleet, SERVICES } from "./fleet.ts";
import { Payments } from "./payments.ts";
import type { Seller } from "./seller.ts";
import { DYING, EPOCH, GHOST, LIAR, type Market, openMarket, type Stage } from "./stage.ts";

/**
 * `npm run test:soak`: a day of chain time in the life of two pools, one downstream of the other, with keepers, oracle and
 * verifier as processes that are killed with SIGKILL in the middle of their work, and started again.
 */
// How long a day takes is the machine's business: minutes, on two cores.
vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 3_600_000 });

const SOAK = process.env.SOAK_TESTS === "true";
const SEED = 20_270_115;
const HOURS = 24;

let chain: TestChain;
let clock: Clock;
let market: Market;
let fleet: Fleet;
let books: Books;
let payments: Payments;
let day: Day;
const startedAt = Date.now();
const figures: Figures = {};
/** What the chain said of a sink at the end of an hour, by its name and the hour. */
const seen = new Map<string, GetSinkReturnType>();

describe.runIf(SOAK)("a day", () => {
  beforeAll(async () => {
    chain = await startTestChain();
    market = await openMarket(chain);
    books = await Books.open(chain, [market.first, market.second].map(bookOf));
    fleet = await Fleet.start(chain);
    clock = await Clock.create(chain, EPOCH);
    const random = new Rng(SEED);
    payments = new Payments(chain, market, clock, random);
    day = new Day({ chain, market, clock, fleet, payments, books, random, onHour });
  });

  afterAll(async () => {
    await day?.stop();
    await fleet?.end();
    await chain?.stop();
  });

  test("passes", async () => {
    await day.live(HOURS);
    await day.stop();
    expect(day.epochs).toBe((HOURS * 3600) / EPOCH);
    expect(await fleet.stop()).toEqual(SERVICES.map(() => 0));
    // Requests that cannot be answered while an endpoint fails are refused with 503, and nothing was promised.
    const errors = fleet.log.flat().filter(({ level, msg }) => level === "error" && msg !== "a request failed");
    expect(errors).toEqual([]);
  });

  test("every service was killed several times, and nobody lost anything that it had promised", () => {
    // The day waits for every attestation and every receipt that was answered with 200.
    for (const name of SERVICES) expect(fleet.kills[name]).toBeGreaterThan(5);
    expect(day.attestations).toBeGreaterThan(700);
    expect(day.receipts).toBeGreaterThan(1000);
  });

  test("money is conserved to the wei", async () => {
    const closed = await expectConserved();
    expect(closed.streamed).toBeGreaterThan(0n);
    expect(closed.returned).toBeGreaterThan(0n);
    expect(closed.drained).toBeGreaterThan(0n);
    // A prepayment was withdrawn, the other one was spent.
    expect(closed.deposited).toBeGreaterThan(0n);
    expect(payments.liquidations).toBe(1);
    // What is set aside for a source is there when it comes.
    expect(books.refusals).toBe(0);
    Object.assign(figures, {
      "wei in: streamed": closed.streamed,
      "wei in: prepaid, less what was withdrawn": closed.deposited,
      "wei in: slashed": closed.slashed,
      "wei out: received by sinks": closed.received,
      "wei out: returned to sources": closed.returned,
      "wei left in the escrows": closed.escrow,
      "wei of dust at the pools' admin": closed.dust,
      "wei missing": closed.gap,
      "payments to sources that did not get through": books.refusals,
    });
  });

  test("nobody who delivers was slashed, also when a fifth of the money acknowledges nothing", () => {
    for (const { plan, address } of sellers()) {
      if (plan.honest) expect({ [plan.name]: books.slashedOf(address) }).toEqual({ [plan.name]: 0n });
    }
    expect(day.highestPrice).toBeLessThanOrEqual(1);
  });

  test("who is dead, or does nothing, is paid no more and loses its bond; who lies is paid what it does", () => {
    const silent = seen.get(`${DYING} 12`) as GetSinkReturnType;
    expect({ units: silent.units, flowRate: silent.flowRate }).toEqual({ units: 0n, flowRate: 0n });
    // It is back.
    expect((seen.get(`${DYING} 16`) as GetSinkReturnType).units).toBeGreaterThan(60n);

    const ghost = sellerOf(GHOST);
    expect(books.slashes.filter(({ sink }) => sink === ghost.address).length).toBeGreaterThan(1);

    const liar = between([sellerOf(LIAR)], 14, 20);
    const share = liar.paid / liar.seconds / Number(UNIT_RATE) / sellerOf(LIAR).plan.rate;
    const pool = between(stageOf(LIAR).sellers, 14, 20);
    // A fifth of the money is silent and some is paid to who does nothing, so the rule asks everybody for less: spec 9.6.
    const acknowledged = pool.acknowledged / pool.paid;
    const expected = Number(standardDown(BigInt(Math.floor(acknowledged * 1e18)), 0n).expected) / 1e18;
    Object.assign(figures, {
      "honest sinks slashed, wei": sellers()
        .filter(({ plan }) => plan.honest)
        .reduce((sum, { address }) => sum + books.slashedOf(address), 0n),
      "ghost: received, wei": ghost.received,
      "ghost: slashed, wei": books.slashedOf(ghost.address),
      "dying sink: slashed, wei": books.slashedOf(sellerOf(DYING).address),
      "liar: slashed, wei": books.slashedOf(sellerOf(LIAR).address),
      "liar: pay over its true rate": share,
      "liar: pay over what its receipts allow": (liar.paid * expected) / liar.acknowledged,
      "part of the pay that was acknowledged": acknowledged,
    });
    expect(liar.paid * expected).toBeLessThan(1.02 * liar.acknowledged);
    expect(share).toBeLessThan(1 / expected);
  });

  test("the services stay small", async () => {
    for (const name of SERVICES) expect(fleet.megabytes[name]).toBeLessThan(300);
    const sent: Record<string, number> = {};
    for (const name of SERVICES) {
      const { address } = (await chain.actor(name)).account;
      sent[`transactions of ${name}`] = await getTransactionCount(chain.client, { address });
    }
    const blocks = await chain.test.getBlockNumber({ cacheTime: 0 });
    const reverted = fleet.log.flat().filter(({ msg }) => msg === "reverted").length;
    const kills = Object.fromEntries(SERVICES.map((name) => [`SIGKILLs of ${name}`, fleet.kills[name]]));
    const most = Object.fromEntries(
      SERVICES.map((name) => [`most memory of ${name}, MB`, Math.round(fleet.megabytes[name])]),
    );
    printFigures("Soak", {
      ...{ seed: SEED, hours: HOURS, epochs: day.epochs, blocks, ...sent, reverted, ...kills },
      ...{ "endpoint failures": fleet.faults, "attestations answered with 200": day.attestations },
      ...{ "receipts answered with 200": day.receipts, "streams opened or changed": payments.streamChanges },
      ...{ "highest confirmed flow per unit over q": day.highestPrice, ...figures, ...most },
      seconds: Math.round((Date.now() - startedAt) / 1000),
    });
  });
});

const sellers = (): Seller[] => [...market.first.sellers, ...market.second.sellers];
const sellerOf = (name: string): Seller => sellers().find(({ plan }) => plan.name === name) as Seller;

const stageOf = (name: string): Stage =>
  [market.first, market.second].find(({ sellers }) => sellers.includes(sellerOf(name))) as Stage;

/** What some sinks were paid, and had acknowledged, from one hour to another. */
function between(some: readonly Seller[], from: number, to: number) {
  const at = (hour: number) => some.map(({ plan: { name } }) => seen.get(`${name} ${hour}`) as GetSinkReturnType);
  const sum = (hour: number, of: (sink: GetSinkReturnType) => bigint): number =>
    Number(at(hour).reduce((total, sink) => total + of(sink), 0n));
  const change = (of: (sink: GetSinkReturnType) => bigint): number => sum(to, of) - sum(from, of);
  const [[first], [last]] = [at(from), at(to)];
  return {
    paid: change(({ paid }) => paid),
    acknowledged: change(({ ledger }) => ledger?.acknowledged ?? 0n),
    seconds: (last?.timestamp ?? 0) - (first?.timestamp ?? 0),
  };
}

const bookOf = ({ task: { taskTypeId }, sellers }: Stage) => ({
  taskTypeId,
  sinks: sellers.map(({ address }) => address),
});

/** Every wei is somewhere, and in one place only. */
async function expectConserved(): Promise<ClosedBooks> {
  const closed = await books.close();
  expect(closed.gap).toBe(0n);
  expect(closed.backing.has).toBe(closed.backing.liabilities);
  const { supply, held } = await addUpHoldings(chain);
  expect(held).toBe(supply);
  return closed;
}

async function onHour(hour: number): Promise<void> {
  for (const { plan, address, task } of sellers()) {
    const state = await clock.eventually(plan.name, () => getSink(chain.client, { ...task, sink: address }));
    seen.set(`${plan.name} ${hour}`, state);
  }
  if (hour % 6 === 0) await clock.eventually("conservation, while services work", expectConserved);
  const kills = SERVICES.reduce((sum, name) => sum + fleet.kills[name], 0);
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  const units = sellers().map(({ plan: { name } }) => `${name} ${seen.get(`${name} ${hour}`)?.units}`);
  const line = [`hour ${hour}`, `${minutes} min`, `${kills} kills`, `${books.slashes.length} slashes`, ...units];
  process.stdout.write(`${line.join(", ")}\n`);
}
