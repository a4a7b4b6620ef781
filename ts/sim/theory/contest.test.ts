import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, FLUID_PARAMETERS, scenarioOf, sinksOf } from "../scenario.ts";

/** The interest on a unit's bond over the unit's full pay: 23 minutes of pay at 10 % a year. */
const INTEREST = (0.1 * 23 * 60) / (365.25 * 86_400);

/** Below saturation: pay is divided by declarations, and declaring costs interest. */
const gain = (mine: number, others: number, inflow: number, price: number): number =>
  (inflow * mine) / (mine + others) - price * mine;

describe("below saturation declaring is a contest whose price is the interest on the bond", () => {
  test.each([
    { n: 10, load: 0.5, price: 0.01 },
    { n: 3, load: 0.9, price: 0.05 },
    { n: 10, load: 0.5, price: INTEREST },
  ])("$n sinks at load $load, price $price: best replies end at ρ(n − 1)/(n k)", ({ n, load, price }) => {
    const inflow = load * n;
    let declared = Array.from({ length: n }, (_, i) => 1 + i);
    for (let round = 0; round < 4000; round++) {
      const total = declared.reduce((a, b) => a + b, 0);
      // Half way to the best reply, √(λ·others/k) − others, where the derivative of the gain is zero.
      declared = declared.map((mine) => {
        const others = total - mine;
        return (mine + Math.max(1, Math.sqrt((inflow * others) / price) - others) / n) / (1 + 1 / n);
      });
    }
    const rest = (load * (n - 1)) / (n * price);
    for (const mine of declared) expect(mine / rest).toBeCloseTo(1, 3);
    // It is a rest: no other declaration gains, and interest eats (n − 1)/n of the pay.
    const others = (n - 1) * rest;
    for (const factor of [0.5, 0.9, 1.1, 2]) {
      expect(gain(factor * rest, others, inflow, price)).toBeLessThan(gain(rest, others, inflow, price));
    }
    expect((price * n * rest) / inflow).toBeCloseTo((n - 1) / n, 9);
  });

  test("the interest limits nothing: a hundredfold declaration costs 0.04 % of the revenue of honest work", () => {
    expect(100 * INTEREST).toBeCloseTo(0.000437, 6);
    expect((0.5 * 0.9) / INTEREST).toBeGreaterThan(100_000);
  });

  test("when demand then saturates the pool, work paid to who declares x times its rate waits (x − 1) T", () => {
    const [steps, load, horizon] = [3000, 2, 360];
    const sinks = sinksOf([[{ rate: 10, claim: 50 }, { rate: 10 }]]);
    const sources = [constantSource(0, load * 60, steps)];
    const scenario = scenarioOf({ steps, sinks, sources, parameters: { ...FLUID_PARAMETERS, horizon } });
    const { probes } = simulate(scenario, "closed", { probes: [0] });
    expect((probes[0]?.backlog.at(-1) as number) / 10).toBeCloseTo(4 * horizon, 6);
    expect(probes[0]?.pay[0]).toBeCloseTo(50, 6);
  });
});
