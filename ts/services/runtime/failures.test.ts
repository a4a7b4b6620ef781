import { afterEach, expect, test, vi } from "vitest";
import { backOff, Failures } from "./failures.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("what fails for a minute is said, with how often and why, until it works", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const failures = new Failures();
  failures.failed("sending", new Error("insufficient funds"));
  vi.setSystemTime(Date.now() + 59_999);
  expect(failures.problem()).toBeUndefined();
  failures.failed("looking", new Error("later"));
  failures.failed("sending", new Error("insufficient funds\nmore"));
  vi.setSystemTime(Date.now() + 1);
  expect(failures.problem()).toBe("sending has failed for 1 min, 2 times: insufficient funds");
  failures.succeeded("sending");
  expect(failures.problem()).toBeUndefined();
});

test("each failure doubles the wait, up to a minute", () => {
  expect([0, 1, 2, 3].map((failures) => backOff(4_000, failures))).toEqual([4_000, 8_000, 16_000, 32_000]);
  expect(backOff(4_000, 400)).toBe(60_000);
  expect(backOff(120_000, 3)).toBe(120_000);
});
