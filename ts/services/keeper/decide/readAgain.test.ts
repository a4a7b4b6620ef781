import { expect, test } from "vitest";
import { Random } from "../../../model/random.ts";
import { shouldAssess } from "./assess.ts";
import { readAgainAt } from "./readAgain.ts";
import { type SettleView, shouldSettle } from "./settle.ts";

const EPOCH = 60;
const random = new Random(5n);
const between = (low: number, high: number): number => Number(random.between(BigInt(low), BigInt(high)));

function randomView(): SettleView {
  const timestamp = between(600_000, 700_000);
  const epoch = Math.floor(timestamp / EPOCH);
  return {
    ...{ registered: true, timestamp, epoch, settledEpoch: epoch - between(0, 8), receiptEpochs: 5 },
    ...{
      receiptInterval: 5 * EPOCH,
      effectiveCapacity: random.between(0n, 50n),
      verifiedBacklog: 0n,
      unitRate: 10n ** 14n,
    },
    ...{
      horizon: 360,
      acknowledgementGrace: 120,
      minAmount: 10n ** 16n,
      received: random.between(0n, 2n) * 10n ** 16n,
    },
    ledger: {
      ...{ acknowledged: 0n, owed: 0n, acknowledgedMark: 0n, receivedMark: 0n, peakScaled: 0n, strikes: between(0, 2) },
      openedAt: timestamp - between(0, 500),
    },
  };
}

test("until then there is no reason, however much it is paid", () => {
  let slept = 0;
  for (let run = 0; run < 2_000; run++) {
    const view = randomView();
    if (shouldSettle(view) || shouldAssess(view)) continue;
    const again = readAgainAt(view);
    const { epoch, ledger, settledEpoch } = view;
    // A window that could be closed with too little in it is looked at an interval later.
    if (view.timestamp >= ledger.openedAt + view.receiptInterval && epoch > settledEpoch) continue;
    slept += 1;
    for (let timestamp = view.timestamp; timestamp < again; timestamp += 7) {
      const later = { ...view, timestamp, epoch: Math.floor(timestamp / EPOCH), received: 10n ** 20n };
      expect([shouldSettle(later), shouldAssess(later)]).toEqual([false, false]);
    }
    expect(again).toBeGreaterThan(view.timestamp);
    expect(again).toBeLessThanOrEqual(view.timestamp + view.receiptInterval);
  }
  expect(slept).toBeGreaterThan(200);
});

test("who was settled in this epoch and keeps its window open is looked at in the next", () => {
  const [epoch, receiptInterval] = [10_000, 5 * EPOCH];
  const timestamp = epoch * EPOCH + 20;
  const { ledger, ...view } = randomView();
  const open = { ...ledger, strikes: 0, openedAt: timestamp - receiptInterval - 1 };
  const again = readAgainAt({ ...view, ledger: open, timestamp, epoch, settledEpoch: epoch });
  expect(again).toBe((epoch + 1) * EPOCH);
  const next = { ...view, ledger: open, received: 10n ** 20n, settledEpoch: epoch };
  expect(shouldSettle({ ...next, timestamp: again, epoch: epoch + 1 })).toBe(true);
});

test("who owes, has three strikes or has left is always looked at", () => {
  const view = randomView();
  expect(readAgainAt({ ...view, registered: false })).toBe(0);
  expect(readAgainAt({ ...view, ledger: { ...view.ledger, owed: 1n } })).toBe(0);
  expect(readAgainAt({ ...view, ledger: { ...view.ledger, strikes: 3 } })).toBe(0);
});
