import { describe, expect, test } from "vitest";
import { SCALE, WAD } from "../exact.ts";
import { Random } from "../random.ts";
import {
  creditUp,
  debitDown,
  exitChargeDown,
  isBeyondHorizon,
  isQuorum,
  participatingDown,
  peakAfterDown,
  provenBacklogDown,
  shareDown,
  standardDown,
  unearnedDown,
  withPenaltyDown,
} from "./rule.ts";

const TERMS = { unitRate: 10n ** 9n, horizon: 360n, acknowledgementGrace: 120n, receiptInterval: 300n };
const MONEY = 2n ** 120n;
const percent = (n: bigint): bigint => (n * WAD) / 100n;

describe("who takes part", () => {
  test("all that was spent since the last receipt, but of a longer silence only one interval's worth", () => {
    expect(participatingDown(1000n, 0n, 300n)).toBe(1000n);
    expect(participatingDown(1000n, 300n, 300n)).toBe(1000n);
    expect(participatingDown(1000n, 301n, 300n)).toBe(996n);
    expect(participatingDown(1000n, 86_400n, 300n)).toBe(3n);
  });

  test("a third of the pay is a quorum, a wei less is none, and no pay is none", () => {
    expect(isQuorum(100n, 300n)).toBe(true);
    expect(isQuorum(100n, 301n)).toBe(false);
    expect(isQuorum(0n, 0n)).toBe(false);
  });
});

describe("the standard", () => {
  test("is what the pool acknowledged, and five percent twice less is expected", () => {
    expect(standardDown(WAD, WAD)).toEqual({ standard: WAD, expected: percent(90n), firm: true });
    expect(standardDown(percent(40n), percent(40n)).expected).toBe(percent(33n));
  });

  test("is half of what takes part where less was acknowledged, and then strikes nobody", () => {
    expect(standardDown(percent(10n), percent(60n))).toEqual({
      standard: percent(30n),
      expected: (percent(30n) * 95n) / 100n - percent(5n),
      firm: false,
    });
  });

  test("with a quorum nothing is divided by zero, and nobody is expected to show more than the standard", () => {
    const random = new Random(1n);
    for (let i = 0; i < 2000; i++) {
      const paid = random.edgy(1n, MONEY);
      const participating = random.edgy((paid + 2n) / 3n, MONEY);
      if (!isQuorum(participating, paid)) continue;
      const standard = standardDown(shareDown(random.edgy(0n, MONEY), paid), shareDown(participating, paid));
      expect(standard.standard).toBeGreaterThan(0n);
      expect(standard.standard).toBeLessThanOrEqual(WAD);
      expect(standard.expected).toBeLessThan(standard.standard);
      const received = random.edgy(0n, MONEY);
      expect(debitDown(received, standard)).toBeLessThanOrEqual(received);
      const acknowledged = random.edgy(0n, MONEY);
      expect(creditUp(acknowledged, standard)).toBeGreaterThanOrEqual(acknowledged);
    }
  });
});

describe("what a ledger proves", () => {
  test("the backlog is what is owed beyond the grace", () => {
    const peak = 100n * SCALE;
    expect(provenBacklogDown(12_000n * TERMS.unitRate, peak, TERMS)).toBe(0n);
    expect(provenBacklogDown(12_001n * TERMS.unitRate - 1n, peak, TERMS)).toBe(0n);
    expect(provenBacklogDown(12_001n * TERMS.unitRate, peak, TERMS)).toBe(1n);
    expect(provenBacklogDown(12_001n * TERMS.unitRate, peak + 1n, TERMS)).toBe(0n);
  });

  test("the grace follows capacity up at once, and down by halves", () => {
    expect(peakAfterDown(100n, 300n)).toBe(300n);
    expect(peakAfterDown(300n, 100n)).toBe(200n);
    expect(peakAfterDown(3n, 0n)).toBe(1n);
  });

  test("nine tenths of capacity times horizon are beyond; no backlog is, of no capacity either", () => {
    expect(isBeyondHorizon(32_400n, 100n * SCALE, 360n)).toBe(true);
    expect(isBeyondHorizon(32_399n, 100n * SCALE, 360n)).toBe(false);
    expect(isBeyondHorizon(0n, 0n, 360n)).toBe(false);
    expect(isBeyondHorizon(1n, 0n, 360n)).toBe(true);
  });
});

describe("what it costs", () => {
  test("who earned nothing pays all its pay and a tenth", () => {
    expect(withPenaltyDown(unearnedDown(900n, 1000n, 0n))).toBe(1100n);
  });

  test("never more than twice what is owed", () => {
    expect(unearnedDown(100n, 1000n, 0n)).toBe(200n);
  });

  test("a tenth of the pay is in doubt at exit, at most half of the debt", () => {
    expect(exitChargeDown(300n, 1000n, 700n)).toBe(withPenaltyDown(unearnedDown(200n, 1000n, 700n)));
    expect(exitChargeDown(100n, 1000n, 900n)).toBe(withPenaltyDown(unearnedDown(50n, 1000n, 900n)));
    expect(exitChargeDown(0n, 1000n, 900n)).toBe(0n);
  });

  test("a charge is at most the pay and a tenth, zero without debt, and leaving costs no more than staying", () => {
    const random = new Random(2n);
    for (let i = 0; i < 2000; i++) {
      const received = random.edgy(0n, MONEY);
      const [owed, earned] = [random.edgy(0n, received), random.edgy(0n, MONEY)];
      const charge = withPenaltyDown(unearnedDown(owed, received, earned));
      const exit = exitChargeDown(owed, received, earned);
      expect(charge).toBeLessThanOrEqual(received + received / 10n);
      expect(charge === 0n || owed > 0n).toBe(true);
      expect(exit).toBeLessThanOrEqual(charge);
    }
  });
});
