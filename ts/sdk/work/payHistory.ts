import { max, min } from "../../core/bigints.ts";

/** What one source has paid one sink, lately: credit that is older than the horizon lapses. Wei and Unix seconds. */
export type PayHistory = { horizon: number; points: { time: number; paid: bigint }[] };

export const emptyPay = (horizon: number): PayHistory => ({ horizon, points: [] });

/** So many points at most within a horizon. */
const RESOLUTION = 24;

/** Notes what was paid since the beginning. One point before the horizon is kept, to count from. */
export function notePaid({ horizon, points }: PayHistory, time: number, paid: bigint): PayHistory {
  const earlier = points.filter((point) => point.time < time);
  const [before, last] = [earlier.at(-2), earlier.at(-1)];
  // A point that is hardly older than the one before it gives way to the new one.
  if (before !== undefined && last !== undefined && last.time - before.time < horizon / RESOLUTION) earlier.pop();
  const kept = [...earlier, { time, paid }];
  const first = kept.findLastIndex((point) => point.time <= time - horizon);
  return { horizon, points: first > 0 ? kept.slice(first) : kept };
}

/** Paid since the beginning, wei. */
export const paidIn = ({ points }: PayHistory): bigint => points.at(-1)?.paid ?? 0n;

/** Paid within the last `window` seconds, wei; what was paid before the first point does not count as recent. */
export function paidLately(history: PayHistory, now: number, window = history.horizon): bigint {
  return max(0n, paidIn(history) - (startOf(history, now, window)?.paid ?? 0n));
}

/** When `amount` more will have been paid at the rate of late, Unix seconds; undefined if nothing flows. */
export function timeToPay(history: PayHistory, now: number, amount: bigint): number | undefined {
  if (amount <= 0n) return now;
  const recent = paidLately(history, now);
  if (recent === 0n) return undefined;
  const from = startOf(history, now, history.horizon)?.time ?? now;
  const elapsed = BigInt(Math.max(1, Math.ceil((history.points.at(-1)?.time ?? now) - from)));
  return now + Number((amount * elapsed + recent - 1n) / recent);
}

/** The point from which a window is counted: the latest that is old enough, or the first. */
function startOf({ points }: PayHistory, now: number, window: number) {
  return points.findLast((point) => point.time <= now - window) ?? points[0];
}

/**
 * What may be asked for now, wei: what is owed, and of it at most one task or what was paid within the horizon. What is
 * bought is capacity in time: work that nobody asked for does not pile up.
 */
export function eligible(history: PayHistory, used: bigint, oneTask: bigint, now: number): bigint {
  const owed = paidIn(history) - used;
  const recent = paidLately(history, now);
  return min(owed, max(recent, oneTask));
}
