import { expect, test, vi } from "vitest";
import type { Head } from "../runtime/heads.ts";
import { createLogger } from "../runtime/logger.ts";
import { startRounds } from "./rounds.ts";

const HEAD: Head = { number: 7n, hash: "0x07", timestamp: 1_800_000_000n };

function start(endpoints: { head: Head | undefined }, round: (head: Head) => Promise<void>) {
  const lines: string[] = [];
  const log = createLogger({ service: "test", level: "info", write: (line) => lines.push(JSON.parse(line).msg) });
  return { lines, ...startRounds({ endpoints, round, pollInterval: 1, log }) };
}

test("there is no round without a head, and one that fails is not the last", async () => {
  const endpoints: { head: Head | undefined } = { head: undefined };
  const round = vi.fn().mockRejectedValueOnce(new Error("no answer")).mockResolvedValue(undefined);
  const rounds = start(endpoints, round);
  expect(round).not.toHaveBeenCalled();
  endpoints.head = HEAD;
  await expect.poll(() => round.mock.calls.length).toBeGreaterThan(1);
  expect(round).toHaveBeenCalledWith(HEAD);
  expect(rounds.lines).toEqual(["a round failed; the next one tries again"]);
  await rounds.stop();
  await rounds.over();
});

test("once it is stopped nothing begins, and what has begun is waited for", async () => {
  const finish: (() => void)[] = [];
  const round = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
  const rounds = start({ head: HEAD }, round);
  await rounds.stop();
  const begun = round.mock.calls.length;
  expect(begun).toBeGreaterThan(0);
  let isOver = false;
  const over = rounds.over().then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  for (const resolve of finish) resolve();
  await over;
  expect(round).toHaveBeenCalledTimes(begun);
});
