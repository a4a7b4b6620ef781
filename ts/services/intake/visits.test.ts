import { afterEach, expect, test, vi } from "vitest";
import { Health } from "../runtime/health.ts";
import { createLogger } from "../runtime/logger.ts";
import { Visits } from "./visits.ts";

const log = createLogger({ service: "test", level: "silent", write: () => {} });
const start = () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const health = new Health();
  return { health, visits: new Visits({ log, health }) };
};

afterEach(() => {
  vi.useRealTimers();
});

test("a task type is not visited twice at once, and others do not wait for it", async () => {
  const { visits } = start();
  let finish: (done: boolean) => void = () => {};
  const visited: string[] = [];
  const first = visits.visit("0xa", () => {
    visited.push("first");
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const second = async () => {
    visited.push("second");
    return true;
  };
  await visits.visit("0xa", second);
  await visits.visit("0xb", second);
  expect(visited).toEqual(["first", "second"]);
  finish(true);
  await first;
  await visits.visit("0xa", second);
  expect(visited).toEqual(["first", "second", "second"]);
});

test("what was not done rests for five seconds", async () => {
  const { visits } = start();
  const visit = vi.fn(async () => false);
  await visits.visit("0xa", visit);
  vi.setSystemTime(1_004_999);
  await visits.visit("0xa", visit);
  expect(visit).toHaveBeenCalledTimes(1);
  vi.setSystemTime(1_005_000);
  await visits.visit("0xa", visit);
  expect(visit).toHaveBeenCalledTimes(2);
});

test("a failure is tried again a little later; after a minute of them the service is not well, until one succeeds", async () => {
  const { health, visits } = start();
  const fail = () => visits.visit("0xa", () => Promise.reject(new Error("no answer")));
  await fail();
  vi.setSystemTime(1_059_999);
  await fail();
  expect(health.report().status).toBe("ok");
  vi.setSystemTime(1_060_000);
  expect(health.report()).toEqual({
    status: "failing",
    problems: [{ check: "visits", problem: "0xa has failed for 1 min, 2 times: no answer" }],
  });
  vi.setSystemTime(1_080_000);
  await visits.visit("0xa", async () => true);
  expect(health.report().status).toBe("ok");
});
