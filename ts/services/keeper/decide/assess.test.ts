import { describe, expect, test } from "vitest";
import { type LedgerView, shouldAssess } from "./assess.ts";
import { type SettleView, shouldSettle } from "./settle.ts";

const ledger: LedgerView = {
  ...{ acknowledged: 20n, owed: 0n, acknowledgedMark: 20n, receivedMark: 100n },
  ...{ peakScaled: 0n, openedAt: 1000, strikes: 0 },
};
const view = (changes: Partial<SettleView>, book: Partial<LedgerView> = {}): SettleView => ({
  ledger: { ...ledger, ...book },
  ...{ registered: true, received: 100n, timestamp: 1300, receiptInterval: 300, minAmount: 10n },
  ...{ epoch: 21, settledEpoch: 20, receiptEpochs: 5, effectiveCapacity: 0n, verifiedBacklog: 0n },
  ...{ unitRate: 1n, horizon: 360, acknowledgementGrace: 60, ...changes },
});

describe("assess", () => {
  const paid = { received: 110n };
  test.each([
    ["a slash is ready", view({ timestamp: 1001 }, { strikes: 3 }), true],
    ["the window that can close may bring the third strike", view(paid, { strikes: 2 }), true],
    ["it may bring the second", view(paid, { strikes: 1 }), false],
    ["the window is too young to bring the third", view({ ...paid, timestamp: 1299 }, { strikes: 2 }), false],
    ["nothing is in the window that could bring the third", view({}, { strikes: 2 }), false],
    ["the window stayed open this epoch", view({ ...paid, settledEpoch: 21 }, { strikes: 2 }), false],
    ["it has left, and was paid in its window", view({ ...paid, registered: false }), true],
    ["it has left, and owes from before", view({ registered: false }, { owed: 10n }), true],
    ["it has left, and nothing is to be judged", view({ registered: false }), false],
  ])("when %s", (_, given, expected) => expect(shouldAssess(given)).toBe(expected));
});

describe("settle, when its window can close and", () => {
  test.each([
    ["it was paid nothing and owes nothing", view({}), false],
    ["it was paid enough", view({ received: 110n }), true],
    ["it was paid too little", view({ received: 109n }), false],
    ["it was paid nothing, but owes: a dead sink's strikes go on", view({}, { owed: 10n }), true],
    ["it owes too little", view({}, { owed: 9n }), false],
    ["nothing is to be had without a minimum", view({ minAmount: 0n }), false],
    ["it never opened", view({ received: 110n }, { openedAt: 0 }), false],
    ["it stayed open this epoch: too little money takes part", view({ received: 110n, settledEpoch: 21 }), false],
    ["it is assessed anyway", view({ received: 110n }, { strikes: 2 }), false],
    ["it has left, so that nobody can settle it", view({ received: 110n, registered: false }), false],
  ])("%s", (_, given, expected) => expect(shouldSettle(given)).toBe(expected));
});

describe("settle, before it fades, when", () => {
  const last = { epoch: 25, effectiveCapacity: 1n };
  test.each([
    ["this is the last epoch of its capacity", view(last), true],
    ["it has another", view({ ...last, epoch: 24 }), false],
    ["it has none to lose", view({ ...last, effectiveCapacity: 0n }), false],
    ["a day of it is not worth it", view({ ...last, minAmount: 86_401n }), false],
  ])("%s", (_, given, expected) => expect(shouldSettle(given)).toBe(expected));
});

describe("settle, when work that it owed is acknowledged and", () => {
  const young = { timestamp: 1001, verifiedBacklog: 360n };
  test.each([
    ["a unit returns", view(young, { owed: 360n, acknowledged: 380n }), true],
    ["less than a unit returns", view(young, { owed: 360n, acknowledged: 379n }), false],
    ["nothing of it was", view(young, { owed: 360n }), false],
    ["a day of it is not worth it", view({ ...young, minAmount: 86_401n }, { owed: 360n, acknowledged: 380n }), false],
  ])("%s", (_, given, expected) => expect(shouldSettle(given)).toBe(expected));
});
