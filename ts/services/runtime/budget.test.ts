import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { Budget } from "./budget.ts";

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;

test("what is used up is remembered until it refills, and named", () => {
  const budget = new Budget({ gasPerHour: 100n, weiPerDay: 10n ** 18n });
  budget.spend({ gas: 60n, wei: 1n }, NOW);
  budget.spend({ gas: 30n, wei: 1n }, NOW + 1_000);
  expect(budget.affords({ gas: 10n, wei: 0n }, NOW + 2_000)).toBe(true);
  expect(budget.affords({ gas: 11n, wei: 0n }, NOW + 2_000)).toBe(false);
  expect(budget.exhausted(NOW + HOUR - 1)).toEqual({ limit: "gas", until: NOW + HOUR });
  expect(budget.problem(NOW + 3_000)).toMatch(
    /^--gas-per-hour 100 is used up until 2027-01-15T09:00:00.000Z: raise it/,
  );
  expect(budget.exhausted(NOW + HOUR)).toBeUndefined();
  expect(budget.affords({ gas: 11n, wei: 0n }, NOW + HOUR)).toBe(true);
});

test("ether has a limit of its own, by the day", () => {
  const budget = new Budget({ gasPerHour: 10n ** 12n, weiPerDay: 5n * 10n ** 16n });
  budget.spend({ gas: 1n, wei: 4n * 10n ** 16n }, NOW);
  expect(budget.affords({ gas: 1n, wei: 2n * 10n ** 16n }, NOW + HOUR)).toBe(false);
  expect(budget.problem(NOW + HOUR)).toMatch(/^--ether-per-day 0.05 is used up until 2027-01-16T08:00/);
  expect(budget.affords({ gas: 1n, wei: 2n * 10n ** 16n }, NOW + 24 * HOUR)).toBe(true);
});

test("what no budget allows is asked for again an hour later, not at every look", () => {
  const budget = new Budget({ gasPerHour: 100n, weiPerDay: 1n });
  expect(budget.affords({ gas: 101n, wei: 0n }, NOW)).toBe(false);
  expect(budget.exhausted(NOW)?.until).toBe(NOW + HOUR);
});

test("whenever it affords, no hour has more gas than the limit", () => {
  const random = new Random(11n);
  for (let run = 0; run < 50; run++) {
    const limit = random.between(50n, 500n);
    const budget = new Budget({ gasPerHour: limit, weiPerDay: 10n ** 18n });
    const spent: { at: number; gas: bigint }[] = [];
    for (let at = NOW; at < NOW + 5 * HOUR; at += Number(random.between(1n, 600_000n))) {
      const gas = random.between(1n, 120n);
      if (!budget.affords({ gas, wei: 0n }, at)) continue;
      budget.spend({ gas, wei: 0n }, at);
      spent.push({ at, gas });
      const hour = spent.filter((each) => each.at > at - HOUR).reduce((sum, each) => sum + each.gas, 0n);
      expect(hour).toBeLessThanOrEqual(limit);
    }
  }
});
