import { describe, expect, test } from "vitest";
import { EPOCH, GRACE, HORIZON, Market, RECEIPT_EPOCHS } from "../attacks/market.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { Rng } from "../rng.ts";
import { constantSource, FLUID_PARAMETERS, scenarioOf, sinksOf, type Verification } from "../scenario.ts";

const ABSOLUTE: Verification = { ledger: "absolute", latencySteps: 0, slashing: false };
const RELATIVE: Verification = { ...ABSOLUTE, ledger: "relative" };
const STEPS = 3000;

/** What a sink that never works and denies its backlog is paid in all, unit-seconds. */
function paidToDead(capacity: number, horizon: number, grace: number, verification: Verification, honest: number) {
  const scenario = scenarioOf({
    steps: STEPS,
    sinks: sinksOf([[{ rate: 0, claim: capacity, truthful: false }, { rate: honest }]]),
    sources: [
      { ...constantSource(0, 10 * (capacity + honest), STEPS), acknowledges: verification === RELATIVE ? 0.5 : 1 },
    ],
    parameters: { ...FLUID_PARAMETERS, horizon, grace },
    verification,
  });
  return simulate(scenario).received[0] as number;
}

describe("theorem (exposure): a bond of b per unit covers what a sink can be over-paid", () => {
  const rng = new Rng(41);
  const cases = Array.from({ length: 12 }, () => ({
    capacity: rng.between(5, 50),
    horizon: rng.between(180, 900),
    grace: Math.round(rng.between(0, 5)) * 60,
  }));

  test("all acknowledged: at most C (T + D + h), and more than C (T + D) / 2", () => {
    for (const { capacity, horizon, grace } of cases) {
      const paid = paidToDead(capacity, horizon, grace, ABSOLUTE, 10);
      expect(paid).toBeLessThanOrEqual(capacity * (horizon + grace + 60));
      expect(paid).toBeGreaterThan((capacity * (horizon + grace)) / 2);
    }
  });

  test("a share φ expected: at most C ((T + D)/φ + h), so 2q(T + D + h) covers φ ≥ 1/2", () => {
    for (const { capacity, horizon, grace } of cases) {
      const honest = 1000;
      // Half of the work done is acknowledged; the dead sink's pay only dilutes that.
      const share = (0.5 * honest) / (honest + capacity);
      const paid = paidToDead(capacity, horizon, grace, RELATIVE, honest);
      expect(paid).toBeLessThanOrEqual(capacity * ((horizon + grace) / share + 60));
      expect(paid).toBeGreaterThan(capacity * (horizon + grace));
    }
  });
});

/** Shares of quanta in which the market counts work, per second of an ordinary sink's full pay. */
const QUANTA_PER_SECOND = 1e11;

describe("theorem (exposure, the rule of 0.2): a liar that works, with the share s of the pay", () => {
  /** It declares twice what it does, in a saturated pool of ten honest sinks; everything that is done is acknowledged. */
  function liar(weight: number, hours: number) {
    const honest = Array.from({ length: 10 }, () => ({}));
    const market = new Market({
      sinks: [{ capacity: 2 * weight, rate: weight, honest: false }, ...honest],
      sources: [{ share: 1 }],
      load: 3,
      base: 10 + weight,
    });
    market.run(hours * 60, (running) => running.flush(0));
    const pay = market.sinks.map((sink) => sink.pay);
    const share = Math.max(
      ...(pay[0] as number[]).map((mine, epoch) => mine / pay.reduce((sum, one) => sum + (one[epoch] as number), 0)),
    );
    const paid = (pay[0] as number[]).reduce((sum, epoch) => sum + epoch, 0);
    const done = Number(market.evidence.ledgerOf(0).acknowledged) / QUANTA_PER_SECOND;
    const late = (pay[0] as number[]).slice(-30);
    return { share, paid, unearned: paid - done, rest: late.reduce((a, b) => a + b, 0) / late.length / EPOCH / weight };
  }

  /** The delivered share at which it rests, and the bound of the theorem, seconds of full pay. */
  function theorem(share: number, paid: number, capacity: number) {
    const delivered = (0.9 - 0.95 * share) / (1 - 0.95 * share);
    const standard = 1 - share * (1 - delivered);
    const once = capacity * (HORIZON + GRACE + RECEIPT_EPOCHS * EPOCH);
    return { delivered, bound: (1 - delivered) * paid + (once * standard ** 2) / (1 - 1.05 * share) };
  }

  test.each([0.2, 1, 5, 10])(
    "%d times an ordinary sink, 1, 4 and 10 hours: at most the bound, and a quarter of it",
    (weight) => {
      for (const hours of [1, 4, 10]) {
        const { share, paid, unearned } = liar(weight, hours);
        const { bound } = theorem(share, paid, 2 * weight);
        expect(unearned).toBeLessThanOrEqual(bound);
        expect(unearned).toBeGreaterThan(0.25 * bound);
      }
    },
  );

  test.each([
    [0.2, 1.114],
    [1, 1.125],
    [5, 1.185],
  ])("%d times an ordinary sink comes to rest at %d times its rate", (weight, expected) => {
    expect(liar(weight, 10).rest).toBeCloseTo(expected, 2);
  });

  test("a liar that is most of the pool sets the standard itself: it looks whole", () => {
    const { rest, share } = liar(30, 4);
    expect(share).toBeGreaterThan(0.85);
    expect(rest).toBeCloseTo(2, 6);
  });
});
