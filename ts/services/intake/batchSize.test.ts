import { expect, test } from "vitest";
import { BatchSize } from "./batchSize.ts";

test("a batch is as large as what the one before has cost allows", () => {
  const size = new BatchSize(100, 260_000n);
  // By the guess, until a transaction has shown it; nothing is due any sooner for a guess.
  expect([size.next, size.gasOf(10), size.isFull(99), size.isFull(100)]).toEqual([42, 2_600_000n, false, true]);
  size.learn(42, 42n * 219_999n);
  expect([size.next, size.gasOf(10), size.isFull(49), size.isFull(50)]).toEqual([50, 2_200_000n, false, true]);
  size.learn(50, 50n * 24_000n);
  expect(size.next).toBe(100);
  // More than a transaction may use: alone, and the chain has the last word.
  size.learn(1, 12_000_000n);
  expect(size.next).toBe(1);
});
