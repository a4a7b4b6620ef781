import { describe, expect, test } from "vitest";
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
