import { describe, expect, test } from "vitest";
import { Rng } from "../rng.ts";

/** The pool without delay, apart from any engine: dQ/dt = u g - μ, reflected at zero. */
type Pool = { capacity: number[]; rate: number[]; horizon: number };

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const unitsOf = ({ capacity, horizon }: Pool, backlog: readonly number[]) =>
  capacity.map((c, k) => Math.max(0, c - (backlog[k] as number) / horizon));

function step(pool: Pool, backlog: readonly number[], inflow: number, seconds: number): number[] {
  const units = unitsOf(pool, backlog);
  const g = Math.min(1, inflow / total(units));
  return backlog.map((q, k) => Math.max(0, q + seconds * ((units[k] as number) * g - (pool.rate[k] as number))));
}

/** V(u) = ∫ min(1, λ/s) ds - Σ μ ln u */
function lyapunov(pool: Pool, backlog: readonly number[], inflow: number): number {
  const units = unitsOf(pool, backlog);
  const sum = total(units);
  const integral = sum <= inflow ? sum : inflow * (1 + Math.log(sum / inflow));
  return integral - total(units.map((u, k) => (pool.rate[k] as number) * Math.log(u)));
}

function randomPool(rng: Rng): { pool: Pool; most: number } {
  const rate = Array.from({ length: 6 }, () => rng.between(1, 30));
  const capacity = rate.map((mu) => mu * rng.between(0.6, 3));
  return {
    pool: { capacity, rate, horizon: 180 },
    most: total(rate.map((mu, k) => Math.min(mu, capacity[k] as number))),
  };
}

const distance = (a: readonly number[], b: readonly number[]) => total(a.map((q, k) => Math.abs(q - (b[k] as number))));

describe("theorem (global convergence)", () => {
  test("V falls along every trajectory of the continuous loop, to the one rest point", () => {
    const rng = new Rng(21);
    for (let round = 0; round < 5; round++) {
      const { pool, most } = randomPool(rng);
      const inflow = most * rng.between(0.3, 1.4);
      // Away from u = 0, where V is infinite.
      let backlog = pool.capacity.map((c) => 0.9 * rng.uniform() * c * pool.horizon);
      let before = lyapunov(pool, backlog, inflow);
      let rise = 0;
      for (let n = 0; n < 40_000; n++) {
        backlog = step(pool, backlog, inflow, 0.1);
        const now = lyapunov(pool, backlog, inflow);
        rise = Math.max(rise, now - before);
        before = now;
      }
      expect(rise).toBeLessThan(1e-9);
      const units = unitsOf(pool, backlog);
      const g = Math.min(1, inflow / total(units));
      const served = total(units.map((u, k) => Math.min(g * u, pool.rate[k] as number)));
      expect(served).toBeCloseTo(Math.min(inflow, most), 1);
    }
  });

  test("sampled with h ≤ T: order is kept and ‖Q − Q'‖₁ never grows, for any demand", () => {
    const rng = new Rng(22);
    for (let round = 0; round < 30; round++) {
      const { pool, most } = randomPool(rng);
      const seconds = rng.between(1, pool.horizon);
      let low = pool.capacity.map((c) => rng.uniform() * c * pool.horizon);
      let high = low.map((q, k) => q + rng.uniform() * ((pool.capacity[k] as number) * pool.horizon - q));
      for (let n = 0; n < 300; n++) {
        const inflow = most * rng.between(0, 2) + 1e-6;
        const [nextLow, nextHigh] = [step(pool, low, inflow, seconds), step(pool, high, inflow, seconds)];
        expect(distance(nextLow, nextHigh)).toBeLessThanOrEqual(distance(low, high) * (1 + 1e-12) + 1e-9);
        nextLow.forEach((q, k) => {
          expect(q).toBeLessThanOrEqual((nextHigh[k] as number) + 1e-9);
        });
        [low, high] = [nextLow, nextHigh];
      }
    }
  });

  test("sampled with h ≤ T: from empty and from full to the same point", () => {
    const rng = new Rng(23);
    for (let round = 0; round < 20; round++) {
      const { pool, most } = randomPool(rng);
      const inflow = most * (round % 2 === 0 ? rng.between(0.3, 0.95) : rng.between(1.05, 1.5));
      let [low, high] = [pool.capacity.map(() => 0), pool.capacity.map((c) => c * pool.horizon)];
      for (let n = 0; n < 4000; n++) {
        low = step(pool, low, inflow, pool.horizon);
        high = step(pool, high, inflow, pool.horizon);
      }
      expect(distance(low, high) / total(pool.capacity)).toBeLessThan(0.1);
    }
  });

  test("at λ = M exactly, with all over-declared, there are many rest points, and all serve M", () => {
    const pool = { capacity: [20, 40], rate: [10, 20], horizon: 180 };
    for (const g of [1, 0.8, 0.6]) {
      const rest = pool.rate.map((mu, k) => pool.horizon * ((pool.capacity[k] as number) - mu / g));
      expect(distance(step(pool, rest, 30, 60), rest)).toBeLessThan(1e-9);
    }
  });
});

describe("theorem (delay): reports that are late by as much as they like, differently for each sink", () => {
  const [STEPS, SECONDS, AGE] = [6000, 60, 3];
  /** h/T = 27/256, the largest that the sampled key lemma allows for reports up to three epochs old. */
  const horizon = (SECONDS * 256) / 27;

  /** Units at the end, from an empty past; each sink's report is 0 to 3 epochs old, drawn anew in each epoch. */
  function late({ capacity, rate }: Pool, inflowOf: (n: number) => number, rng: Rng): { units: number[]; g: number } {
    const past = [capacity.map(() => 0)];
    let [units, g] = [capacity, 1];
    for (let n = 0; n < STEPS; n++) {
      units = capacity.map((c, k) => {
        const seen = past[Math.max(0, past.length - 1 - rng.below(AGE + 1))] as number[];
        return Math.max(0, c - (seen[k] as number) / horizon);
      });
      g = Math.min(1, inflowOf(n) / total(units));
      const now = past.at(-1) as number[];
      past.push(now.map((q, k) => Math.max(0, q + SECONDS * ((units[k] as number) * g - (rate[k] as number)))));
      if (past.length > AGE + 1) past.shift();
    }
    return { units, g };
  }

  test("above saturation, demand that varies: every sink comes to min(C, μ)", () => {
    const rng = new Rng(24);
    for (let round = 0; round < 10; round++) {
      const { pool, most } = randomPool(rng);
      const { units } = late(pool, () => most * rng.between(1.02, 3), rng);
      units.forEach((u, k) => {
        expect(u).toBeCloseTo(Math.min(pool.capacity[k] as number, pool.rate[k] as number), 6);
      });
    }
  });

  test("below saturation, constant demand: g comes to its root, and every sink to min(C, μ/g)", () => {
    const rng = new Rng(25);
    for (let round = 0; round < 10; round++) {
      const { pool, most } = randomPool(rng);
      const { units, g } = late(pool, () => 0.8 * most, rng);
      expect(total(units.map((u, k) => Math.min(g * u, pool.rate[k] as number)))).toBeCloseTo(0.8 * most, 1);
      units.forEach((u, k) => {
        expect(u).toBeCloseTo(Math.min(pool.capacity[k] as number, (pool.rate[k] as number) / g), 1);
      });
    }
  });
});
