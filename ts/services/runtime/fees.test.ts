import { describe, expect, test } from "vitest";
import { bumpFees, quoteFees } from "./fees.ts";

describe("fees", () => {
  test("cover twice the base fee and the tip, up to the limit", () => {
    expect(quoteFees(10n, 3n, 100n)).toEqual({ maxFeePerGas: 23n, maxPriorityFeePerGas: 3n });
    expect(quoteFees(10n, 3n, 20n)).toEqual({ maxFeePerGas: 20n, maxPriorityFeePerGas: 3n });
    expect(quoteFees(10n, 30n, 20n)).toEqual({ maxFeePerGas: 20n, maxPriorityFeePerGas: 20n });
    expect(quoteFees(20n, 0n, 20n)).toEqual({ maxFeePerGas: 20n, maxPriorityFeePerGas: 0n });
    expect(quoteFees(21n, 0n, 20n)).toBeUndefined();
  });

  test("of a replacement are a quarter higher, and what is asked now", () => {
    const old = { maxFeePerGas: 100n, maxPriorityFeePerGas: 8n };
    expect(bumpFees(old, undefined, 1000n)).toEqual({ maxFeePerGas: 126n, maxPriorityFeePerGas: 11n });
    const now = { maxFeePerGas: 500n, maxPriorityFeePerGas: 9n };
    expect(bumpFees(old, now, 1000n)).toEqual({ maxFeePerGas: 500n, maxPriorityFeePerGas: 11n });
    expect(bumpFees(old, now, 500n)).toBeDefined();
    expect(bumpFees(old, now, 499n)).toBeUndefined();
  });

  test("rise from nothing, too", () => {
    const free = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
    expect(bumpFees(free, undefined, 10n)).toEqual({ maxFeePerGas: 1n, maxPriorityFeePerGas: 1n });
  });
});
