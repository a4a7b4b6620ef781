import type { Address } from "viem";
import { expect, test } from "vitest";
import { newStanding } from "./standing.ts";
import { noteWork, noWork, silenceOf, type WorkCount, workIn } from "./workHistory.ts";

/** Notes a count every minute, of a pool that is asked for 10¹¹ wei per second. */
function watch(minutes: number, count: (minute: number) => WorkCount) {
  let history = noWork(360, 60);
  for (let minute = 0; minute <= minutes; minute++) history = noteWork(history, 60 * minute, count(minute));
  return history;
}

const asked = (minute: number): bigint => 60n * 10n ** 11n * BigInt(minute);
const until = (death: number) => (minute: number) => ({
  asked: asked(minute),
  answered: asked(Math.min(death, minute)),
});

test("of a pool that answers nothing is missing, and the rate is what it answers", () => {
  const { unanswered, answered } = silenceOf(watch(60, until(60)));
  expect(unanswered).toBe(0n);
  expect(Number(answered) / 1e11).toBeCloseTo(1, 2);
});

test("what a dead pool owes grows, and its rate falls; half an hour later nothing else is left", () => {
  const seen = [5, 10, 30].map((minutes) => silenceOf(watch(60 + minutes, until(60))));
  // What was asked for within the last minute, the grace, is not missing yet.
  expect(seen.map(({ unanswered }) => unanswered)).toEqual([asked(4), asked(9), asked(12)]);
  expect(Number(seen[0]?.answered) / 1e11).toBeCloseTo(0.9 ** 5, 2);
  expect(Number(seen[2]?.answered) / 1e11).toBeCloseTo(0.9 ** 30, 2);
});

test("a pool whose sinks fail a tenth of the time is not silent, however long it goes on", () => {
  const history = watch(3000, (minute) => ({ asked: asked(minute), answered: (asked(minute) * 9n) / 10n }));
  const { unanswered, answered } = silenceOf(history);
  expect(unanswered).toBeLessThan(answered * 780n);
  expect(history.points.length).toBeLessThan(60);
});

test("nothing is said before the patience is over, nor of one look twice in a second", () => {
  expect(silenceOf(watch(12, until(0))).unanswered).toBe(0n);
  expect(silenceOf(watch(14, until(0))).unanswered).toBeGreaterThan(0n);
  const history = watch(20, until(20));
  expect(noteWork(history, 1200.5, { asked: 0n, answered: 0n })).toBe(history);
});

test("what sinks that do not answer are paid counts as asked for", () => {
  const standing = (changes: object) => ({
    ...newStanding("0x1" as Address, 360),
    sent: 10n,
    accepted: 8n,
    ...changes,
  });
  const pay = { horizon: 360, points: [{ time: 0, paid: 50n }] };
  expect(workIn([standing({ pay })])).toEqual({ asked: 10n, answered: 8n });
  expect(workIn([standing({ pay }), standing({ pay, failures: 1 })])).toEqual({ asked: 60n, answered: 16n });
  expect(workIn([standing({ pay, reachable: false })])).toEqual({ asked: 50n, answered: 8n });
});
