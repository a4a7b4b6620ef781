import { describe, expect, test } from "vitest";
import { type ChainOptions, chain } from "../experiments/e09-pipeline.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import type { Scenario } from "../scenario.ts";
import { largest, mean, smallest } from "../stats.ts";

/** Theory 9: μ = (12, 11, 13, 10, 10), C = 1.5 μ, input 30; μ₅ goes 10 → 5 → 10 at epochs 300 and 500. */
function run(options: ChainOptions, given: Partial<Scenario> = {}) {
  const { probes, recording } = simulate({ ...chain(options), ...given }, "closed", { probes: [0, 4] });
  const waiting = (step: number) => recording.levels.slice(1).reduce((sum, level) => sum + (level[step] as number), 0);
  return { first: probes[0]?.pay ?? new Float64Array(0), output: probes[1]?.served ?? new Float64Array(0), waiting };
}

describe("check 8: a slowdown of the last stage reaches the first", () => {
  test("T = 180: its pay follows 10 → 5 → 10 with no late ripple", () => {
    const { first, output } = run({ horizon: 180 });
    for (const [from, to, level] of [
      [100, 300, 10],
      [400, 500, 5],
      [600, 1000, 10],
    ] as const) {
      expect(smallest(first, from, to)).toBeCloseTo(level, 4);
      expect(largest(first, from, to)).toBeCloseTo(level, 4);
    }
    expect(mean(output, 600)).toBeCloseTo(10, 6);
  });

  // Theory 9.3 has 3 to 15, for a limit passed on exactly and an escrow that drains as it can, without a bucket.
  test("T = 25, limit passed on exactly, no bucket: its pay cycles 3 to 15, output 9.0", () => {
    const { first, output } = run({ horizon: 25, reserve: false, bucketEpochs: 0 });
    expect(smallest(first, 700)).toBeCloseTo(3, 3);
    expect(largest(first, 700)).toBeCloseTo(15, 3);
    expect(mean(output, 700)).toBeCloseTo(9, 1);
  });

  test("T = 25, limit passed on exactly, with the bucket: 0 to 15, output 9.67", () => {
    const { first, output } = run({ horizon: 25, reserve: false });
    expect(smallest(first, 700)).toBe(0);
    expect(largest(first, 700)).toBeCloseTo(15, 3);
    expect(mean(output, 700)).toBeCloseTo(9.67, 1);
  });

  test("T = 25 as designed still swings, less", () => {
    const { first } = run({ horizon: 25 });
    expect(largest(first, 900) - smallest(first, 900)).toBeGreaterThan(2);
    expect(largest(first, 900) - smallest(first, 900)).toBeLessThan(6);
  });
});

describe("what waits between the stages", () => {
  test("limit passed on exactly: it never drains", () => {
    const { waiting } = run({ horizon: 180, reserve: false });
    expect(waiting(299)).toBeCloseTo(960, 0);
    expect(waiting(999)).toBeCloseTo(1533.66, 0);
  });

  test("(limit - B/(3T))⁺: it drains to 0.0", () => {
    const { waiting } = run({ horizon: 180 });
    expect(waiting(299)).toBeLessThan(0.05);
    expect(waiting(999)).toBeLessThan(0.05);
  });

  test("a limit by declared capacity misses the slowdown", () => {
    const { first, waiting } = run({ horizon: 180, effective: false, reserve: false });
    expect(mean(first, 400, 500)).toBeGreaterThan(9);
    expect(waiting(499)).toBeGreaterThan(20_000);
  });
});
