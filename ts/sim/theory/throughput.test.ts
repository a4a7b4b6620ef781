import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { markovRates } from "../rates.ts";
import { Rng } from "../rng.ts";
import { constantSource, FLUID_PARAMETERS, scenarioOf, sinksOf } from "../scenario.ts";

const SINKS = [{ rate: 10, claim: 15 }, { rate: 8, claim: 5 }, { rate: 12, claim: 30 }, { rate: 10 }];
/** M = Σ min(μ, C) */
const MOST = 37;
const STEPS = 4000;

describe("theorem (throughput): with a bounded escrow at most the overflow of a queue served at q·M is lost", () => {
  test.each([1000, 5000, 20_000])("bufferMax %i", (bufferMax) => {
    for (let seed = 1; seed <= 4; seed++) {
      const rates = markovRates(new Rng(seed), STEPS, 90, 8, 12);
      let [level, overflow] = [0, 0];
      for (const rate of rates) {
        level = Math.max(0, level + 60 * (rate - MOST));
        overflow += Math.max(0, level - bufferMax);
        level = Math.min(level, bufferMax);
      }
      const scenario = scenarioOf({
        steps: STEPS,
        sinks: sinksOf([SINKS]),
        sources: [{ ...constantSource(0, 0, STEPS), rates }],
        bufferMax: [bufferMax],
        parameters: { ...FLUID_PARAMETERS, horizon: Math.E * 60, timeToLive: 1e6 },
      });
      const { returned } = simulate(scenario);
      expect(returned).toBeLessThanOrEqual(overflow + 1);
      expect(returned).toBeGreaterThan(0.5 * overflow);
    }
  });
});
