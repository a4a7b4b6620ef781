import { type AssessView, shouldAssess } from "./assess.ts";

/**
 * Whether to bring a sink's ledger up to date without judging it: work that it owed has been acknowledged, so that its
 * verified backlog would fall and its pay return before its next assessment.
 */
export function shouldSettle(view: AssessView): boolean {
  const { ledger, epoch, minAmount } = view;
  return (
    !shouldAssess(view) &&
    ledger.settledEpoch < epoch &&
    ledger.owed > 0n &&
    ledger.acknowledged - ledger.settledAcknowledged >= minAmount
  );
}
