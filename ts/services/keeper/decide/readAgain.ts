import { STRIKES } from "../../../model/evidence/rule.ts";
import type { SettleView } from "./settle.ts";

/**
 * From when on there may be a reason to settle or to judge a sink for which there was none now, Unix seconds. Signals and
 * settlements only put it off. What it owes may be acknowledged at any time, so who owes is always looked at.
 */
export function readAgainAt({
  ledger,
  registered,
  settledEpoch,
  receiptEpochs,
  receiptInterval,
  timestamp,
}: SettleView): number {
  if (!registered || ledger.owed > 0n || BigInt(ledger.strikes) >= STRIKES) return 0;
  const epochLength = receiptInterval / receiptEpochs;
  const fades = (settledEpoch + receiptEpochs) * epochLength;
  // Who was settled before its window could close, or when too little took part, is settled again in the next epoch.
  const closes = Math.max(ledger.openedAt + receiptInterval, (settledEpoch + 1) * epochLength);
  // What is past and was no reason, for it was not worth a transaction, is looked at again an interval later.
  return Math.min(...[fades, closes].filter((at) => at > timestamp), timestamp + receiptInterval);
}
