import { type DrainView, shouldDrain } from "./drain.ts";

export type ReleaseView = DrainView & {
  /** What `release` would set aside for the sources now, wei. */
  releasable: bigint;
};

/** Whether to return overflow to the sources. What the sinks can take goes to them first. */
export function shouldRelease(view: ReleaseView): boolean {
  const { releasable, minAmount } = view;
  return releasable > 0n && releasable >= minAmount && !shouldDrain(view);
}
