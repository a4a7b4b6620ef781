import { type DrainView, shouldDrain } from "./drain.ts";

export type ReleaseView = DrainView & {
  /** What `release` would return to the sources now, wei. */
  releasable: bigint;
  /** Wei. */
  overflow: bigint;
  /** Wei. */
  bufferMax: bigint;
};

/**
 * Whether to return overflow to the sources. What the sinks can take goes to them first. Overflow above the limit is
 * tried even where nothing seems releasable: a source may have been synchronised since; if not, its simulation fails and
 * nothing is sent.
 */
export function shouldRelease(view: ReleaseView): boolean {
  const { releasable, overflow, bufferMax, minAmount } = view;
  const excess = overflow > bufferMax ? overflow - bufferMax : 0n;
  const amount = releasable > excess ? releasable : excess;
  return amount > 0n && amount >= minAmount && !shouldDrain(view);
}
