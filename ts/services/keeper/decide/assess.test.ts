import { describe, expect, test } from "vitest";
import { type AssessView, type LedgerView, shouldAssess } from "./assess.ts";
import { shouldSettle } from "./settle.ts";

const ledger: LedgerView = {
  acknowledged: 0n,
  owed: 0n,
  settledAcknowledged: 0n,
  settledReceived: 100n,
  settledEpoch: 9,
  assessedEpoch: 9,
};
const view = (changes: Partial<AssessView>, book: Partial<LedgerView> = {}): AssessView => ({
  ledger: { ...ledger, ...book },
  ...{ received: 100n, epoch: 10, assessEvery: 1, minAmount: 10n, ...changes },
});

describe("assess", () => {
  test.each([
    ["it was paid nothing and owes nothing", view({}), false],
    ["it was paid enough", view({ received: 110n }), true],
    ["it was paid too little", view({ received: 109n }), false],
    ["it was paid nothing, but owes: a dead sink's strikes go on", view({}, { owed: 10n }), true],
    ["it owes too little", view({}, { owed: 9n }), false],
    ["it was assessed in this epoch", view({ received: 110n, epoch: 9 }), false],
    ["its turn has not come", view({ received: 110n, epoch: 12, assessEvery: 4 }), false],
    ["its turn has come", view({ received: 110n, epoch: 13, assessEvery: 4 }), true],
    ["nothing is to be had without a minimum", view({ minAmount: 0n }), false],
  ])("when %s", (_, given, expected) => expect(shouldAssess(given)).toBe(expected));
});

describe("settle", () => {
  const caughtUp = { owed: 50n, acknowledged: 30n, settledAcknowledged: 20n };
  const between = { assessEvery: 4 };
  test.each([
    ["work that was owed is acknowledged", view(between, caughtUp), true],
    ["it is assessed anyway", view({}, caughtUp), false],
    ["nothing was owed", view(between, { ...caughtUp, owed: 0n }), false],
    ["too little is acknowledged", view(between, { ...caughtUp, acknowledged: 29n }), false],
    ["it was settled in this epoch", view(between, { ...caughtUp, settledEpoch: 10 }), false],
  ])("when %s", (_, given, expected) => expect(shouldSettle(given)).toBe(expected));
});
