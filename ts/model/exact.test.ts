import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Anvil, startAnvil } from "../localchain/anvil.ts";
import { type Call, deployHarness, type Harness } from "../testkit/mathHarness.ts";
import { DepositQueue } from "./deposits.ts";
import * as rule from "./evidence/rule.ts";
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

type Part = bigint | boolean | Record<string, bigint>;
type Value = Part | readonly Part[] | readonly (Part | readonly bigint[])[];

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
      const lowest = (rate / exact.MIN_CAP_DIVISOR) * units;
      const limit = r.pick([around(r, rate * units), around(r, lowest), r.edgy(0n, UINT96)]);
      return [rate, limit, units];
    },
    exact: exact.priceCapDown,
  },
  shouldHeal: {
    inputs: (r) => {
      const [flow, leak] = [r.edgy(0n, UINT96), r.edgy(0n, UINT96)];
      const units = r.oneIn(2n) ? around(r, (flow + leak) / exact.LEAK_DIVISOR) : r.edgy(1n, exact.MAX_UNITS);
      return [r.oneIn(3n) ? around(r, flow / exact.LEAK_DIVISOR) : leak, flow, units];
    },
    exact: exact.shouldHeal,
  },
  minDepositUp: {
    inputs: (r) => [r.edgy(1n, UINT128), r.edgy(0n, exact.MAX_UNITS)],
    exact: exact.minDepositUp,
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
  participatingDown: {
    inputs: (r) => {
      const interval = r.edgy(24n, MONTH);
      return [r.edgy(0n, UINT128), r.oneIn(3n) ? around(r, interval) : r.edgy(0n, 2n ** 32n), interval];
    },
    exact: rule.participatingDown,
  },
  isQuorum: {
    inputs: (r) => {
      const part = r.edgy(0n, UINT128);
      return [part, r.oneIn(2n) ? around(r, 3n * part) : r.edgy(0n, UINT128)];
    },
    exact: rule.isQuorum,
  },
  shareDown: {
    inputs: (r) => {
      const whole = r.edgy(1n, UINT128);
      return [r.oneIn(3n) ? around(r, whole) : r.edgy(0n, UINT128), whole];
    },
    exact: rule.shareDown,
  },
  standardDown: {
    inputs: (r) => {
      const participating = r.edgy(exact.WAD / 3n, exact.WAD);
      return [r.oneIn(2n) ? around(r, participating / 2n) : r.edgy(0n, exact.WAD), participating];
    },
    exact: (acknowledged, participating) => {
      const { standard, expected, firm } = rule.standardDown(acknowledged, participating);
      return [standard, expected, firm];
    },
  },
  debitDown: {
    inputs: (r) => {
      const standard = someStandard(r);
      return [r.edgy(0n, UINT128), standard.expected, standard.standard];
    },
    exact: (received, expected, standard) => rule.debitDown(received, { expected, standard, firm: true }),
  },
  creditUp: {
    inputs: (r) => [r.edgy(0n, UINT128), someStandard(r).standard],
    exact: (acknowledged, standard) => rule.creditUp(acknowledged, { expected: 0n, standard, firm: true }),
  },
  peakAfterDown: {
    inputs: (r) => [r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(0n, MAX_CAPACITY_SCALED)],
    exact: rule.peakAfterDown,
  },
  provenBacklogDown: {
    inputs: (r) => {
      const [rate, peak, grace] = [r.edgy(10n ** 11n, 10n ** 24n), r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(0n, MONTH)];
      const graceWei = (rate * peak * grace) / exact.SCALE;
      return [r.oneIn(3n) ? around(r, graceWei) : r.edgy(0n, UINT128), rate, peak, grace];
    },
    exact: (owed, unitRate, peak, acknowledgementGrace) =>
      rule.provenBacklogDown(owed, peak, { unitRate, acknowledgementGrace }),
  },
  isBeyondHorizon: {
    inputs: (r) => {
      // Of a multiple of ten units, nine tenths are reached exactly.
      const capacity = r.oneIn(2n) ? r.edgy(0n, 2n ** 36n) * 10n * exact.SCALE : r.edgy(0n, MAX_CAPACITY_SCALED);
      const horizon = r.edgy(1n, MONTH);
      const threshold = (9n * capacity * horizon) / (10n * exact.SCALE);
      return [r.oneIn(2n) ? around(r, threshold) : r.edgy(0n, UINT128), capacity, horizon];
    },
    exact: rule.isBeyondHorizon,
  },
  unearnedDown: { inputs: someDebt, exact: rule.unearnedDown },
  withPenaltyDown: { inputs: (r) => [r.edgy(0n, UINT128)], exact: rule.withPenaltyDown },
  exitChargeDown: { inputs: someDebt, exact: rule.exitChargeDown },
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
    exact: (book, income, overflowTime) => changed(book, (copy) => shares.accrue(copy, income, overflowTime)),
  },
  drain: {
    inputs: (r) => {
      const { book } = someReturns(r);
      const overflow = shares.overflowOf(book);
      return [book, r.oneIn(3n) ? exact.max(0n, overflow - r.edgy(0n, 100n)) : r.edgy(0n, overflow), r.edgy(0n, 100n)];
    },
    exact: (book, amount, back) => changed(book, (copy) => shares.drain(copy, amount, back)),
  },
  release: {
    inputs: (r) => {
      const { book } = someReturns(r);
      return [book, r.edgy(0n, shares.overflowOf(book))];
    },
    exact: (book, tooMuch) => {
      const copy = { ...book };
      const amount = shares.release(copy, tooMuch);
      return [copy, amount];
    },
  },
  rescale: {
    inputs: (r) => {
      const { book } = someReturns(r);
      return [r.oneIn(2n) ? { ...book, owned: book.owned / 10n ** r.between(0n, 40n) } : book];
    },
    exact: (book) => {
      const [copy, ends] = [{ ...book }, new Map<bigint, bigint>()];
      shares.rescale(copy, ends);
      return [copy, ends.get(book.scale) ?? 0n];
    },
  },
  sync: {
    inputs: (r) => {
      const { book, claims, ends } = someReturns(r);
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      return [book, claim, endsSince(claim, book, ends), r.oneIn(2n), r.edgy(0n, RATE)];
    },
    exact: (book, claim, ends, stayed, rate) => {
      const known = new Map((ends as bigint[]).map((end, i) => [claim.scale + BigInt(i), end]));
      const [nextBook, nextClaim] = [{ ...book }, { ...claim }];
      shares.sync(nextBook, nextClaim, known, stayed, rate, 0n);
      return [nextBook, nextClaim];
    },
  },
  redeem: {
    inputs: (r) => {
      const { book, claims } = someReturns(r);
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      return [book, claim, r.oneIn(2n) ? claim.shares : r.edgy(0n, claim.shares)];
    },
    exact: (book, claim, part) => {
      const [nextBook, nextClaim] = [{ ...book }, { ...claim }];
      const value = shares.redeem(nextBook, nextClaim, part);
      return [nextBook, nextClaim, value];
    },
  },
  worthUp: {
    inputs: (r) => {
      const { book } = someReturns(r);
      return [book, r.edgy(0n, book.shares + 1n)];
    },
    exact: shares.worthUp,
  },
};

const RATE = 2n ** 94n;
const MONEY = 2n ** 100n;

function changed(book: shares.Book, change: (copy: shares.Book) => void): shares.Book {
  const copy = { ...book };
  change(copy);
  return copy;
}

/** A book after some history; whether its rates are those that paid does not matter here. */
function someReturns(r: Random) {
  const book = shares.emptyBook();
  const ends: shares.Ends = new Map();
  const claims = [shares.noClaim(), shares.noClaim(), shares.noClaim()];
  for (let i = r.between(0n, 20n); i > 0n; i--) {
    shares.accrue(book, book.income + r.edgy(0n, MONEY), book.overflowTime + r.edgy(0n, exact.WAD * 10_000n));
    const overflow = shares.overflowOf(book);
    const action = r.between(0n, 6n);
    if (action === 0n) shares.drain(book, r.edgy(0n, overflow), 0n);
    else if (action === 1n) shares.donate(book, r.edgy(0n, MONEY));
    else if (action === 2n) shares.release(book, r.edgy(0n, overflow));
    else {
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      shares.sync(book, claim, ends, r.oneIn(2n), r.edgy(0n, RATE), 0n);
      if (action === 3n) shares.redeem(book, claim, r.oneIn(2n) ? claim.shares : r.edgy(0n, claim.shares));
      if (action === 4n) shares.ask(claim, 1n);
      if (action === 5n) shares.pay(book, claim);
    }
    shares.rescale(book, ends);
  }
  // What a pretended rate asks for saturates far above every range here.
  return { book, claims, ends };
}

/** What a claim needs to follow the book: the ends of the scales since its own. */
function endsSince({ scale }: shares.Claim, book: shares.Book, ends: shares.Ends): bigint[] {
  const known: bigint[] = [];
  for (let i = scale; i < book.scale; i++) known.push(ends.get(i) ?? 0n);
  return known;
}

const someStandard = (r: Random): rule.Standard =>
  rule.standardDown(r.edgy(0n, exact.WAD), r.edgy(exact.WAD / 3n, exact.WAD));

function someDebt(r: Random): readonly bigint[] {
  return [r.edgy(0n, UINT128), r.edgy(0n, UINT128), r.oneIn(4n) ? 0n : r.edgy(0n, UINT128)];
}

function bondInputs(r: Random): readonly bigint[] {
  return [r.edgy(10n ** 11n, 10n ** 24n), r.edgy(1n, MONTH), r.edgy(0n, MONTH), r.edgy(12n, 86_400n), r.edgy(2n, 60n)];
}

function bondParameters([unitRate = 0n, horizon = 0n, acknowledgementGrace = 0n, ...rest]: bigint[]) {
  const [epochLength = 0n, receiptEpochs = 0n] = rest;
  return { unitRate, horizon, acknowledgementGrace, epochLength, receiptEpochs };
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
