import type { SourceEntry } from "../directory.ts";

export type SyncDueView = SourceEntry & {
  /** The chain's clock, Unix seconds. */
  now: number;
  /** h, seconds. */
  epochLength: number;
  /** T: how long after its end, or after it was asked for, a source's part of the escrow returns, seconds. */
  horizon: number;
  /** Units of the escrow, and of the whole pool. */
  units: { escrow: bigint; total: bigint };
  /** Wei. */
  minAmount: bigint;
};

export type SyncSourceView = SyncDueView & {
  /** What it streams now, wei per second. */
  flowRate: bigint;
  /** What it has streamed so far, at least, wei. */
  streamed: bigint;
  /** What a synchronisation would pay it now, wei. */
  payable: bigint;
  /** How long its balance lasts, seconds; undefined if it does not shrink. */
  runway: number | undefined;
};

const HOUR = 3600;

/** Five looks before a stream can be liquidated, seconds: what it earns after its last synchronisation is lost then. */
const DRY = 150;

/** Whether there may be a reason to synchronise a source; only then is it read. */
export function isSyncDue(view: SyncDueView): boolean {
  // A rate stays what it is until the stream changes, and so does what it is worth.
  if (view.dismissed === view.changed) return false;
  return view.changed > view.synced || isReturnDue(view) || (isAtStake(view) && isTimeToRead(view));
}

/** In an epoch in which it was synchronised only its balance matters, and that was read not long ago. */
function isTimeToRead(view: SyncDueView): boolean {
  return isSyncedBefore(view) || view.readAgainAt === undefined || view.now >= view.readAgainAt;
}

/**
 * When to see again how long a source's balance lasts, Unix seconds: half-way to when it is nearly dry. Who takes money away
 * before loses what it took the risk of.
 */
export function sourceAgainAt(now: number, runway: number | undefined): number {
  return runway === undefined ? Number.POSITIVE_INFINITY : now + Math.max(0, Math.floor((runway - DRY) / 2));
}

/** Whether to count what a source has earned, and to pay it what is its own. */
export function shouldSyncSource(view: SyncSourceView): boolean {
  const { changed, synced, flowRate, streamed, payable, runway, minAmount } = view;
  if (!isSyncDue(view)) return false;
  // Strangers open streams of nothing for nothing; one that has ended has nothing to count but its end.
  if (changed > synced) return flowRate > 0n ? flowRate * BigInt(HOUR) >= minAmount : isWorth(streamed, minAmount);
  if (isReturnDue(view)) return isWorth(payable, minAmount);
  return isSyncedBefore(view) || (runway !== undefined && runway < DRY);
}

/** One horizon after its stream ended, or after it asked, once. */
function isReturnDue({ flowRate, changedAt, returnsAt, syncedAt = 0, now, horizon }: SyncDueView): boolean {
  const endsAt = flowRate === 0n && changedAt !== undefined ? changedAt + horizon : undefined;
  return [endsAt, returnsAt].some((at) => at !== undefined && now >= at && syncedAt < at);
}

/** Whether what its stream has paid into the escrow since its last synchronisation is worth a transaction. */
function isAtStake({ flowRate, syncedAt, now, units, minAmount }: SyncDueView): boolean {
  if (syncedAt === undefined || units.total === 0n) return false;
  return isWorth((flowRate * BigInt(now - syncedAt) * units.escrow) / units.total, minAmount);
}

/** The first receipt of a source in an epoch synchronises it, so this is one that has given none. */
function isSyncedBefore({ syncedAt = 0, now, epochLength }: SyncDueView): boolean {
  return Math.floor(syncedAt / epochLength) < Math.floor(now / epochLength);
}

const isWorth = (amount: bigint, minAmount: bigint): boolean => amount > 0n && amount >= minAmount;
