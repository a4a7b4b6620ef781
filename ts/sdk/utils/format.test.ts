import { parseEther } from "viem";
import { expect, test } from "vitest";
import { formatAmount, formatDuration, fromFlowRate, InvalidParameterError, toFlowRate } from "../index.ts";

test.each([
  [0n, "0"],
  [1n, "<0.000001"],
  [-1n, "-<0.000001"],
  [parseEther("0.000001"), "0.000001"],
  [parseEther("1"), "1"],
  [parseEther("-1.5"), "-1.5"],
  [parseEther("999.9999999"), "999.999999"],
  [parseEther("1234567.25"), "1,234,567.25"],
])("%d wei are %s tokens", (wei, text) => {
  expect(formatAmount(wei)).toBe(text);
});

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3661, "1 h 1 min"],
  [86_400, "1 d"],
  [93_784, "1 d 2 h"],
  [86_401, "1 d"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("a rate per month and back loses less than a wei per second", () => {
  const amount = parseEther("100");
  const flowRate = toFlowRate({ amount, per: "month" });
  const back = fromFlowRate({ flowRate, per: "month" });
  expect(amount - back).toBeGreaterThanOrEqual(0n);
  expect(amount - back).toBeLessThan(2_628_000n);
  expect(fromFlowRate({ flowRate: 1n, per: "day" })).toBe(86_400n);
  expect(() => toFlowRate({ amount: -1n, per: "day" })).toThrow(InvalidParameterError);
});

test("what the examples say is so", () => {
  expect(toFlowRate({ amount: parseEther("100"), per: "month" })).toBe(38_051_750_380_517n);
  expect(formatAmount(fromFlowRate({ flowRate: 38_051_750_380_517n, per: "month" }))).toBe("99.999999");
  expect(formatAmount(1_234_567_890_000_000_000_000n)).toBe("1,234.56789");
});
