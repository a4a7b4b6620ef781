import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { markovRates } from "../rates.ts";
import { Rng } from "../rng.ts";
import {
  constantSource,
  DEFAULT_PARAMETERS,
  FLUID_PARAMETERS,
  type Scenario,
  scenarioOf,
  sinksOf,
} from "../scenario.ts";
import { mean } from "../stats.ts";

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

/** Fifty equal sinks whose work per epoch varies, at a load; what they declare over what they can do. */
function noisy(over: number, load: number, given: Partial<Scenario> = {}) {
  const sinks = sinksOf([Array.from({ length: 50 }, () => ({ rate: 10, claim: 10 * over }))]);
  const source = constantSource(0, 500 * load, NOISY_STEPS);
  return simulate(scenarioOf({ steps: NOISY_STEPS, sinks, sources: [source], serviceNoise: 0.2, ...given })).recording;
}

const NOISY_STEPS = 4000;
const STEADY = 1000;

describe("counterexample: at load 0.98, noise of 0.2 makes the escrow of exactly honest sinks grow for ever", () => {
  /** Of capacity, in each half of the time after the start. */
  const growth = (over: number) => {
    const { escrow } = noisy(over, 0.98, { parameters: DEFAULT_PARAMETERS });
    const middle = (STEADY + NOISY_STEPS) / 2;
    const between = (from: number, to: number) =>
      ((escrow[to] as number) - (escrow[from] as number)) / ((to - from) * 60 * 500);
    return [between(STEADY, middle), between(middle, NOISY_STEPS - 1)];
  };

  test("C = μ: by 2 % of capacity, as fast later as sooner", () => {
    for (const rate of growth(1)) {
      expect(rate).toBeGreaterThan(0.018);
      expect(rate).toBeLessThan(0.023);
    }
  });

  test("C = 1.05 μ: it does not grow", () => {
    for (const rate of growth(1.05)) expect(Math.abs(rate)).toBeLessThan(1e-3);
  });
});

describe("theorem (noise): a margin ε loses at most the share σ²/(2 T ε μ²)", () => {
  const horizon = 360;
  const parameters = { ...FLUID_PARAMETERS, horizon };
  // Per epoch 0.2 · 10 · 60 unit-seconds of deviation, so σ² = (0.2 · 10)² · 60.
  const bound = (margin: number) => (4 * 60) / (2 * horizon * margin * 100);

  test.each([0.05, 0.1, 0.2, 0.4])("ε = %d, saturated", (margin) => {
    const { served } = noisy(1 + margin, 2, { parameters });
    const loss = 1 - mean(served, STEADY) / 500;
    expect(loss).toBeLessThan(bound(margin));
    expect(loss).toBeLessThan(0.02);
  });

  test("in bursts with a mean between what the bound leaves and nothing: all of it is served", () => {
    const margin = 0.3;
    const load = 1 - bound(margin) - 0.01;
    const rates = Float64Array.from({ length: NOISY_STEPS }, (_, step) => (step % 20 < 10 ? 1000 * load : 0));
    const sources = [{ ...constantSource(0, 0, NOISY_STEPS), rates }];
    const { escrow } = noisy(1 + margin, load, { parameters, sources });
    // The burst of ten epochs, and no more.
    expect(Math.max(...escrow)).toBeLessThan(1.05 * 500 * 600);
  });
});
