import { expect, test } from "vitest";
import { runService, untilInterrupted } from "./lifecycle.ts";
import { createLogger } from "./logger.ts";

function start() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ service: "test", level: "debug", write: (line) => lines.push(JSON.parse(line)) });
  return { lines, log, controller: new AbortController() };
}

test("what was begun ends in reverse order after a signal", async () => {
  const { log, controller } = start();
  const ended: string[] = [];
  const running = runService({ log, interrupted: controller.signal }, async ({ interrupted, onStop }) => {
    onStop("first", () => void ended.push("first"));
    onStop("second", async () => void ended.push("second"));
    await untilInterrupted(interrupted);
    ended.push("body");
  });
  controller.abort();
  await running;
  expect(ended).toEqual(["body", "second", "first"]);
});

test("an error of the body ends everything too, and is passed on", async () => {
  const { log, controller } = start();
  const ended: string[] = [];
  const running = runService({ log, interrupted: controller.signal }, async ({ onStop }) => {
    onStop("server", () => void ended.push("server"));
    throw new RangeError("broken");
  });
  await expect(running).rejects.toThrow("broken");
  expect(ended).toEqual(["server"]);
});

test("what does not end, or fails to, holds up nothing else", async () => {
  const { log, controller, lines } = start();
  const ended: string[] = [];
  await runService({ log, interrupted: controller.signal, grace: 20 }, async ({ onStop }) => {
    onStop("last", () => void ended.push("last"));
    onStop("broken", () => Promise.reject(new RangeError("no")));
    onStop("endless", () => new Promise(() => {}));
  });
  expect(ended).toEqual(["last"]);
  expect(lines.filter(({ level }) => level === "error").map(({ what, error }) => [what, error])).toEqual([
    ["endless", "endless did not end in time"],
    ["broken", "no"],
  ]);
});
