import { expect, test } from "vitest";
import { Demand, Hysteresis } from "./demand.ts";

test("demand is what comes per second, and is forgotten", () => {
  const demand = new Demand(100);
  expect(demand.rate(0)).toBe(0n);
  for (let now = 0; now <= 2000; now++) demand.asked(1000n, now);
  // A geometric sum instead of an integral: half a second's worth too much.
  expect(Number(demand.rate(2000))).toBeCloseTo(1005, -1);
  expect(Number(demand.rate(2100))).toBeCloseTo(1005 / Math.E, -1);
  expect(demand.rate(20_000)).toBeLessThanOrEqual(1n);
});

test("the rate goes up at once, down after a while, and stays for small differences", () => {
  const rates = new Hysteresis({ floor: 10n, ceiling: 1000n, calm: 60 });
  expect(rates.next(100n, 124n, 0)).toBeUndefined();
  expect(rates.next(100n, 125n, 0)).toBe(125n);
  expect(rates.next(100n, 51n, 0)).toBeUndefined();
  expect(rates.next(100n, 50n, 100)).toBeUndefined();
  expect(rates.next(100n, 0n, 159)).toBeUndefined();
  expect(rates.next(100n, 0n, 160)).toBe(10n);
});

test("a moment of more begins the wait anew", () => {
  const rates = new Hysteresis({ floor: 10n, ceiling: 1000n, calm: 60 });
  expect(rates.next(100n, 20n, 0)).toBeUndefined();
  expect(rates.next(100n, 90n, 50)).toBeUndefined();
  expect(rates.next(100n, 20n, 70)).toBeUndefined();
  expect(rates.next(100n, 20n, 130)).toBe(20n);
});

test("neither the floor nor the ceiling is left, and at them nothing is sent", () => {
  const rates = new Hysteresis({ floor: 10n, ceiling: 1000n, calm: 0 });
  expect([rates.next(100n, 9999n, 0), rates.next(1000n, 9999n, 0), rates.next(10n, 0n, 0)]).toEqual([
    1000n,
    undefined,
    undefined,
  ]);
});
