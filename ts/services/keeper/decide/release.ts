import { type DrainView, shouldDrain } from "./drain.ts";

export type ReleaseView = DrainView & {
  /** What `release` would set aside for the sources now, wei. */
  releasable: bigint;
  /** What the escrow is paid now, wei per second. */
  escrowFlow: bigint;
  /** h, seconds. */
  epochLength: number;
  /** Whether this keeper has released in this epoch already. */
  hasReleased: boolean;
};

/**
 * Whether to return overflow to the sources. What the sinks can take goes to them first, and what an epoch brings is waited
 * for: a buffer that stays full is released once an epoch, by however many keepers, and what an overflow that has ended
 * left behind at once. Waiting takes nothing from anybody: a release is divided by shares, whenever it comes.
 */
export function shouldRelease(view: ReleaseView): boolean {
  const { releasable, minAmount, escrowFlow, epochLength, hasReleased } = view;
  // Whoever makes a stream rise and fall could otherwise have it released each time.
  if (hasReleased || shouldDrain(view)) return false;
  return releasable > 0n && releasable >= minAmount && releasable >= escrowFlow * BigInt(epochLength);
}
