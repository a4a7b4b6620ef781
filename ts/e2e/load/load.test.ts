import type { Address, Hex } from "viem";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeCall } from "../../sdk/calls/callsOf.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { getPool, getTaskType } from "../../sdk/index.ts";
import { Keepers } from "../../services/keeper/testKeepers.ts";
import { GENESIS, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { Books, type ClosedBooks } from "../books.ts";
import { type Figures, printFigures } from "../figures.ts";
import { addUpHoldings } from "../holdings.ts";

import { Blocks, type Operation, PER_BLOCK } from "./blocks.ts";
import { type Comparison, compareCosts } from "./costs.ts";
import { Crowd } from "./crowd.ts";
import { keepOnce } from "./keepOnce.ts";
import type { Member } from "./readers.ts";

/**
 * `npm run test:load`: the life of a pool with 10,000 sinks and 1,000 sources, and of one with ten of each beside it, on
 * one chain: the same steps at the same times, so that what an operation costs can be compared.
 */
// How long a phase takes is the machine's business; all of them together take minutes.
vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 3_600_000 });

const LOAD = process.env.LOAD_TESTS === "true";

const BIG = { sinks: 10_000, sources: 1000 };
const SMALL = { sinks: 10, sources: 10 };
const CAPACITY = 20n;
/** Longer than a phase of 10,000 transactions and a keeper's look at all sinks take. */
const EPOCH = 3600;
const TERMS = {
  minimumStake: 1n,
  epochLength: EPOCH,
  horizon: 4 * EPOCH,
  reportDelay: 600,
  signalTimeToLive: 8 * EPOCH,
  receiptEpochs: 8,
  smoothing: 5n * 10n ** 17n,
};
const SALT: Hex = `0x${"07".repeat(32)}`;

let chain: TestChain;
let keepers: Keepers;
let blocks: Blocks;
let books: Books;
let big: Crowd;
let small: Crowd;
let bank: Address;
let funded: bigint;
const startedAt = Date.now();
const figures: Figures = {};

/** What a crowd's sinks could serve together, wei per second. */
const fullPay = ({ sinks }: { sinks: number | readonly Member[] }): bigint =>
  UNIT_RATE * CAPACITY * BigInt(typeof sinks === "number" ? sinks : sinks.length);
const addresses = (members: readonly Member[]): Address[] => members.map(({ address }) => address);

/** Moves the chain's clock: epochs and seconds after the first full epoch. */
async function at(epoch: number, seconds = 0): Promise<void> {
  const start = Math.ceil((GENESIS + 2 * EPOCH) / EPOCH) * EPOCH;
  await chain.test.setNextBlockTimestamp({ timestamp: BigInt(start + epoch * EPOCH + seconds) });
  await chain.test.mine({ blocks: 1 });
}

/**
 * The same in both pools, one after the other, over as many blocks if there are enough of them: what is written down depends
 * on whether time has passed since the one before, so the few would otherwise have another history than the many.
 */
async function both(operations: (crowd: Crowd) => Operation[] | Promise<Operation[]>): Promise<void> {
  const few = await operations(small);
  const many = await operations(big);
  await blocks.mine(few, Math.ceil(few.length / Math.ceil(many.length / PER_BLOCK)));
  await blocks.mine(many);
}

async function now(): Promise<number> {
  return Number((await chain.test.getBlock()).timestamp);
}

/** Every wei is somewhere, and in one place only. */
async function expectConserved(): Promise<ClosedBooks> {
  const closed = await books.close();
  expect(closed.gap).toBe(0n);
  expect(closed.backing.has).toBe(closed.backing.liabilities);
  const { deployment, superfluid } = chain;
  const contracts = [deployment.stakeManager, deployment.escrowBuffer, deployment.backpressurePool, superfluid.gdaV1];
  const pools = [big, small].map(({ taskType }) => taskType.distributionPool);
  const people = [big, small].flatMap(({ sinks, sources }) => addresses([...sinks, ...sources]));
  const { supply, held } = await addUpHoldings(chain, [...contracts, ...pools, bank, ...people]);
  expect(held).toBe(supply);
  expect(supply).toBe(funded);
  return closed;
}

/** Units of a pool's sinks, and of each of them, agree; nobody is paid above the unit rate. */
async function expectSound(crowd: Crowd): Promise<void> {
  const { deployment, client } = chain;
  const { taskTypeId } = crowd.taskType;
  const units = await crowd.views.units(crowd.sinks);
  const pool = await getPool(client, { deployment, taskTypeId });
  expect(pool.units.sinks).toBe(units.reduce((sum, each) => sum + each, 0n));
  expect(pool.price).toBeLessThanOrEqual(UNIT_RATE);
}

async function createCrowd(name: string, size: typeof BIG): Promise<Crowd> {
  const bufferMax = 300n * fullPay(size);
  const taskTypeId = await chain.registerTaskType(name, { ...TERMS, bufferMax });
  const taskType = await getTaskType(chain.client, { deployment: chain.deployment, taskTypeId });
  return new Crowd({ chain, name, taskType, ...size });
}

/** What a source has in the beginning, wei: a day of twice the full pay, deposit included. */
const perSource = (crowd: Crowd): bigint => (fullPay(crowd) * 2n * 86_400n) / BigInt(crowd.sources.length);

/** Gives every sink its stake, and every source its money. */
async function fund(): Promise<void> {
  const payments = [small, big].flatMap((crowd) => {
    const stake = crowd.stakeFor(CAPACITY);
    return [
      ...crowd.sinks.map((sink) => ({ to: sink.address, amount: stake, crowd })),
      ...crowd.sources.map((source) => ({ to: source.address, amount: perSource(crowd), crowd })),
    ];
  });
  await chain.giveTokens(
    bank,
    payments.reduce((sum, { amount }) => sum + amount, 0n),
  );
  funded = await chain.test.readContract(superTokenAt(chain.superToken).totalSupply());
  await blocks.mine(
    payments.map(({ to, amount, crowd }) => {
      const transfer = superTokenAt(chain.superToken).transfer(to, amount);
      return { name: "transfer", pool: crowd.name, from: bank, ...encodeCall(transfer) };
    }),
  );
}

describe.runIf(LOAD)("a pool of 10,000 sinks and 1,000 sources", () => {
  beforeAll(async () => {
    chain = await startTestChain();
    await chain.test.setBlockTimestampInterval({ interval: 1 });
    keepers = new Keepers(chain);
    blocks = new Blocks(chain);
    bank = (await chain.actor("bank")).account.address;
    small = await createCrowd("small", SMALL);
    big = await createCrowd("big", BIG);
    books = await Books.open(
      chain,
      [small, big].map(({ taskType: { taskTypeId }, sinks }) => ({ taskTypeId, sinks: addresses(sinks) })),
    );
    await fund();
  });

  afterAll(async () => {
    await keepers?.stop();
    await chain?.stop();
  });

  test("registers, stakes and connects", async () => {
    await both((crowd) => crowd.approve(CAPACITY));
    await both((crowd) => crowd.stake(CAPACITY));
    await both((crowd) => crowd.register());
    await both((crowd) => crowd.connect());
    await expectConserved();
  });

  test("signals, and is paid what is streamed", async () => {
    await at(1);
    await both(async (crowd) => crowd.attest(crowd.sinks, CAPACITY, await now()));
    await both((crowd) => crowd.stream("open a stream", fullPay(crowd) / BigInt(4 * crowd.sources.length)));
    await at(6);
    // Averages have grown since; a rebalance moves units.
    await both((crowd) => crowd.rebalance("rebalance of one sink", crowd.probes));
    await expectConserved();
  });

  test("is kept, in less than 300 MB", async () => {
    // The first minute of an epoch: none ends while the keeper works.
    await at(7, 60);
    await keepOnce(keepers, small.taskType.taskTypeId);
    const first = await keepOnce(keepers, big.taskType.taskTypeId);
    expect(first.transactions).toBeGreaterThan(BIG.sinks / 30);
    expect(first.megabytes).toBeLessThan(300);
    // All of them were looked at: each has the units that its capacity calls for.
    const units = await big.views.units(big.sinks);
    expect(units).toEqual(await big.views.capacities(big.sinks));
    expect(units.filter((each) => each < CAPACITY - 1n)).toEqual([]);

    const second = await keepOnce(keepers, big.taskType.taskTypeId);
    expect(second.transactions).toBeLessThan(5);
    expect(second.megabytes).toBeLessThan(300);
    Object.assign(figures, {
      "keeper: transactions of the first look": first.transactions,
      "keeper: gas of rebalance, per sink": Math.round((first.gas.rebalance ?? 0) / BIG.sinks),
      "keeper: gas of settle, per sink": Math.round((first.gas.settle ?? 0) / BIG.sinks),
      "keeper: most memory, MB": Math.round(Math.max(first.megabytes, second.megabytes)),
    });
  });

  test("changes its mind by commit and reveal", async () => {
    await at(7, 1800);
    await both(async (crowd) => {
      const commitments = await crowd.views.commitments(crowd.probes, CAPACITY / 2n, SALT);
      return crowd.commit(crowd.probes, commitments);
    });
    await both((crowd) => crowd.reveal(crowd.probes, CAPACITY / 2n, SALT));
    await expectConserved();
  });

  test("is saturated: sinks get their capacity, the escrow the rest", async () => {
    await at(8);
    await both(async (crowd) => crowd.attest([...crowd.honest, ...crowd.ghosts], CAPACITY, await now()));
    // What a drain left of the shares is paid before: not every pool has any.
    await both((crowd) => crowd.syncSources());
    await both((crowd) => crowd.stream("raise a stream", (fullPay(crowd) * 3n) / BigInt(2 * crowd.sources.length)));
    await at(8, 1800);
    await both((crowd) => crowd.rebalanceEscrow());
    for (const crowd of [small, big]) await expectSound(crowd);
    await at(9);
    await both((crowd) => crowd.rebalance("rebalance of one sink, saturated", crowd.probes));
    for (let minute = 10; minute < 15; minute++) {
      await at(9, 60 * minute);
      await both((crowd) => crowd.release());
    }
    await both((crowd) => crowd.syncSources());
    const { escrow, returned } = await expectConserved();
    expect(escrow).toBeGreaterThan(0n);
    expect(returned).toBeGreaterThan(0n);
  });

  test("loses a tenth by silence and a fifth by lies: both are defunded and slashed, and nobody else", async () => {
    await at(15);
    await both((crowd) => crowd.rebalanceEscrow());
    await both((crowd) => crowd.rebalance("rebalance of a silent sink", crowd.silent));
    for (const crowd of [small, big]) await expectSound(crowd);
    expect(new Set(await big.views.units(big.silent))).toEqual(new Set([0n]));

    // Receipts count when their sink's window closes, and then everything that nobody has acknowledged is owed.
    await both((crowd) => acknowledgeAll(crowd, "first receipts"));
    await both((crowd) => crowd.assess("assess", crowd.honest));
    await both(strike("a strike"));
    await at(16);
    await both(async (crowd) => crowd.attest([...crowd.honest, ...crowd.ghosts], CAPACITY, await now()));
    await at(23, 1800);
    await both((crowd) => acknowledgeAll(crowd, "further receipts"));
    await both((crowd) => crowd.settle(crowd.honest));
    await both(strike("another strike"));
    await at(24);
    await both(async (crowd) => crowd.attest([...crowd.honest, ...crowd.ghosts], CAPACITY, await now()));
    await at(32);
    await both((crowd) => acknowledgeAll(crowd, "further receipts"));
    await both((crowd) => crowd.settle(crowd.honest));
    await both(strike("a slash"));
    const { slashed } = await expectConserved();
    for (const crowd of [small, big]) await expectSound(crowd);
    const dead = new Set([...big.dead, ...small.dead].map(({ address }) => address));
    const hit = new Set(books.slashes.map(({ sink }) => sink));
    expect(hit).toEqual(dead);
    Object.assign(figures, {
      "dead sinks slashed": hit.size,
      "slashed, wei": slashed,
      "honest sinks slashed": books.slashes.filter(({ sink }) => !dead.has(sink)).length,
    });
  });

  test("demand falls: what waits is paid to the sinks", async () => {
    await at(32, 1800);
    await both((crowd) => crowd.stream("lower a stream", fullPay(crowd) / BigInt(4 * crowd.sources.length)));
    await at(32, 2100);
    await both((crowd) => crowd.rebalanceEscrow());
    for (let minute = 10; minute < 15; minute++) {
      await at(32, 1800 + 60 * minute);
      await both((crowd) => crowd.drain());
    }
    const { drained } = await expectConserved();
    expect(drained).toBeGreaterThan(0n);
  });

  test("ends: all leave, and everything is with whom it belongs to", async () => {
    await at(33);
    await both((crowd) => crowd.deregister());
    await both((crowd) => acknowledgeAll(crowd, "last receipts"));
    const pool = await getPool(chain.client, { deployment: chain.deployment, taskTypeId: big.taskType.taskTypeId });
    expect(pool.units.sinks).toBe(0n);
    await at(33, 3000);
    await both((crowd) => crowd.release("release of an empty pool"));
    await both((crowd) => crowd.syncSources());
    await both((crowd) => crowd.stream("close a stream", 0n));
    await both((crowd) => crowd.claim(crowd.sinks.filter(({ index }) => index % 2 === 1)));
    await both(async (crowd) => crowd.requestUnstake(await crowd.views.stakes(crowd.sinks)));
    await at(33 + Math.ceil(big.taskType.unbondingPeriod / EPOCH) + 1);
    await both((crowd) => crowd.withdraw());
    // One horizon after its stream ended each source has the rest.
    await both((crowd) => crowd.syncSources());

    const closed = await expectConserved();
    for (const crowd of [small, big]) await expectPaidOff(crowd);
    Object.assign(figures, {
      "wei in: streamed": closed.streamed,
      "wei in: slashed": closed.slashed,
      "wei out: received by sinks": closed.received,
      "wei out: returned to sources": closed.returned,
      "wei left in the escrows": closed.escrow,
      "wei of dust at the pools' admin": closed.dust,
      "wei missing": closed.gap,
    });
  });

  test("costs per operation what a pool of ten sinks costs", () => {
    const rows = [...blocks.costs].flatMap(([operation, pools]) => {
      const [few, many] = [pools.get("small"), pools.get("big")];
      return few === undefined || many === undefined ? [] : [compareCosts(operation, few, many)];
    });
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const size = { sinks: BIG.sinks, sources: BIG.sources, transactions: blocks.transactions, blocks: blocks.blocks };
    printFigures("Load", { ...size, ...figures, seconds }, { "gas per transaction": rows });
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.filter(({ ratio }) => !(ratio <= SAME))).toEqual([]);
    const total = (pick: (row: Comparison) => number): number => rows.reduce((sum, row) => sum + pick(row), 0);
    expect(total(({ compared }) => compared)).toBeGreaterThan(0.8 * total(({ all }) => all));
  });
});

/** What every honest sink was paid is acknowledged by its source. */
async function acknowledgeAll(crowd: Crowd, what: string): Promise<Operation[]> {
  return crowd.acknowledge(what, await crowd.views.received(crowd.honest));
}

/** Assesses who does nothing for its pay. */
const strike = (what: string) => (crowd: Crowd) => [
  ...crowd.assess(`assess, ${what}`, crowd.ghosts),
  ...crowd.assess(`assess, ${what} for a silent sink`, crowd.silent),
];

/** Two per cent more: data and numbers of units have more digits. A cost that grows with a pool would be many times as high. */
const SAME = 1.02;

/** Each sink has what it staked and was paid, less what it was slashed; each source what it did not spend. */
async function expectPaidOff(crowd: Crowd): Promise<void> {
  const { sinks, sources, views } = crowd;
  const received = await views.received(sinks);
  const lost = new Map<Address, bigint>();
  for (const { sink, wei } of [...books.slashes, ...books.charges]) lost.set(sink, (lost.get(sink) ?? 0n) + wei);
  const dead = new Set(addresses(crowd.dead));
  expect(sinks.filter(({ address }) => lost.has(address) && !dead.has(address))).toEqual([]);
  const due = sinks.map(({ address }, index) => {
    return crowd.stakeFor(CAPACITY) + (received[index] ?? 0n) - (lost.get(address) ?? 0n);
  });
  expect(await views.balances(sinks)).toEqual(due);

  const { distributionPool } = crowd.taskType;
  const returned = await views.returned(sources);
  const timestamp = await now();
  const left = sources.map(({ address }, index) => {
    return perSource(crowd) + (returned[index] ?? 0n) - books.streams.streamedBy(distributionPool, address, timestamp);
  });
  expect(await views.balances(sources)).toEqual(left);
}
