import { expect, test } from "vitest";
import { shouldSyncSource } from "./syncSource.ts";

const view = {
  ...{ changed: 5, synced: 9, syncedAt: 10_000, dismissed: undefined, now: 10_600 },
  ...{ flowRate: 1n, streamed: 5000n, minAmount: 3600n },
};

test.each([
  ["nothing has happened", {}, false],
  ["its stream has changed", { changed: 10 }, true],
  ["it was never synchronised", { synced: 0, syncedAt: undefined }, true],
  ["an hour has passed", { now: 13_600 }, true],
  ["an hour less a second has passed", { now: 13_599 }, false],
  ["an hour of its stream is not worth it", { changed: 10, minAmount: 3601n }, false],
  ["it closed a stream that was worth it", { changed: 10, flowRate: 0n }, true],
  ["it closed a stream that was not", { changed: 10, flowRate: 0n, streamed: 3599n }, false],
  ["it has no stream for hours", { now: 20_000, flowRate: 0n }, false],
  ["it was found too small", { changed: 10, dismissed: 10 }, false],
  ["it was found too small and has changed since", { changed: 11, dismissed: 10 }, true],
])("when %s", (_, changes, expected) => expect(shouldSyncSource({ ...view, ...changes })).toBe(expected));
