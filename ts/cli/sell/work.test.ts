import { expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { MalformedMessageError } from "../../sdk/work/wire.ts";
import { meterOf, WORK } from "./work.ts";

const usual = { price: 1000n, maxOutput: 100, models: [] };
const task = (body: object) => ({
  method: "POST",
  url: new URL("http://seller.example/v1/chat/completions"),
  headers: new Headers(),
  body: new TextEncoder().encode(JSON.stringify(body)),
});

test.each(WORK)("the most that a task by %s costs is what one task costs, or less", (work) => {
  for (const maxTask of [undefined, 1000n, 500_000n]) {
    const { meter, oneTask } = meterOf({ ...usual, work, maxTask });
    if (work === "usage.total_tokens" && maxTask === 1000n)
      expect(() => meter.maximum(task({ n: 1 }))).toThrow(MalformedMessageError);
    else expect(meter.maximum(task({ n: 1 }))).toBeLessThanOrEqual(oneTask);
  }
});

test("only the models that are named are sold", () => {
  const { meter } = meterOf({ ...usual, work: "usage.total_tokens", models: ["small"] });
  expect(meter.maximum(task({ model: "small" }))).toBeGreaterThan(0n);
  for (const body of [{ model: "large" }, { model: ["small"] }, {}]) {
    expect(() => meter.maximum(task(body))).toThrow(MalformedMessageError);
  }
});

test("work for nothing is not sold", () => {
  expect(() => meterOf({ ...usual, work: "request", price: 0n })).toThrow(UsageError);
});
