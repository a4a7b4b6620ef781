import { describe, expect, test } from "vitest";
import { isSyncDue, type SyncSourceView, shouldSyncSource, sourceAgainAt } from "./syncSource.ts";

/** Synchronised 600 seconds ago, in an earlier epoch; a tenth of the pool is the escrow's. */
const view: SyncSourceView = {
  ...{ changed: 5, changedAt: 9000, flowRate: 60n, synced: 9, syncedAt: 10_000, returnsAt: undefined },
  ...{
    dismissed: undefined,
    readAgainAt: undefined,
    now: 10_600,
    epochLength: 60,
    horizon: 360,
    units: { escrow: 1n, total: 10n },
  },
  ...{ minAmount: 3601n, streamed: 5000n, payable: 0n, runway: undefined },
};
const decide = (changes: Partial<SyncSourceView>): boolean => shouldSyncSource({ ...view, ...changes });

describe("a stream that has changed", () => {
  const changed = { changed: 10, minAmount: 216_000n };
  test.each([
    ["is counted", changed, true],
    ["is counted if it never was", { ...changed, changed: 5, synced: 0, syncedAt: undefined }, true],
    ["is left if an hour of it is not worth it", { ...changed, minAmount: 216_001n }, false],
    ["is counted when it has ended", { changed: 10, flowRate: 0n }, true],
    ["is left when it has ended and was not worth it", { changed: 10, flowRate: 0n, minAmount: 5001n }, false],
    ["is left if it was found too small", { ...changed, dismissed: 10 }, false],
    ["is counted if it was found too small and has changed since", { ...changed, dismissed: 9 }, true],
  ])("%s", (_, changes, expected) => expect(decide(changes)).toBe(expected));
});

describe("money at stake", () => {
  const enough = { minAmount: 3600n };
  const thisEpoch = { ...enough, now: 10_019, flowRate: 1920n };
  test.each([
    ["is synchronised", enough, true],
    ["is left if it is not worth it", {}, false],
    ["is left if a receipt has done so in this epoch", thisEpoch, false],
    ["is synchronised all the same when its source runs dry", { ...thisEpoch, runway: 149 }, true],
    ["is left when its source lasts for five looks more", { ...thisEpoch, runway: 150 }, false],
    ["is none where nothing overflows", { ...enough, units: { escrow: 0n, total: 10n } }, false],
  ])("%s", (_, changes, expected) => expect(decide(changes)).toBe(expected));
});

describe("what is a source's own", () => {
  const ended = { flowRate: 0n, changedAt: 10_000, now: 10_360, payable: 3601n };
  const asked = { flowRate: 1n, returnsAt: 10_360, now: 10_360, payable: 3601n };
  test.each([
    ["returns one horizon after its stream ended", ended, true],
    ["does not return before", { ...ended, now: 10_359 }, false],
    ["returns once", { ...ended, syncedAt: 10_360 }, false],
    ["is left if it is not worth it", { ...ended, payable: 3600n }, false],
    ["returns when it asked", asked, true],
    ["does not return before the time that it was told", { ...asked, now: 10_359 }, false],
    ["returns once for each time that it asked", { ...asked, syncedAt: 10_361, now: 10_400 }, false],
  ])("%s", (_, changes, expected) => expect(decide(changes)).toBe(expected));
});

test("a source that there is no reason to synchronise is not even read", () => {
  expect(isSyncDue(view)).toBe(false);
  expect(isSyncDue({ ...view, changed: 10 })).toBe(true);
});

test("in an epoch in which it was synchronised a source is read again half-way to when it is dry", () => {
  const thisEpoch = { ...view, minAmount: 3600n, flowRate: 1920n, now: 10_019 };
  expect(isSyncDue({ ...thisEpoch, readAgainAt: sourceAgainAt(10_018, 152) })).toBe(true);
  expect(isSyncDue({ ...thisEpoch, readAgainAt: sourceAgainAt(10_018, 154) })).toBe(false);
  expect(isSyncDue({ ...thisEpoch, readAgainAt: sourceAgainAt(10_018, undefined) })).toBe(false);
  expect(isSyncDue({ ...thisEpoch, now: 10_020, readAgainAt: sourceAgainAt(10_018, 10_000) })).toBe(true);
});
