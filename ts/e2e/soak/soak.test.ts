import { loadavg } from "node:os";
import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { standardDown } from "../../model/evidence/rule.ts";
import { Rng } from "../../sim/rng.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { Books, type ClosedBooks } from "../books.ts";
import { type Figures, printFigures } from "../figures.ts";
import { addUpHoldings } from "../holdings.ts";
import { attackersBooks, closeRing } from "./attackers.ts";
import { DYING, GHOST, LIAR, VICTIM } from "./cast.ts";
import { Clock } from "./clock.ts";
import { Day } from "./day.ts";
import { FairPay } from "./fairPay.ts";
import { Fleet, SERVICES } from "./fleet.ts";
import { History } from "./history.ts";
import { Payments } from "./payments.ts";
import { Reads } from "./reads.ts";
import { HOSTILE, HOURS, SOAK } from "./settings.ts";
import { EPOCH, openMarket, type Stage } from "./stage.ts";

/**
 * `npm run test:soak`: a day of chain time in the life of two pools, one downstream of the other, with keepers, oracle and
 * verifier as processes that are killed with SIGKILL in the middle of their work, and started again, and whose endpoints
 * fail in every way. SOAK_HOURS=72 makes it three days, SOAK_CAST=hostile lets attackers in and moves the services to
 * PostgreSQL for the second third.
 */
// How long it takes is the machine's business: minutes a day, on two cores.
vi.setConfig({ testTimeout: 14_400_000, hookTimeout: 3_600_000 });

const SEED = 20_270_115;
/** What happens at some hour of a day has happened. */
const WHOLE_DAYS = Math.floor(HOURS / 24);

let chain: TestChain;
let clock: Clock;
let reads: Reads;
let fleet: Fleet;
let books: Books;
let payments: Payments;
let history: History;
let fairPay: FairPay;
let day: Day;
const startedAt = Date.now();
const figures: Figures = {};
/** Load average of the machine at the end of every hour. */
const loads: number[] = [];

describe.runIf(SOAK)(`${HOURS} hours`, () => {
  beforeAll(async () => {
    chain = await startTestChain();
    reads = new Reads(chain, await openMarket(chain));
    books = await Books.open(chain, reads.stages.map(bookOf));
    fleet = await Fleet.start(chain);
    clock = await Clock.create(chain, EPOCH);
    const random = new Rng(SEED);
    payments = new Payments(chain, reads.market, clock, random);
    history = new History(reads);
    fairPay = new FairPay(reads);
    day = new Day({ reads, clock, fleet, payments, books, fairPay, random, onHour });
  });

  afterAll(async () => {
    await day?.stop();
    await fleet?.end();
    await chain?.stop();
  });

  test("pass", async () => {
    await day.live(HOURS);
    await day.stop();
    expect(day.epochs).toBe((HOURS * 3600) / EPOCH);
    expect(await fleet.stop()).toEqual([...fleet.members].map(() => 0));
    // Requests that cannot be answered while an endpoint fails are refused with 503, and nothing was promised.
    const errors = fleet.log.flat().filter(({ level, msg }) => level === "error" && msg !== "a request failed");
    expect(errors).toEqual([]);
  });

  test("services were killed again and again, and nobody lost anything that it had promised", () => {
    // Who dies is chance; within a few hours it may be the others.
    const kills = [...fleet.members.values()].map((member) => member.kills);
    expect(kills.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(HOURS);
    if (WHOLE_DAYS > 0) for (const name of SERVICES) expect(fleet.members.get(name)?.kills).toBeGreaterThan(HOURS / 5);
    if (WHOLE_DAYS > 0) for (const count of fleet.faults.values()) expect(count).toBeGreaterThan(0);
    // The day waits for every attestation and every receipt that was answered with 200.
    expect(day.attestations).toBeGreaterThan(29 * HOURS);
    expect(day.receipts).toBeGreaterThan(41 * HOURS);
    // There, and back.
    expect(fleet.moves).toBe(HOSTILE ? 2 : 0);
  });

  test("money is conserved to the wei", async () => {
    const closed = await expectConserved();
    expect(closed.streamed).toBeGreaterThan(0n);
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

  test.runIf(WHOLE_DAYS > 0)("money went every way", async () => {
    const closed = await books.close();
    expect(closed.returned).toBeGreaterThan(0n);
    expect(closed.drained).toBeGreaterThan(0n);
    // A prepayment was withdrawn, the other one was spent.
    expect(closed.deposited).toBeGreaterThan(0n);
    expect(payments.liquidations).toBe(WHOLE_DAYS);
  });

  test("nobody who delivers was slashed, also when a part of the money acknowledges nothing", () => {
    figures["honest sinks slashed, wei"] = honest().reduce((sum, { address }) => sum + books.slashedOf(address), 0n);
    for (const { plan, address } of honest()) {
      expect({ [plan.name]: books.slashedOf(address) }).toEqual({ [plan.name]: 0n });
    }
    expect(day.duties.highestPrice).toBeLessThanOrEqual(1);
  });

  test("who delivers is paid what is fair", () => {
    const shareOf = (...names: string[]): number => {
      const { paid, fair } = fairPay.of(names.length > 0 ? names : undefined);
      return paid / fair;
    };
    const shares = Object.fromEntries(honest().map(({ plan: { name } }) => [name, shareOf(name)]));
    const { paid, alone } = fairPay.of();
    figures["honest pay over what is fair"] = shareOf();
    for (const [name, share] of Object.entries(shares)) figures[`${name}: pay over what is fair`] = share;
    figures["honest pay over what it would be if nobody were paid for more than it can do"] = paid / alone;
    expect(shareOf()).toBeGreaterThan(0.99);
    // Row A of the threat model: the victim of a tenth of the money keeps 98 %.
    for (const share of Object.values(shares)) expect(share).toBeGreaterThan(0.98);
    if (HOSTILE) expect(Object.keys(shares)).toContain(VICTIM);
  });

  test.runIf(HOSTILE)("a ring gains no more than half of what it spends", async () => {
    const { net, ...ring } = await closeRing(reads, books);
    for (const [what, wei] of Object.entries(ring)) figures[`ring: ${what}, wei`] = wei;
    figures["ring: net, wei"] = net;
    figures["ring: net per wei spent"] = Number(net) / Number(ring.spent);
    Object.assign(figures, await attackersBooks(reads));
    expect(ring.spent).toBeGreaterThan(0n);
    // Row B of the threat model: where all money takes part.
    expect(Number(net)).toBeLessThanOrEqual(0.55 * Number(ring.spent));
  });

  test.runIf(WHOLE_DAYS > 0)("who is dead, or does nothing, is paid no more and loses its bond", () => {
    for (let first = 0; first < WHOLE_DAYS * 24; first += 24) {
      const { units, flowRate } = history.at(DYING, first + 12);
      expect({ units, flowRate }).toEqual({ units: 0n, flowRate: 0n });
      // It is back.
      expect(history.at(DYING, first + 16).units).toBeGreaterThan(60n);
    }
    const [ghost, dying] = [reads.seller(GHOST), reads.seller(DYING)];
    expect(books.slashes.filter(({ sink }) => sink === ghost.address).length).toBeGreaterThan(1);
    Object.assign(figures, {
      "ghost: received, wei": ghost.received,
      "ghost: slashed, wei": books.slashedOf(ghost.address),
      "dying sink: slashed, wei": books.slashedOf(dying.address),
    });
  });

  test.runIf(WHOLE_DAYS > 0)("who lies is paid what it does", () => {
    const liar = history.between([reads.seller(LIAR)], 14, 20);
    const share = liar.paid / liar.seconds / Number(UNIT_RATE) / reads.seller(LIAR).plan.rate;
    const pool = history.between(reads.market.first.sellers, 14, 20);
    // A part of the money is silent and some is paid to who does nothing, so the rule asks everybody for less: spec 9.6.
    const acknowledged = pool.acknowledged / pool.paid;
    const expected = Number(standardDown(BigInt(Math.floor(acknowledged * 1e18)), 0n).expected) / 1e18;
    Object.assign(figures, {
      "liar: slashed, wei": books.slashedOf(reads.seller(LIAR).address),
      "liar: pay over its true rate": share,
      "liar: pay over what its receipts allow": (liar.paid * expected) / liar.acknowledged,
      "part of the pay that was acknowledged": acknowledged,
    });
    expect(liar.paid * expected).toBeLessThan(1.02 * liar.acknowledged);
    expect(share).toBeLessThan(1 / expected);
  });

  test("the services stay small", () => {
    for (const { megabytes } of fleet.members.values()) expect(megabytes).toBeLessThan(300);
  });

  test("its figures", async () => {
    const sent: Figures = {};
    for (const name of SERVICES) {
      const { address } = (await chain.actor(name)).account;
      sent[`transactions of ${name}`] = await getTransactionCount(chain.client, { address });
    }
    const members = [...fleet.members];
    const kills = Object.fromEntries(members.map(([name, { kills }]) => [`SIGKILLs of ${name}`, kills]));
    const most = Object.fromEntries(
      members.map(([name, { megabytes }]) => [`most memory of ${name}, MB`, Math.round(megabytes)]),
    );
    const failures = Object.fromEntries(
      [...fleet.faults].map(([fault, count]) => [`endpoint failures: ${fault}`, count]),
    );
    printFigures("Soak", {
      ...{ seed: SEED, hours: HOURS, cast: HOSTILE ? "hostile" : "day", epochs: day.epochs },
      ...{ blocks: await chain.test.getBlockNumber({ cacheTime: 0 }), ...sent },
      reverted: fleet.log.flat().filter(({ msg }) => msg === "reverted").length,
      ...{ ...kills, ...failures, "moves between LevelDB and PostgreSQL": fleet.moves },
      ...{ "attestations answered with 200": day.attestations, "receipts answered with 200": day.receipts },
      ...{ "streams opened or changed": payments.streamChanges, liquidations: payments.liquidations },
      ...{ "highest confirmed flow per unit over q": day.duties.highestPrice, ...figures, ...most },
      "load average of the machine, mean": loads.reduce((sum, load) => sum + load, 0) / loads.length,
      "load average of the machine, highest": Math.max(...loads),
      seconds: Math.round((Date.now() - startedAt) / 1000),
    });
  });
});

const honest = () => reads.sellers.filter(({ plan }) => plan.honest);

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
  await clock.eventually("how everybody is", () => history.note(hour));
  if (hour % 6 === 0) await clock.eventually("conservation, while services work", expectConserved);
  loads.push(loadavg()[0] ?? 0);
  const kills = [...fleet.members.values()].reduce((sum, member) => sum + member.kills, 0);
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  const { paid, fair } = fairPay.of();
  const units = reads.sellers.map(({ plan: { name } }) => `${name} ${history.at(name, hour).units}`);
  const so = [`${kills} kills`, `${books.slashes.length} slashes`, `pay ${(paid / fair).toFixed(4)} of fair`];
  process.stdout.write(`${[`hour ${hour}`, `${minutes} min`, ...so, ...units].join(", ")}\n`);
}
