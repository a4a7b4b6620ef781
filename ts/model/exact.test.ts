import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Anvil, startAnvil } from "../localchain/anvil.ts";
import { type Call, deployHarness, type Harness } from "../testkit/mathHarness.ts";
import { DepositQueue } from "./deposits.ts";
import * as exact from "./exact.ts";
import { Random } from "./random.ts";
import * as shares from "./shares.ts";

/**
 * The Solidity libraries against the second implementation: the same random inputs through both, on a real chain, and
 * not one wei of difference.
 */

const INPUTS = 1000;
const MONTH = 30n * 86_400n;
const UINT96 = 2n ** 96n - 1n;
const UINT128 = 2n ** 128n - 1n;
const MAX_CAPACITY_SCALED = 2n ** 72n - 1n;
const MAX_BACKLOG = 2n ** 64n - 1n;

type Value = bigint | boolean | Record<string, bigint> | readonly (bigint | Record<string, bigint>)[];

type Subject = {
  /** Arguments of the Solidity function, in the ranges that its documentation states. */
  inputs: (random: Random) => readonly Value[];
  // biome-ignore lint/suspicious/noExplicitAny: each function has its own arguments; `inputs` is beside it
  exact: (...args: any[]) => Value;
};

/** At a threshold, just below, or just above it. */
const around = (random: Random, threshold: bigint): bigint => exact.max(0n, threshold + random.pick([-1n, 0n, 1n]));

const subjects: Record<string, Subject> = {
  remainingShareDown: {
    inputs: (r) => [r.edgy(0n, exact.WAD), r.edgy(0n, 2n ** 32n)],
    exact: exact.remainingShareDown,
  },
  smooth: {
    inputs: (r) => [
      r.edgy(0n, MAX_CAPACITY_SCALED),
      r.edgy(0n, MAX_CAPACITY_SCALED),
      r.edgy(exact.WAD / 100n, exact.WAD),
      r.edgy(0n, 200n),
    ],
    exact: exact.smooth,
  },
  effectiveUnitsDown: {
    inputs: (r) => {
      const [capacity, horizon] = [r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(1n, MONTH)];
      const full = (capacity * horizon) / exact.SCALE;
      const backlog = r.oneIn(3n) ? around(r, full) : r.edgy(0n, r.oneIn(2n) ? MAX_BACKLOG : full);
      // A whole number of units is left, or just not.
      const wholeUnits = r.edgy(0n, 2n ** 40n) * exact.SCALE + (backlog * exact.SCALE) / horizon;
      return [r.oneIn(3n) ? around(r, wholeUnits) : capacity, backlog, horizon];
    },
    exact: exact.effectiveUnitsDown,
  },
  capacityCapDown: {
    inputs: (r) => {
      const [stake, bond] = [r.edgy(0n, 2n ** 112n - 1n), r.edgy(1n, 2n ** 110n)];
      return [stake, r.oneIn(3n) ? around(r, stake) : r.edgy(0n, UINT128), bond];
    },
    exact: exact.capacityCapDown,
  },
  shouldMove: {
    inputs: (r) => {
      const low = r.edgy(0n, exact.MAX_UNITS);
      const high = r.oneIn(2n) ? around(r, (low * 21n) / 20n) : r.edgy(0n, exact.MAX_UNITS);
      return [...(r.oneIn(2n) ? [low, high] : [high, low]), r.oneIn(4n)];
    },
    exact: exact.shouldMove,
  },
  escrowUnitsUp: {
    inputs: (r) => {
      const [cap, sinkUnits, feeUnits] = [r.edgy(10_000n, 10n ** 24n), r.edgy(0n, 2n ** 60n), r.edgy(0n, 2n ** 50n)];
      return [r.oneIn(2n) ? around(r, cap * (sinkUnits + feeUnits)) : r.edgy(0n, UINT128), cap, sinkUnits, feeUnits];
    },
    exact: exact.escrowUnitsUp,
  },
  priceCapDown: {
    inputs: (r) => {
      const [rate, units] = [r.edgy(10n ** 6n, 10n ** 24n), r.edgy(0n, exact.MAX_UNITS)];
      const limit = r.pick([around(r, rate * units), around(r, exact.MIN_FLOW_PER_UNIT * units), r.edgy(0n, UINT96)]);
      return [rate, limit, units];
    },
    exact: exact.priceCapDown,
  },
  feeUnitsDown: {
    inputs: (r) => [r.edgy(0n, exact.MAX_UNITS), r.edgy(0n, 9999n)],
    exact: exact.feeUnitsDown,
  },
  fillBucket: {
    inputs: (r) => {
      const [bucket, capacity] = [r.edgy(0n, UINT128), r.edgy(0n, 2n ** 200n)];
      return [bucket, capacity, r.oneIn(3n) ? around(r, bucket + capacity) : r.edgy(0n, UINT128), r.edgy(0n, UINT128)];
    },
    exact: exact.fillBucket,
  },
  pipelineLimitDown: {
    inputs: (r) => {
      const [intake, horizon] = [r.edgy(0n, 2n ** 176n), r.edgy(1n, MONTH)];
      const overflow = r.oneIn(3n) ? around(r, intake * 3n * horizon) : r.edgy(0n, UINT128);
      return [intake, overflow, horizon, r.edgy(1n, UINT96)];
    },
    exact: exact.pipelineLimitDown,
  },
  bondPerUnit: { inputs: bondInputs, exact: (...args) => exact.bondPerUnit(bondParameters(args)) },
  unbondingPeriod: { inputs: bondInputs, exact: (...args) => exact.unbondingPeriod(bondParameters(args)) },
  minimumHorizonUp: {
    inputs: (r) => [r.edgy(0n, 86_400n), r.edgy(0n, 86_400n)],
    exact: exact.minimumHorizonUp,
  },
  oweDown: {
    inputs: (r) => {
      const [owed, received, paid] = [r.edgy(0n, UINT128), r.edgy(0n, UINT128), r.edgy(0n, UINT128)];
      const acknowledged = r.oneIn(3n) ? around(r, owed + received) : r.edgy(0n, UINT128);
      return [owed, received, acknowledged, paid, r.oneIn(3n) ? around(r, paid) : r.edgy(0n, UINT128)];
    },
    exact: exact.oweDown,
  },
  expectedDown: {
    inputs: (r) => {
      const paid = r.edgy(0n, UINT128);
      return [r.edgy(0n, UINT128), paid, r.oneIn(3n) ? around(r, paid) : r.edgy(0n, UINT128)];
    },
    exact: exact.expectedDown,
  },
  unearnedDown: {
    inputs: (r) => [r.edgy(0n, UINT128), r.edgy(0n, UINT128), r.edgy(0n, UINT128)],
    exact: exact.unearnedDown,
  },
  keptOpenDown: {
    inputs: (r) => {
      const [rate, capacity, time] = [r.edgy(1n, UINT96), r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(0n, 2n * MONTH)];
      const limit = (rate * capacity * time) / exact.SCALE;
      return [r.oneIn(3n) ? around(r, exact.min(limit, UINT128)) : r.edgy(0n, UINT128), rate, capacity, time];
    },
    exact: exact.keptOpenDown,
  },
  verifiedBacklogDown: {
    inputs: (r) => {
      const [rate, capacity, grace] = [
        r.edgy(10n ** 6n, 10n ** 24n),
        r.edgy(0n, MAX_CAPACITY_SCALED),
        r.edgy(0n, MONTH),
      ];
      const graceWei = (rate * capacity * grace) / exact.SCALE;
      return [r.oneIn(3n) ? around(r, graceWei) : r.edgy(0n, UINT128), rate, capacity, grace];
    },
    exact: exact.verifiedBacklogDown,
  },
  isBeyondHorizon: {
    inputs: (r) => {
      // Of a multiple of ten units, nine tenths are reached exactly.
      const capacity = r.oneIn(2n) ? r.edgy(0n, 2n ** 36n) * 10n * exact.SCALE : r.edgy(0n, MAX_CAPACITY_SCALED);
      const horizon = r.edgy(1n, MONTH);
      const threshold = (9n * capacity * horizon) / (10n * exact.SCALE);
      return [r.oneIn(2n) ? around(r, threshold) : r.edgy(0n, UINT128), capacity, horizon];
    },
    exact: exact.isBeyondHorizon,
  },
  slashAmountDown: { inputs: (r) => [r.edgy(0n, UINT128)], exact: exact.slashAmountDown },
  totalAt: {
    inputs: (r) => {
      const now = r.between(1n, 2n ** 32n - 1n);
      const moment = (): bigint => now - r.edgy(0n, now);
      return [r.edgy(0n, 2n ** 120n), moment(), r.edgy(0n, 2n ** 95n - 1n), moment(), now];
    },
    exact: exact.totalAt,
  },
  accrue: {
    inputs: (r) => {
      const { book } = someReturns(r);
      return [book, book.income + r.edgy(0n, MONEY), book.overflowTime + r.edgy(0n, MONTH) * exact.WAD];
    },
    exact: shares.accrue,
  },
  drain: {
    inputs: (r) => {
      const { book } = someReturns(r);
      const overflow = shares.overflowOf(book);
      return [book, r.oneIn(3n) ? exact.max(0n, overflow - r.edgy(0n, 100n)) : r.edgy(0n, overflow), r.edgy(0n, 100n)];
    },
    exact: shares.drain,
  },
  release: {
    inputs: (r) => {
      const { book } = someReturns(r);
      return [book, r.edgy(0n, shares.overflowOf(book))];
    },
    exact: shares.release,
  },
  sync: {
    inputs: (r) => {
      const { book, claims, endOf } = someReturns(r);
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      return [book, claim, endOf.get(claim.generation) ?? 0n, r.oneIn(2n), r.edgy(0n, RATE)];
    },
    exact: (book, claim, endOfGeneration, stayed, rate) => {
      const [synced, next, unclaimed] = shares.sync(book, claim, endOfGeneration, stayed, rate);
      return [synced, next, unclaimed, shares.worthOf(synced, next)];
    },
  },
};

const RATE = 2n ** 94n;
const MONEY = 2n ** 100n;

/** A book after some history; whether its rates are those that paid does not matter here. */
function someReturns(r: Random) {
  let book = shares.EMPTY_BOOK;
  const endOf = new Map<bigint, bigint>();
  const claims = [shares.NO_CLAIM, shares.NO_CLAIM, shares.NO_CLAIM];
  for (let i = r.between(0n, 20n); i > 0n; i--) {
    const { generation } = book;
    book = shares.accrue(book, book.income + r.edgy(0n, MONEY), book.overflowTime + r.edgy(0n, exact.WAD * 10_000n));
    const overflow = shares.overflowOf(book);
    const action = r.between(0n, 5n);
    if (action === 0n) [book] = shares.drain(book, r.edgy(0n, overflow), 0n);
    else if (action === 1n) book = shares.donate(book, r.edgy(0n, MONEY));
    else if (action === 2n) [book] = shares.release(book, r.edgy(0n, overflow));
    else {
      const pick = Number(r.between(0n, 2n));
      const claim = claims[pick] as shares.Claim;
      const end = endOf.get(claim.generation) ?? 0n;
      [book, claims[pick]] = shares.sync(book, claim, end, r.oneIn(2n), r.edgy(0n, RATE)) as [
        shares.Book,
        shares.Claim,
        bigint,
      ];
    }
    if (book.generation !== generation) endOf.set(generation, book.setAsidePerShare);
  }
  return { book, claims, endOf };
}

function bondInputs(r: Random): readonly bigint[] {
  return [r.edgy(10n ** 6n, 10n ** 24n), r.edgy(1n, MONTH), r.edgy(0n, MONTH), r.edgy(12n, 86_400n)];
}

function bondParameters([unitRate = 0n, horizon = 0n, acknowledgementGrace = 0n, epochLength = 0n]: bigint[]) {
  return { unitRate, horizon, acknowledgementGrace, epochLength };
}

let anvil: Anvil;
let harness: Harness;

beforeAll(async () => {
  anvil = await startAnvil();
  harness = await deployHarness(anvil.url);
}, 60_000);

afterAll(() => anvil?.stop());

describe("a Solidity function equals its second implementation", () => {
  test.each(Object.entries(subjects))("%s", async (name, { inputs, exact }) => {
    const random = new Random(BigInt(Object.keys(subjects).indexOf(name)));
    const samples = Array.from({ length: INPUTS }, () => inputs(random));

    const actual = await harness(samples.map((args) => ({ name, args })));
    const expected = samples.map((args) => exact(...args));

    const answers = new Set<string>();
    for (const [i, args] of samples.entries()) {
      expect(actual[i], `${name}(${text(args)})`).toEqual(expected[i]);
      answers.add(text(expected[i]));
    }
    // Inputs that always give the same answer would compare nothing.
    expect(answers.size).toBeGreaterThan(1);
  });
});

describe("DepositQueue", () => {
  test("pushes, removes and spends as its second implementation does", async () => {
    const random = new Random(100n);
    const queue = new DepositQueue<string>();
    const [calls, expected]: [Call[], unknown[]] = [[], []];
    for (let i = 0; i < INPUTS; i++) {
      const [call, result] = randomStep(random, queue);
      calls.push(call, { name: "queue", args: [] });
      expected.push(result, [queue.total, queue.ready, queue.waiting.map(({ position }) => position)]);
    }
    for (const { position } of queue.waiting) calls.push({ name: "deposit", args: [position] });

    const actual = await harness(calls);

    expect(actual.slice(0, expected.length)).toEqual(expected);
    expect(queue.waiting.length).toBeGreaterThan(0);
    for (const [i, { owner, amount }] of queue.waiting.entries()) {
      expect(actual[expected.length + i]).toMatchObject({ owner, amount });
    }
  });
});

/** Does one thing to the queue; returns the same as a call, and what it returned. */
function randomStep(random: Random, queue: DepositQueue<string>): [Call, unknown] {
  const { waiting } = queue;
  const kind = random.between(1n, 10n);
  if (kind <= 5n || waiting.length === 0) {
    const owner = random.pick([
      "0x00000000000000000000000000000000000000A1",
      "0x00000000000000000000000000000000000000b2",
    ]);
    const amount = random.edgy(1n, 2n ** 100n);
    return [{ name: "push", args: [owner, amount] }, queue.push(owner, amount)];
  }
  if (kind <= 7n) {
    const position = waiting[Number(random.edgy(0n, BigInt(waiting.length - 1)))]?.position ?? 0n;
    return [{ name: "remove", args: [position] }, queue.remove(position)];
  }
  const amount = random.edgy(0n, queue.ready);
  queue.spend(amount);
  return [{ name: "spend", args: [amount] }, undefined];
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, field) => (typeof field === "bigint" ? `${field}` : field));
