import { parseEther } from "viem";
import { expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { parseBudget } from "./budget.ts";

test.each([
  ["5/day", { perDay: parseEther("5") }],
  ["1/hour,5/day", { perHour: parseEther("1"), perDay: parseEther("5") }],
  ["0.5 USDCx / hour", { perHour: parseEther("0.5") }],
])("%s", (text, budget) => {
  expect(parseBudget(text)).toEqual(budget);
});

test.each(["5", "5/week", "-5/day", "0/day", "5/day,6/day", "/day", "1e3/day", ""])("%j is no budget", (text) => {
  expect(() => parseBudget(text)).toThrow(UsageError);
});
