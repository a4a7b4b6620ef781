import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, FLUID_PARAMETERS, type Reporting, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, mean, smallest } from "../stats.ts";

/** Theory 3, 5.3 and 5.4: one sink that declares 20 units and serves 10, in a saturated pool. */
function sink(horizon: number, given: Partial<Scenario> = {}): Scenario {
  const steps = given.steps ?? 3000;
  return scenarioOf({
    steps,
    sinks: sinksOf([[{ rate: 10, claim: 20 }]]),
    sources: [constantSource(0, 100, steps)],
    ...given,
    parameters: { ...FLUID_PARAMETERS, ...given.parameters, horizon },
  });
}

const late = (delaySteps: number, everySteps = 1): Reporting => ({
  everySteps,
  delaySteps,
  jitterSteps: 0,
  staggered: false,
});

describe("check 1: rate", () => {
  test("backlog after 1, 3, 10 epochs is 600, 1266.67, 1768.79", () => {
    const { backlog } = simulate(sink(180, { steps: 10 })).recording;
    expect(backlog[0]).toBeCloseTo(600, 5);
    expect(backlog[2]).toBeCloseTo(1266.667, 3);
    expect(backlog[9]).toBeCloseTo(1768.785, 3);
  });

  test("the error shrinks by 1 - h/T per epoch, whatever h/T < 2", () => {
    for (const horizon of [31, 45, 60, 100, 400]) {
      const { backlog } = simulate(sink(horizon, { steps: 3 })).recording;
      const error = (step: number) => (backlog[step] as number) - horizon * 10;
      // Below T = h the second epoch would need a negative backlog, which reflection forbids.
      if (horizon >= 60) expect(error(1)).toBeCloseTo(error(0) * (1 - 60 / horizon), 4);
    }
  });
});

describe("check 2: boundary of stability", () => {
  test.each([
    { horizon: 40, delay: 0, peak: 1.5 },
    { horizon: 61, delay: 1, peak: 1.983 },
  ])("T = $horizon, delay $delay epochs converges, peak $peak Q*", ({ horizon, delay, peak }) => {
    const { backlog } = simulate(sink(horizon, { reporting: late(delay) })).recording;
    expect(largest(backlog) / (10 * horizon)).toBeCloseTo(peak, 3);
    expect(backlog.at(-1)).toBeCloseTo(10 * horizon, 3);
  });

  test.each([
    { horizon: 25, delay: 0 },
    { horizon: 50, delay: 1 },
  ])("T = $horizon, delay $delay epochs cycles for ever", ({ horizon, delay }) => {
    const { backlog } = simulate(sink(horizon, { reporting: late(delay) })).recording;
    expect(smallest(backlog, 2900)).toBe(0);
    expect(largest(backlog, 2900)).toBeGreaterThan(15 * horizon);
  });

  // Stable iff h/T < 2cos(mπ/(2m+1)): just above and just below. From just beside the resting point, because
  // reflection at zero makes a cycle of large swings sticky even a little above the linear boundary.
  test.each([0, 1, 2, 3])("a delay of %i epochs is stable up to a = 2cos(mπ/(2m+1))", (delay) => {
    const boundary = 60 / (2 * Math.cos((delay * Math.PI) / (2 * delay + 1)));
    const swing = (horizon: number) => {
      const calm = sink(1.02 * horizon, { reporting: late(delay), steps: 40_000 });
      const nearby = { ...calm, events: [{ step: 0, kind: "slowDown" as const, sinks: [0], value: 1.9 }] };
      const { backlog } = simulate({ ...nearby, parameters: { ...nearby.parameters, horizon } }).recording;
      return (largest(backlog, 39_000) - smallest(backlog, 39_000)) / horizon;
    };
    expect(swing(1.03 * boundary)).toBeLessThan(1e-3);
    expect(swing(0.97 * boundary)).toBeGreaterThan(0.05);
  });

  test("a fresh report delayed by less than an epoch: d < T, h - 2d < 2T", () => {
    const fine = { stepSeconds: 10, steps: 20_000 };
    const comesToRest = (horizon: number, delay: number) => {
      const { backlog } = simulate(sink(horizon, { ...fine, reporting: late(delay, 6) })).recording;
      return largest(backlog, 19_000) - smallest(backlog, 19_000) < 1e-3 * horizon;
    };
    expect(comesToRest(35, 0)).toBe(true);
    expect(comesToRest(25, 0)).toBe(false);
    expect(comesToRest(45, 4)).toBe(true);
    expect(comesToRest(35, 4)).toBe(false);
  });
});

describe("key lemma: T against τ = h + d", () => {
  // τ = 240 s with d = 3h; the step response from an empty queue is the adversary's best move.
  test.each([
    { ratio: Math.E, peak: 1 },
    { ratio: 1.5, peak: 1.102 },
    { ratio: 1, peak: 1.375 },
  ])("T = $ratio τ: highest backlog $peak Q*", ({ ratio, peak }) => {
    const horizon = ratio * 240;
    const { backlog } = simulate(sink(horizon, { reporting: late(3) })).recording;
    expect(largest(backlog) / (10 * horizon)).toBeCloseTo(peak, 3);
  });

  test("T = eτ: never above Q* and never below min(C, μ), for any demand and any jitter", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const steps = 3000;
      const source = constantSource(0, 0, steps);
      // Saturated or starved for stretches of any length.
      for (let step = 0; step < steps; step++) {
        source.rates[step] = Math.sin(step * step * 0.001 * seed) + Math.sin(step / (3 + seed)) > 0 ? 100 : 0;
      }
      const scenario = sink(Math.E * 120, {
        steps,
        seed,
        stepSeconds: 10,
        sources: [source],
        bufferMax: [0],
        reporting: { everySteps: 3, delaySteps: 6, jitterSteps: 3, staggered: false },
        parameters: { ...FLUID_PARAMETERS, timeToLive: 1e6 },
      });
      const [probe] = simulate(scenario, "closed", { probes: [0] }).probes;
      expect(largest(probe?.backlog ?? [])).toBeLessThanOrEqual(Math.E * 120 * 10 * (1 + 1e-9));
      expect(smallest(probe?.units ?? [])).toBeGreaterThanOrEqual(10 * (1 - 1e-9));
    }
  });

  test("irregular sampling with any delay is stable for T > τ / 1.5", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const scenario = sink(1.01 * (120 / 1.5), {
        steps: 20_000,
        stepSeconds: 10,
        seed,
        reporting: { everySteps: 1, delaySteps: 6, jitterSteps: 5, staggered: false },
        parameters: { ...FLUID_PARAMETERS, timeToLive: 1e6 },
      });
      const { backlog } = simulate(scenario).recording;
      expect(largest(backlog, 19_000) - smallest(backlog, 19_000)).toBeLessThan(1);
    }
  });
});

describe("check 7: hysteresis of 5 %", () => {
  const parameters = { ...FLUID_PARAMETERS, hysteresis: 0.05, overdueEpochs: Number.POSITIVE_INFINITY };
  const cycle = (hysteresisOfPresent: boolean) => {
    const scenario = sink(600, { parameters, steps: 6000 });
    const { probes, recording } = simulate(scenario, "closed", { probes: [0], ablation: { hysteresisOfPresent } });
    const units = probes[0]?.units ?? [];
    return {
      low: smallest(units, 3000),
      high: largest(units, 3000),
      mean: mean(units, 3000),
      farthest: Math.max(largest(recording.backlog, 3000) - 6000, 6000 - smallest(recording.backlog, 3000)),
    };
  };

  test("of present units, as in the theory: u in [9.60, 10.12], mean 10.000", () => {
    const { low, high, mean: average, farthest } = cycle(true);
    expect(low).toBeCloseTo(9.6, 2);
    expect(high).toBeCloseTo(10.12, 2);
    expect(average).toBeCloseTo(10, 2);
    expect(farthest).toBeLessThanOrEqual(0.05 * 6000);
  });

  test("of the smaller of both, as in the contracts: u in [9.84, 10.33], mean 10.000", () => {
    const { low, high, mean: average, farthest } = cycle(false);
    expect(low).toBeCloseTo(9.835, 3);
    expect(high).toBeCloseTo(10.329, 3);
    expect(average).toBeCloseTo(10, 2);
    expect(farthest).toBeLessThanOrEqual(0.05 * 6000);
  });
});

describe("smoothing", () => {
  test("of declared capacity: to within 5 % takes 9 epochs at α = 0.3", () => {
    const scenario = sink(180, { start: "ramp", steps: 20 });
    scenario.sinks.rate[0] = 20;
    const [probe] = simulate(scenario, "closed", { probes: [0] }).probes;
    expect(probe?.units[7]).toBeLessThan(0.95 * 20);
    expect(probe?.units[8]).toBeGreaterThan(0.95 * 20);
  });

  test("of effective capacity: overshoots by 28 % at T = 3h, and not from T = 11.3h on", () => {
    const overshoot = (epochs: number) => {
      const scenario = sink(60 * epochs, { parameters: { ...FLUID_PARAMETERS, smoothing: 1 }, steps: 2000 });
      const { backlog } = simulate(scenario, "closed", { ablation: { smoothEffective: 0.3 } }).recording;
      return largest(backlog) / (600 * epochs) - 1;
    };
    expect(overshoot(3)).toBeCloseTo(0.276, 2);
    expect(overshoot(10)).toBeGreaterThan(1e-4);
    expect(overshoot(11.5)).toBeLessThan(1e-6);
  });
});
