import type { SourceEntry } from "../directory.ts";

export type SyncDueView = SourceEntry & {
  /** The chain's clock, Unix seconds. */
  now: number;
};

export type SyncSourceView = SyncDueView & {
  /** What it streams now, wei per second. */
  flowRate: bigint;
  /** What it has streamed so far, at least, wei. */
  streamed: bigint;
  /** Wei. */
  minAmount: bigint;
};

const HOUR = 3600;

/** Whether a source's stream has changed since its last synchronisation, or that is an hour old. */
export function isSyncDue({ changed, synced, syncedAt, dismissed, now }: SyncDueView): boolean {
  // A rate stays what it is until the stream changes, and so does what it is worth.
  if (dismissed === changed) return false;
  return changed > synced || (syncedAt !== undefined && now - syncedAt >= HOUR);
}

/**
 * Whether to count what a source has streamed. One without a stream has nothing to count but the end of it, and strangers
 * open streams of nothing for nothing.
 */
export function shouldSyncSource(view: SyncSourceView): boolean {
  const { changed, synced, flowRate, streamed, minAmount } = view;
  if (!isSyncDue(view)) return false;
  if (flowRate > 0n) return flowRate * BigInt(HOUR) >= minAmount;
  return changed > synced && streamed > 0n && streamed >= minAmount;
}
