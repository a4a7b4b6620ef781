import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { Rng } from "../rng.ts";
import { constantSource, FLUID_PARAMETERS, type Link, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, smallest } from "../stats.ts";

const link = (upstream: number, reserve = true): Link => ({
  upstream,
  downstream: upstream + 1,
  ratio: 1,
  reserve,
  effective: true,
});

describe("theorem (stages): T ≥ e(h + d) at each stage suffices", () => {
  const rates = [12, 11, 13, 10, 9];
  const horizon = Math.E * 120;

  function run(seed: number, bucketEpochs: number) {
    const rng = new Rng(50 + seed);
    const steps = 1500;
    let level = 30;
    const demand = Float64Array.from({ length: steps }, () => {
      if (rng.uniform() < 0.05) level = rng.between(0, 40);
      return level;
    });
    const scenario = scenarioOf({
      steps,
      sinks: sinksOf(rates.map((rate) => [{ rate, claim: 1.5 * rate }])),
      sources: [{ ...constantSource(0, 0, steps), rates: demand }],
      links: rates.slice(1).map((_, i) => link(i)),
      parameters: { ...FLUID_PARAMETERS, horizon, bucketEpochs, timeToLive: 1e6 },
      reporting: { everySteps: 1, delaySteps: 1, jitterSteps: 0, staggered: false },
    });
    return simulate(scenario, "closed", { probes: rates.map((_, i) => i) }).probes;
  }

  test("paid as it flows: no stage exceeds its resting backlog, none is starved by its own loop", () => {
    for (let seed = 1; seed <= 6; seed++) {
      run(seed, 0).forEach(({ backlog, units }, j) => {
        const rate = rates[j] as number;
        expect(largest(backlog)).toBeLessThanOrEqual(horizon * 0.5 * rate * (1 + 1e-9));
        expect(smallest(units)).toBeGreaterThanOrEqual(rate * (1 - 1e-9));
      });
    }
  });

  // A drain pays up to one epoch at once, which no factor g ≤ 1 describes.
  test("with a token bucket of one epoch: by no more than what the bucket holds, C h", () => {
    let beyond = 0;
    for (let seed = 1; seed <= 6; seed++) {
      run(seed, 1).forEach(({ backlog, units }, j) => {
        const rate = rates[j] as number;
        const [rest, bucket] = [horizon * 0.5 * rate, 1.5 * rate * 60];
        if (largest(backlog) > rest) beyond++;
        expect(largest(backlog)).toBeLessThanOrEqual(rest + bucket);
        expect(smallest(units)).toBeGreaterThanOrEqual(rate - bucket / horizon);
      });
    }
    expect(beyond).toBeGreaterThan(0);
  });
});

describe("theorem (draining): what waits between two stages", () => {
  const held = (reserve: boolean) => {
    const steps = 400;
    const scenario = scenarioOf({
      steps,
      sinks: sinksOf([[{ rate: 30 }], [{ rate: 10 }]]),
      sources: [constantSource(0, 100, steps)],
      links: [link(0, reserve)],
      deposits: [0, 5000],
    });
    return simulate(scenario).recording.levels[1] as Float64Array;
  };

  test("falls by h/(3T) per epoch if the limit keeps B/(3T) back", () => {
    const levels = held(true);
    const factor = 1 - 60 / (3 * FLUID_PARAMETERS.horizon);
    for (const epoch of [10, 20, 40]) {
      expect((levels[epoch] as number) / (levels[epoch - 1] as number)).toBeCloseTo(factor, 3);
    }
    expect(levels[399]).toBeLessThan(0.01);
  });

  test("never falls if the limit is passed on exactly", () => {
    const levels = held(false);
    expect(levels[399]).toBeCloseTo(levels[10] as number, 3);
    expect(levels[399]).toBeGreaterThan(4000);
  });
});

describe("observed: random chains of 2 to 6 stages, delays of 0 to 3 epochs, one stage slow for a while", () => {
  /** Swing of the first stage's pay, in parts of the bottleneck, long after the slow time. */
  function lateSwing(seed: number, ratio: number): number {
    const rng = new Rng(seed);
    const stages = 2 + rng.below(5);
    const delaySteps = rng.below(4);
    const rates = Array.from({ length: stages }, () => rng.between(5, 20));
    const slow = [rng.below(stages)];
    const steps = 3000;
    const scenario = scenarioOf({
      steps,
      sinks: sinksOf(rates.map((rate) => [{ rate, claim: rate * rng.between(1.1, 2) }])),
      sources: [constantSource(0, 60, steps)],
      links: rates.slice(1).map((_, i) => link(i)),
      parameters: { ...FLUID_PARAMETERS, horizon: ratio * 60 * (1 + delaySteps), timeToLive: 1e6 },
      reporting: { everySteps: 1, delaySteps, jitterSteps: 0, staggered: false },
      events: [
        { step: 500, kind: "slowDown", sinks: slow, value: 0.5 },
        { step: 1000, kind: "slowDown", sinks: slow, value: 2 },
      ],
    });
    const pay = simulate(scenario, "closed", { probes: [0] }).probes[0]?.pay ?? new Float64Array(0);
    return (largest(pay, 2500) - smallest(pay, 2500)) / Math.min(...rates);
  }

  const swings = (ratio: number) => Array.from({ length: 20 }, (_, seed) => lateSwing(seed + 1, ratio));

  test("none oscillates at T = 0.7 τ, all do at T = 0.45 τ", () => {
    expect(Math.max(...swings(0.7))).toBeLessThan(1e-3);
    expect(Math.min(...swings(0.45))).toBeGreaterThan(0.1);
  });
});
