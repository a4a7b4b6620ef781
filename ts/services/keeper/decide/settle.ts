import { provenBacklogDown } from "../../../model/evidence/rule.ts";
import { worthPerDay } from "../worth.ts";
import { type AssessView, isWindowDue, shouldAssess } from "./assess.ts";

export type SettleView = AssessView & {
  /** V: so many epochs after it was settled a sink fades. */
  receiptEpochs: number;
  /** u: what it should have, units. */
  effectiveCapacity: bigint;
  /** Q by the verifier, as it counts now, unit-seconds. */
  verifiedBacklog: bigint;
  /** q: wei per second and unit. */
  unitRate: bigint;
  /** T, seconds. */
  horizon: number;
  /** D, seconds. */
  acknowledgementGrace: number;
};

/**
 * Whether to bring a sink's ledger up to date: its window can close, it is about to fade because nobody did, or work that
 * it owed was acknowledged since, so that its pay would return.
 */
export function shouldSettle(view: SettleView): boolean {
  if (!view.registered || shouldAssess(view)) return false;
  return isWindowDue(view) || isFading(view) || isRecovering(view);
}

/** The last epoch in which what it declared counts. A signal settles its sink too, so this is one that signals seldom. */
function isFading({ epoch, settledEpoch, receiptEpochs, effectiveCapacity, unitRate, minAmount }: SettleView): boolean {
  if (epoch < settledEpoch + receiptEpochs) return false;
  return effectiveCapacity > 0n && worthPerDay(effectiveCapacity * unitRate, minAmount);
}

/** Backlog of T seconds takes one unit for each. */
function isRecovering(view: SettleView): boolean {
  const { ledger, verifiedBacklog, unitRate, horizon, acknowledgementGrace, minAmount } = view;
  const acknowledged = ledger.acknowledged - ledger.acknowledgedMark;
  const owed = ledger.owed > acknowledged ? ledger.owed - acknowledged : 0n;
  const terms = { unitRate, acknowledgementGrace: BigInt(acknowledgementGrace) };
  const backlog = provenBacklogDown(owed, ledger.peakScaled, terms);
  const units = (verifiedBacklog - backlog) / BigInt(horizon);
  return units > 0n && worthPerDay(units * unitRate, minAmount);
}
