import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { Rng } from "../rng.ts";
import { constantSource, FLUID_PARAMETERS, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest } from "../stats.ts";

/** One sink, C = 20, μ = 10, so that backlog rests at 10 T; h = 60 s in steps of 10 s. */
function sink(horizon: number, delaySteps: number, rates: Float64Array): Scenario {
  const steps = rates.length;
  return scenarioOf({
    steps,
    stepSeconds: 10,
    sinks: sinksOf([[{ rate: 10, claim: 20 }]]),
    sources: [{ ...constantSource(0, 0, steps), rates }],
    bufferMax: [0],
    parameters: { ...FLUID_PARAMETERS, horizon, smoothing: 1, timeToLive: 1e6 },
    reporting: { everySteps: 6, delaySteps, jitterSteps: 0, staggered: false },
  });
}

describe("theorem (overshoot): peak ≤ Q*(1 + (τ/T)²/2), whatever the demand", () => {
  const STEPS = 4000;
  const saturated = new Float64Array(STEPS).fill(100);
  const rng = new Rng(11);
  let on = true;
  const bursts = saturated.map(() => {
    if (rng.uniform() < 0.03) on = !on;
    return on ? 100 : rng.between(0, 12);
  });

  test.each([0, 6, 18])("a delay of %i steps of 10 s", (delaySteps) => {
    const tau = 60 + 10 * delaySteps;
    for (const ratio of [0.4, 0.7, 1, 1.5, 2, Math.E]) {
      const horizon = ratio * tau;
      for (const rates of [saturated, bursts]) {
        const peak = largest(simulate(sink(horizon, delaySteps, rates)).recording.backlog) / (10 * horizon);
        expect(peak).toBeLessThanOrEqual(1 + 0.5 / ratio ** 2 + 1e-9);
      }
    }
  });

  test("it is no loose bound: at T = τ and d = 3h three quarters of it are reached", () => {
    const { backlog } = simulate(sink(240, 18, saturated)).recording;
    expect(largest(backlog) / 2400).toBeGreaterThan(1 + 0.75 * 0.5 - 1e-9);
  });
});

describe("theorem (sampled loop): monotone up to a = m^m / (m+1)^(m+1)", () => {
  /** Errors e(n+1) = e(n) - a e(n-m) from a constant past. */
  function crosses(a: number, delay: number): boolean {
    const errors = new Array<number>(delay + 1).fill(1);
    for (let n = 0; n < 400; n++) {
      const next = (errors.at(-1) as number) - a * (errors.at(-1 - delay) as number);
      if (next < 0) return true;
      errors.push(next);
    }
    return false;
  }

  test.each([0, 1, 2, 3, 6])("a delay of %i epochs", (delay) => {
    const boundary = delay ** delay / (delay + 1) ** (delay + 1);
    expect(crosses(boundary, delay)).toBe(false);
    expect(crosses(1.01 * boundary, delay)).toBe(true);
  });
});
