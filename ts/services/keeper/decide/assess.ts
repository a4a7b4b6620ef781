/** What the completion tracker has of a sink. Amounts in wei. */
export type LedgerView = {
  acknowledged: bigint;
  owed: bigint;
  settledAcknowledged: bigint;
  settledReceived: bigint;
  settledEpoch: number;
  assessedEpoch: number;
};

export type AssessView = {
  ledger: LedgerView;
  /** What the pool has paid the sink so far, wei. */
  received: bigint;
  /** Number of the present epoch: Unix seconds / h. */
  epoch: number;
  /** How many epochs apart a sink is assessed. */
  assessEvery: number;
  /** Wei. */
  minAmount: bigint;
};

/**
 * Whether to judge a sink: it was paid since the last settlement, or owes from before (a dead sink is paid no more, and
 * its strikes have to go on), and its turn has come.
 */
export function shouldAssess({ ledger, received, epoch, assessEvery, minAmount }: AssessView): boolean {
  if (epoch < ledger.assessedEpoch + assessEvery) return false;
  const paid = received - ledger.settledReceived;
  return (paid > 0n && paid >= minAmount) || (ledger.owed > 0n && ledger.owed >= minAmount);
}
