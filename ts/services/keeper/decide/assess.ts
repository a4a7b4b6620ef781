import { STRIKES } from "../../../model/evidence/rule.ts";

/** What the completion tracker has of a sink. Amounts in wei. */
export type LedgerView = {
  acknowledged: bigint;
  owed: bigint;
  /** What was acknowledged, and what was received, when the present window opened. */
  acknowledgedMark: bigint;
  receivedMark: bigint;
  /** The capacity that the grace is measured by, billionths of a unit. */
  peakScaled: bigint;
  /** When the present window opened, Unix seconds; 0 for a stranger. */
  openedAt: number;
  /** Windows in a row that closed beyond the horizon. */
  strikes: number;
};

export type AssessView = {
  ledger: LedgerView;
  /** False for a sink that left: its bond stays liable until it is out. */
  registered: boolean;
  /** What the pool has paid the sink so far, wei. */
  received: bigint;
  /** The chain's clock, Unix seconds. */
  timestamp: number;
  /** V·h: the least age of a window that closes, seconds. */
  receiptInterval: number;
  /** Number of the present epoch: Unix seconds / h. */
  epoch: number;
  /** Epoch in which the sink was last settled. */
  settledEpoch: number;
  /** Wei. */
  minAmount: bigint;
};

/**
 * Whether a window can close and there is something in it to judge: the sink was paid, or owes from before (a dead sink is
 * paid no more, and its strikes have to go on). Where too little money takes part it stays open all the same, so who was
 * settled in this epoch is not looked at again.
 */
export function isWindowDue(view: AssessView): boolean {
  const { ledger, received, timestamp, receiptInterval, minAmount, registered, epoch, settledEpoch } = view;
  if (ledger.openedAt === 0 || timestamp < ledger.openedAt + receiptInterval) return false;
  if (registered && epoch <= settledEpoch) return false;
  const paid = received - ledger.receivedMark;
  return (paid > 0n && paid >= minAmount) || (ledger.owed > 0n && ledger.owed >= minAmount);
}

/**
 * Whether to judge a sink rather than settle it: a slash is ready, the window that can close may bring the last strike, or
 * the sink has left, and nobody can settle it any more.
 */
export function shouldAssess(view: AssessView): boolean {
  const strikes = BigInt(view.ledger.strikes);
  if (strikes >= STRIKES) return true;
  return isWindowDue(view) && (!view.registered || strikes === STRIKES - 1n);
}
