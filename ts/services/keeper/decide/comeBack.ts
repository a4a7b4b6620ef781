import { escrowUnitsUp } from "../../../model/exact.ts";
import { CONFIRM_DELAY } from "../../../model/inflow.ts";

export type ComeBackView = {
  /** What all sources together stream, wei per second. */
  flowRate: bigint;
  /** The most that one unit may be paid, wei per second. */
  priceCap: bigint;
  units: { sinks: bigint; escrow: bigint; fee: bigint };
};

/** After so long money can confirm what a look has begun to watch, milliseconds. */
export const COME_BACK_AFTER = 1000 * Number(CONFIRM_DELAY);

/**
 * Whether the present stream would move the escrow and no look has settled that yet: a rate counts once money has confirmed
 * it, so somebody has to come back.
 */
export function shouldComeBack({ flowRate, priceCap, units }: ComeBackView): boolean {
  return escrowUnitsUp(flowRate, priceCap, units.sinks, units.fee) !== units.escrow;
}
