import { describe, expect, test } from "vitest";
import { bondPerUnit, WAD } from "../../../model/exact.ts";
import { Protocol } from "../../../model/protocol.ts";
import { Random } from "../../../model/random.ts";
import { shouldDrain } from "./drain.ts";
import { type ReleaseView, shouldRelease } from "./release.ts";

describe("drain", () => {
  test.each([
    [0n, 0n, false],
    [1n, 0n, true],
    [9n, 10n, false],
    [10n, 10n, true],
  ])("%s drainable with a minimum of %s: %s", (drainable, minAmount, expected) => {
    expect(shouldDrain({ drainable, minAmount })).toBe(expected);
  });
});

describe("release", () => {
  const view = { drainable: 0n, releasable: 0n, minAmount: 10n, escrowFlow: 0n, epochLength: 60, hasReleased: false };
  test.each([
    ["nothing is there", {}, false],
    ["enough is releasable", { releasable: 10n }, true],
    ["too little is", { releasable: 9n }, false],
    ["the sinks can take some of it first", { releasable: 10n, drainable: 10n }, false],
    ["what the sinks can take is not worth it", { releasable: 10n, drainable: 9n }, true],
    ["nothing is, without a minimum", { minAmount: 0n }, false],
    ["less is there than an epoch brings", { releasable: 119n, escrowFlow: 2n }, false],
    ["as much is there as an epoch brings", { releasable: 120n, escrowFlow: 2n }, true],
    ["it was released in this epoch", { releasable: 120n, escrowFlow: 2n, hasReleased: true }, false],
  ])("when %s", (_, changes, expected) => expect(shouldRelease({ ...view, ...changes })).toBe(expected));
});

const EPOCH = 60n;
const DAY = 86_400n;
/** Seconds. */
const LOOK = 12n;
const UNIT_RATE = 10n ** 12n;
const TERMS = {
  ...{ unitRate: UNIT_RATE, epochLength: EPOCH, horizon: 6n * EPOCH, acknowledgementGrace: 2n * EPOCH },
  ...{ signalTimeToLive: 5n * EPOCH, receiptEpochs: 5n, verified: false, smoothing: WAD / 2n },
  ...{ minimumStake: WAD, bufferMax: 50_000n * UNIT_RATE },
};
const CAPACITY = 1000n;

const SOURCES = ["steady", "whim"];

/** A day in which two sources stream more than the sink can take, one of them at another rate in every minute. */
function live(rule: (view: ReleaseView) => boolean, rates: (random: Random) => bigint) {
  const random = new Random(1n);
  const protocol = new Protocol<string>(TERMS, 0n);
  protocol.changeStake("sink", WAD + CAPACITY * bondPerUnit(TERMS), 0n);
  protocol.register("sink", 0n);
  // As the SDK does it.
  const stream = (source: string, units: bigint, now: bigint): void => {
    protocol.syncSource(source, now);
    protocol.setStream(source, units * UNIT_RATE, now);
    protocol.syncSource(source, now);
  };
  stream("steady", 1200n, 1n);
  const releases: bigint[] = [];
  for (let now = EPOCH; now < DAY; now += LOOK) {
    if (now % EPOCH === 0n) protocol.signal([["sink", { capacity: CAPACITY, backlog: 0n }]], now);
    if (now % EPOCH === 2n * LOOK) stream("whim", rates(random), now);
    protocol.rebalance(["sink"], now);
    const { pool, escrowUnits } = protocol.split;
    const view = {
      ...{ drainable: protocol.drainable(now), releasable: protocol.releasable(now), minAmount: 100n * UNIT_RATE },
      ...{ escrowFlow: pool.rateOfUnit * escrowUnits, epochLength: Number(EPOCH) },
      hasReleased: releases.at(-1) === now / EPOCH,
    };
    if (shouldDrain(view)) protocol.drain(now);
    if (!rule(view)) continue;
    protocol.release(now);
    for (const source of SOURCES) protocol.syncSource(source, now);
    releases.push(now / EPOCH);
  }
  const overflow = protocol.overflow(DAY);
  for (const source of SOURCES) stream(source, 0n, DAY);
  const end = DAY + TERMS.horizon;
  for (const source of SOURCES) protocol.syncSource(source, end);
  const returned = SOURCES.map((source) => protocol.returns.returnedTo(source));
  return { releases, overflow, returned, paid: protocol.split.paid(end) };
}

describe("over a day with a buffer that is always full", () => {
  const always = (): bigint => 500n;
  const changing = (random: Random): bigint => random.between(100n, 900n);
  /** By the same rule, but for waiting. */
  const atOnce = (view: ReleaseView): boolean => shouldRelease({ ...view, escrowFlow: 0n, hasReleased: false });
  const looks = Number(DAY / LOOK);

  test.each([
    ["as a keeper that looks often would without waiting", atOnce, always, [0.9 * looks, looks]],
    ["once an epoch", shouldRelease, always, [0.9 * Number(DAY / EPOCH), Number(DAY / EPOCH)]],
    ["no more often where the overflow rises and falls", shouldRelease, changing, [700, Number(DAY / EPOCH)]],
  ] as const)("it is released %s", (_, rule, rates, [least, most]) => {
    const { releases, overflow } = live(rule, rates);
    expect(overflow).toBeGreaterThanOrEqual(TERMS.bufferMax);
    expect(releases.length).toBeGreaterThan(least);
    expect(releases.length).toBeLessThanOrEqual(most);
    if (rule === shouldRelease) expect(new Set(releases).size).toBe(releases.length);
  });

  test("nobody gets less for waiting", () => {
    const [early, late] = [live(atOnce, changing), live(shouldRelease, changing)];
    expect(late.releases.length).toBeLessThan(early.releases.length / 3);
    expect(late.paid).toBe(early.paid);
    for (const [index, wei] of late.returned.entries()) {
      const difference = wei - (early.returned[index] ?? 0n);
      expect(Math.abs(Number(difference)) / Number(wei)).toBeLessThan(1e-9);
    }
  });
});
