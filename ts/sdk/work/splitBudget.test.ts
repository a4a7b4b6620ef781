import { parseEther } from "viem";
import { describe, expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { judgePool, type PoolReading, UnusableReadingError, usualUnits } from "./judgePool.ts";
import { restrainBudget, type SplitBudgetParameters, splitBudget } from "./splitBudget.ts";

const Q = 10n ** 12n;
const UNIT = { unitRate: Q, units: 100n, usualUnits: 100n, inflow: 0n, overflow: 0n, horizon: 360, grace: 60 };
const QUIET = { rate: 0n, unanswered: 0n, answered: 0n, barredUntil: 0 };
const pool = (change: Partial<PoolReading> = {}): PoolReading => ({ ...UNIT, ...QUIET, ...change });
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** Pools of any kind, the awkward ones often. */
function anything(random: Random): SplitBudgetParameters {
  const pools = Array.from({ length: Number(random.between(1n, 8n)) }, () => {
    const unitRate = random.between(10n ** 11n, 10n ** 14n);
    const units = random.edgy(0n, 2n ** 30n);
    return pool({
      ...{ unitRate, units, usualUnits: random.oneIn(3n) ? random.edgy(0n, 2n ** 31n) : units },
      inflow: random.edgy(0n, 2n * unitRate * (units + 1n)),
      overflow: random.edgy(0n, unitRate * (units + 1n) * 4000n),
      rate: random.edgy(0n, unitRate * (units + 1n)),
      unanswered: random.oneIn(4n) ? random.edgy(0n, 10n ** 20n) : 0n,
      answered: random.edgy(0n, 10n ** 17n),
      barredUntil: random.oneIn(5n) ? 2000 : 0,
    });
  });
  return { budget: random.edgy(0n, 10n ** 26n), pools, now: 1000 };
}

describe("whatever the pools are like", () => {
  const random = new Random(14n);
  const cases = Array.from({ length: 4000 }, () => anything(random));
  const judged = cases.map((parameters) => ({ parameters, split: splitBudget(parameters) }));
  const isDead = ({ units, usualUnits }: PoolReading) => units === 0n || units * 20n < usualUnits;
  const isSilent = ({ unanswered: k, answered: s }: PoolReading, budget: bigint) =>
    k * 50n > budget * 60n && k > s * 780n;

  test("every wei of the budget is split, or none", () => {
    let [stopped, moved] = [0, 0];
    for (const { parameters, split } of judged) {
      const { budget, pools } = parameters;
      expect(sum(split.rates)).toBe(split.reason === "stopped" ? 0n : budget);
      expect(split.rates.every((rate) => rate >= 0n)).toBe(true);
      expect(split.rates).toHaveLength(pools.length);
      stopped += Number(split.reason === "stopped");
      moved += Number(split.reason === "moved");
    }
    expect(stopped).toBeGreaterThan(100);
    expect(moved).toBeGreaterThan(100);
  });

  test("no pool that is dead or silent keeps money, and one that is silent is barred for an hour", () => {
    let silent = 0;
    for (const { parameters, split } of judged) {
      parameters.pools.forEach((pool, i) => {
        const isOut = isDead(pool) || isSilent(pool, parameters.budget) || pool.barredUntil > parameters.now;
        if (isOut) expect(split.rates[i]).toBe(0n);
        if (!isSilent(pool, parameters.budget)) expect(split.barredUntil[i]).toBe(pool.barredUntil);
        else expect(split.barredUntil[i]).toBe(4600);
        silent += Number(isSilent(pool, parameters.budget));
      });
    }
    expect(silent).toBeGreaterThan(100);
  });

  test("the same input gives the same output, and nothing that was handed in changes", () => {
    for (const { parameters, split } of judged.slice(0, 500)) {
      const copy = structuredClone(parameters);
      expect(splitBudget(parameters)).toEqual(split);
      expect(parameters).toEqual(copy);
    }
  });

  test("without a dead pool at most a tenth of the money moves, and no share falls below 2 %", () => {
    let [most, tests] = [0, 0];
    for (const { parameters, split } of judged) {
      const { budget, pools } = parameters;
      const total = sum(pools.map(({ rate }) => rate));
      if (total === 0n || budget < 10n ** 12n || !["moved", "kept"].includes(split.reason)) continue;
      const shares = pools.map(({ rate }) => Number(rate) / Number(total));
      const after = split.rates.map((rate) => Number(rate) / Number(budget));
      const moved = after.reduce((sum, part, i) => sum + Math.abs(part - (shares[i] as number)), 0) / 2;
      most = Math.max(most, moved);
      const wasOpen = split.barredUntil.map((until) => until <= parameters.now);
      after.forEach((part, i) => {
        if (wasOpen[i] && !isDead(pools[i] as PoolReading))
          expect(part).toBeGreaterThan(Math.min(0.02, shares[i] as number) - 1e-9);
      });
      tests += 1;
    }
    expect(tests).toBeGreaterThan(300);
    expect(most).toBeGreaterThan(0.099);
    expect(most).toBeLessThan(0.1 + 1e-9);
  });

  test("what moves makes the whole cheaper", () => {
    let tests = 0;
    for (let round = 0; round < 500; round++) {
      const budget = random.between(10n ** 13n, 10n ** 20n);
      const pools = Array.from({ length: Number(random.between(2n, 6n)) }, () => {
        const inflow = random.between(0n, 150n) * Q;
        // Nobody is at the floor: what has just come back is given its 2 % whatever they cost.
        return pool({ inflow, overflow: random.edgy(0n, 10n ** 17n), rate: random.between(30n, 90n) * Q });
      });
      const { rates, reason } = splitBudget({ budget, pools, now: 0 });
      if (reason !== "moved") continue;
      const prices = pools.map((pool) => judgePool({ pool, budget, meanUnitRate: Number(Q), now: 0 }).price);
      const cost = (rates: readonly bigint[]) =>
        rates.reduce((all, rate, i) => all + Number(rate) * (prices[i] as number), 0) / Number(sum(rates));
      expect(cost(rates)).toBeLessThan(cost(pools.map(({ rate }) => rate)));
      tests += 1;
    }
    expect(tests).toBeGreaterThan(200);
  });
});

test("the worked example", () => {
  const [one, other] = [pool({ inflow: 95n * Q, rate: 45n * Q }), pool({ inflow: 60n * Q, rate: 45n * Q })];
  const { rates, reason } = splitBudget({ budget: 90n * Q, pools: [one, other], now: 0 });
  expect(reason).toBe("moved");
  expect(Number(rates[0]) / 1e12).toBeCloseTo(37.57, 2);
  expect(Number(rates[1]) / 1e12).toBeCloseTo(52.43, 2);
});

test("within the band nothing moves, and a rate changes only with the budget", () => {
  const pools = [pool({ inflow: 87n * Q, rate: 45n * Q }), pool({ inflow: 60n * Q, rate: 45n * Q })];
  expect(splitBudget({ budget: 90n * Q, pools, now: 0 })).toMatchObject({ rates: [45n * Q, 45n * Q], reason: "kept" });
  expect(splitBudget({ budget: 60n * Q, pools, now: 0 })).toMatchObject({ rates: [30n * Q, 30n * Q], reason: "kept" });
});

test("the first split is by room, and what a dead pool had goes where room is, at once", () => {
  const full = pool({ inflow: 100n * Q });
  const { rates, reason } = splitBudget({ budget: 60n * Q, pools: [full, pool({ inflow: 20n * Q })], now: 0 });
  expect(reason).toBe("started");
  expect(rates[1]).toBeGreaterThan(59n * Q);

  const dead = pool({ units: 4n, inflow: 50n * Q, rate: 50n * Q });
  const [busy, free] = [pool({ inflow: 70n * Q, rate: 20n * Q }), pool({ inflow: 20n * Q, rate: 20n * Q })];
  const left = splitBudget({ budget: 90n * Q, pools: [dead, busy, free], now: 0 });
  expect(left.reason).toBe("left");
  expect(left.rates[0]).toBe(0n);
  expect((left.rates[2] as bigint) - 20n * Q).toBeGreaterThan(2n * ((left.rates[1] as bigint) - 20n * Q));
});

test("a pool that lives again gets a floor once prices differ, not before", () => {
  const back = pool();
  const busy = (load: bigint) => pool({ inflow: load * Q, rate: 80n * Q });
  expect(splitBudget({ budget: 80n * Q, pools: [back, busy(85n)], now: 0 }).rates[0]).toBe(0n);
  const { rates } = splitBudget({ budget: 80n * Q, pools: [back, busy(99n)], now: 0 });
  expect(Number(rates[0]) / 80e12).toBeCloseTo(0.02, 6);
});

test("what is usual is remembered for a day", () => {
  expect(usualUnits(0n, 100n, 600)).toBe(100n);
  expect(usualUnits(100n, 0n, 600)).toBe(100n);
  expect(usualUnits(1000n, 0n, 43_200)).toBe(500n);
  expect(usualUnits(1000n, 700n, 43_200)).toBe(700n);
  expect(usualUnits(1000n, 1n, 1e9)).toBe(1n);
});

test.each([
  ["two minutes of it wait", 120n, 1],
  ["a quarter of a horizon more", 210n, 0.75],
  ["two horizons", 720n, 0.5],
])("a budget is restrained: %s", (_, seconds, part) => {
  const budget = parseEther("0.001");
  const restrained = restrainBudget({ budget, owned: seconds * budget, horizon: 360 });
  expect(Number(restrained) / Number(budget)).toBeCloseTo(part, 5);
  expect(restrained).toBeLessThanOrEqual(budget);
});

test.each([
  ["no pool", { pools: [] }, /at least one pool/],
  ["a negative budget", { budget: -1n }, /budget is at least 0, not -1: read the pool again/],
  ["a negative inflow", { pools: [pool({ inflow: -5n })] }, /inflow is at least 0, not -5/],
  ["no unit rate", { pools: [pool({ unitRate: 0n })] }, /unit rate is above 0/],
  ["no horizon", { pools: [pool({ horizon: 0 })] }, /horizon above 0/],
  ["no time", { now: Number.NaN }, /Unix seconds/],
])("refuses %s", (_, change, message) => {
  const split = () => splitBudget({ budget: Q, pools: [pool()], now: 0, ...change });
  expect(split).toThrow(UnusableReadingError);
  expect(split).toThrow(message);
});
