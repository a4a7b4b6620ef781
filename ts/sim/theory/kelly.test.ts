import { describe, expect, test } from "vitest";
import { Rng } from "../rng.ts";

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Random points with a sum of at most `budget`. */
function feasible(rng: Rng, count: number, budget: number): number[] {
  const parts = Array.from({ length: count }, () => rng.exponential());
  const scale = (budget * rng.uniform()) / total(parts);
  return parts.map((part) => part * scale);
}

describe("theorem (prices as Kelly's)", () => {
  const rng = new Rng(31);
  const rounds = Array.from({ length: 20 }, () => {
    const bids = Array.from({ length: 5 }, () => rng.between(1, 50));
    return { bids, inflow: total(bids), unitRate: rng.between(0.5, 3), units: rng.between(10, 150) };
  });

  test("capacity view: x = w/p with p = L/U maximises Σ w log x under Σ x ≤ U", () => {
    for (const { bids, inflow, units } of rounds) {
      const value = (x: readonly number[]) => total(x.map((xs, s) => (bids[s] as number) * Math.log(xs)));
      const split = bids.map((w) => (w * units) / inflow);
      expect(total(split)).toBeCloseTo(units, 9);
      for (let i = 0; i < 200; i++) expect(value(feasible(rng, 5, units))).toBeLessThanOrEqual(value(split) + 1e-9);
    }
  });

  test("work view: x = w/max(q, L/U) maximises Σ w log x - q Σ x under Σ x ≤ U, scarce or not", () => {
    let scarce = 0;
    for (const { bids, inflow, units, unitRate } of rounds) {
      const value = (x: readonly number[]) =>
        total(x.map((xs, s) => (bids[s] as number) * Math.log(xs) - unitRate * xs));
      const price = Math.max(unitRate, inflow / units);
      if (price > unitRate) scarce++;
      const split = bids.map((w) => w / price);
      expect(total(split)).toBeLessThanOrEqual(units + 1e-9);
      for (let i = 0; i < 200; i++) expect(value(feasible(rng, 5, units))).toBeLessThanOrEqual(value(split) + 1e-9);
    }
    expect(scarce).toBeGreaterThan(3);
    expect(scarce).toBeLessThan(17);
  });

  test("sinks: F = u·min(q, L/U) maximises Σ u log F under Σ F ≤ L, F ≤ q u", () => {
    for (const { bids: units, inflow, unitRate } of rounds) {
      const money = inflow * rng.between(0.3, 2);
      const value = (pay: readonly number[]) => total(pay.map((f, k) => (units[k] as number) * Math.log(f)));
      const paid = units.map((u) => u * Math.min(unitRate, money / total(units)));
      for (let i = 0; i < 200; i++) {
        const other = feasible(rng, 5, money).map((f, k) => Math.min(f, unitRate * (units[k] as number)));
        expect(value(other)).toBeLessThanOrEqual(value(paid) + 1e-9);
      }
    }
  });
});

describe("remark (max-weight): splitting in proportion to differentials does not minimise the drift bound", () => {
  test("differentials 10 and 1, equal capacities: 9.18 against 10", () => {
    const weights = [10, 1];
    const proportional = total(weights.map((w) => (w * w) / total(weights)));
    expect(proportional).toBeCloseTo(9.18, 2);
    expect(Math.max(...weights)).toBe(10);
  });
});
