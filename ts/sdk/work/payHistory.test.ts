import { expect, test } from "vitest";
import { eligible, emptyPay, notePaid, type PayHistory, paidIn, paidLately, timeToPay } from "./payHistory.ts";

/** So much per second from 0 to `until`, noted every `every` seconds. */
function paidEvenly(perSecond: number, until: number, every: number): PayHistory {
  let history = emptyPay(360);
  for (let now = 0; now <= until; now += every) history = notePaid(history, now, BigInt(perSecond * now));
  return history;
}

test.each([1, 2, 7, 15, 60])("noted every %i s, a few points tell what was paid within the horizon", (every) => {
  const history = paidEvenly(10, 4200, every);
  expect(history.points.length).toBeLessThanOrEqual(27);
  const now = history.points.at(-1)?.time ?? 0;
  expect(paidIn(history)).toBe(BigInt(10 * now));
  const recent = Number(paidLately(history, now));
  // Counted from the last point before: never less than it was.
  expect(recent).toBeGreaterThanOrEqual(3600);
  expect(recent).toBeLessThanOrEqual(3600 + 10 * Math.max(30, every));
  expect(timeToPay(history, now, 100n)).toBe(now + 10);
});

test("a correction in the same second replaces what was said, and one downwards is believed", () => {
  const history = notePaid(notePaid(paidEvenly(10, 60, 60), 120, 5000n), 120, 1200n);
  expect(paidIn(history)).toBe(1200n);
  expect(paidIn(notePaid(history, 130, 1000n))).toBe(1000n);
  expect(eligible(notePaid(history, 130, 0n), 0n, 100n, 130)).toBe(0n);
});

test("who pays nothing any more is owed a task at most, and nobody says when there is more", () => {
  const history = paidEvenly(10, 600, 60);
  expect(eligible(history, 0n, 100n, 600)).toBe(3600n);
  expect(eligible(history, 0n, 100n, 780)).toBe(1800n);
  expect(eligible(history, 0n, 100n, 960)).toBe(100n);
  expect(eligible(history, 5990n, 100n, 960)).toBe(10n);
  expect(eligible(history, 6010n, 100n, 960)).toBe(-10n);
  expect(timeToPay(history, 960, 1n)).toBeUndefined();
  expect(timeToPay(history, 960, 0n)).toBe(960);
  expect(timeToPay(emptyPay(360), 0, 1n)).toBeUndefined();
});
