import { expect, test } from "vitest";
import { Random } from "./random.ts";

test("gives the numbers of the published generator", () => {
  const random = new Random(1234567n);

  expect([1, 2, 3].map(() => random.bits(64))).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
  ]);
});

test("stays in range and reaches both edges", () => {
  const random = new Random(1n);
  const values = Array.from({ length: 2000 }, () => random.edgy(5n, 2n ** 80n));

  expect(values).toContain(5n);
  expect(values).toContain(2n ** 80n);
  for (const value of values) expect(value >= 5n && value <= 2n ** 80n).toBe(true);
});
