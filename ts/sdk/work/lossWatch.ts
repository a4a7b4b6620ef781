import type { Address } from "viem";
import { StopLossError } from "./errors.ts";
import { paidLately } from "./payHistory.ts";
import { isLost, type Standing } from "./standing.ts";

/** What must be remembered between two looks. */
export type LossWatch = {
  /** Since when too much has been lost without a break, Unix seconds; undefined if it is not. */
  since: number | undefined;
};

/** How much of the pay goes to sinks that do not deliver, and what to do about it. */
export type LossReport = LossWatch & {
  level: "fine" | "warn" | "stop";
  /** Part of the pay of late that went to sinks that do not deliver, 0 to 1. */
  share: number;
  /** Those sinks. */
  lost: Address[];
};

/** More than this part of the pay, basis points, is too much. A proposal, not measured. */
const TOO_MUCH = 2_000n;

/**
 * Says how much pay goes to sinks that are not reachable or do not answer. If it is more than a fifth for longer than the
 * horizon T it warns; after twice as long it is time to close the stream, with `assertWorthPaying`.
 * @param before What it said the last time; `{ since: undefined }` at first. Keep it with the dispatcher's state.
 * @example
 * report = watchLoss(report, dispatcher.standings(), { now: feed.now(), horizon }); // at every refresh
 * if (report.level === "warn") console.warn(`${report.share} of the pay goes to ${report.lost}`);
 * assertWorthPaying(report);
 */
export function watchLoss(
  before: LossWatch,
  standings: readonly Readonly<Standing>[],
  { now, horizon }: { now: number; horizon: number },
): LossReport {
  const pay = ({ pay }: Readonly<Standing>) => paidLately(pay, now);
  const total = standings.reduce((sum, standing) => sum + pay(standing), 0n);
  const lost = standings.filter(isLost);
  const wasted = lost.reduce((sum, standing) => sum + pay(standing), 0n);
  const share = total === 0n ? 0n : (wasted * 10_000n) / total;
  const since = share <= TOO_MUCH ? undefined : (before.since ?? now);
  const lasted = since === undefined ? 0 : now - since;
  const level = lasted > 2 * horizon ? "stop" : lasted > horizon ? "warn" : "fine";
  return { level, since, share: Number(share) / 10_000, lost: lost.map(({ sink }) => sink) };
}

/** @throws {StopLossError} if a report says that the stream should be closed. */
export function assertWorthPaying({ level, share, since }: LossReport): void {
  if (level === "stop") throw new StopLossError(share, since ?? 0);
}
