import { expect, test } from "vitest";
import { DepositQueue } from "./deposits.ts";

test("spends the oldest deposits first, and a withdrawn one leaves no gap", () => {
  const queue = new DepositQueue<string>();
  const [first, second, third] = [queue.push("a", 10n), queue.push("b", 20n), queue.push("a", 30n)];

  queue.spend(4n);
  expect(queue.remove(second)).toBe(20n);
  queue.spend(7n);

  expect(queue.waiting).toEqual([{ position: third, owner: "a", amount: 29n }]);
  expect(queue.total).toBe(29n);
  expect(() => queue.remove(first)).toThrow(RangeError);
});

test("one drain can spend no more than the sixteen oldest", () => {
  const queue = new DepositQueue<string>();
  for (let i = 0; i < 20; i++) queue.push("a", 5n);

  expect(queue.total).toBe(100n);
  expect(queue.ready).toBe(80n);
  expect(() => queue.spend(81n)).toThrow(RangeError);

  queue.spend(80n);
  expect(queue.ready).toBe(20n);
});

test("numbers are never used again", () => {
  const queue = new DepositQueue<string>();
  queue.remove(queue.push("a", 1n));

  expect(queue.push("b", 1n)).toBe(2n);
});
