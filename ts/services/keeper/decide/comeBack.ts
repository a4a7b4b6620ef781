import { escrowUnitsUp } from "../../../model/exact.ts";

export type ComeBackView = {
  /** What all sources together stream, wei per second. */
  flowRate: bigint;
  /** The most that one unit may be paid, wei per second. */
  priceCap: bigint;
  units: { sinks: bigint; escrow: bigint; fee: bigint };
};

/** After so long money can confirm what a look has begun to watch, milliseconds. */
export const CONFIRM_DELAY = 12_000;

/**
 * Whether the present stream would move the escrow and no look has settled that yet: a rate counts once money has confirmed
 * it, so somebody has to come back.
 */
export function shouldComeBack({ flowRate, priceCap, units }: ComeBackView): boolean {
  return escrowUnitsUp(flowRate, priceCap, units.sinks, units.fee) !== units.escrow;
}
