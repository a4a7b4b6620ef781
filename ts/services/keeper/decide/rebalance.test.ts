import type { Address } from "viem";
import { expect, test } from "vitest";
import { sinksToAskFor, sinksToRebalance } from "./rebalance.ts";

const addressOf = (digit: number): Address => `0x${String(digit).repeat(40)}`;
const sinks = [
  [100n, 100n],
  [100n, 104n],
  [100n, 105n],
  [105n, 100n],
  [100n, 0n],
  [0n, 1n],
].map(([units = 0n, effectiveCapacity = 0n], index) => ({ sink: addressOf(index), units, effectiveCapacity }));
const view = { sinks, overdue: new Set<Address>(), price: 10n ** 14n, minAmount: 0n };

const named = (it: typeof view): Address[] => sinksToRebalance(it).map(({ sink }) => sink);

test("names who differs by five percent, leaves or comes; the others are asked for", () => {
  expect(named(view)).toEqual([2, 3, 4, 5].map(addressOf));
  expect(sinksToAskFor(view)).toEqual([addressOf(1)]);
});

test("names whose refresh is due, but not who is where it should be", () => {
  const overdue = new Set([addressOf(0), addressOf(1)]);
  expect(named({ ...view, overdue })).toEqual([1, 2, 3, 4, 5].map(addressOf));
});

test("leaves what misroutes less than the minimum within a day", () => {
  const day = 86_400n * view.price;
  expect(named({ ...view, minAmount: 5n * day })).toEqual([2, 3, 4].map(addressOf));
  expect(named({ ...view, minAmount: 5n * day + 1n })).toEqual([addressOf(4)]);
});

test("says what each misroutes within a day", () => {
  const day = 86_400n * view.price;
  expect(sinksToRebalance(view).map(({ worth }) => worth / day)).toEqual([5n, 5n, 100n, 1n]);
});
