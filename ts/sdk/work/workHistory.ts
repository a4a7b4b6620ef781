import { max } from "../../core/bigints.ts";
import { paidIn } from "./payHistory.ts";
import { isLost, type Standing } from "./standing.ts";

/** Of one pool, since the beginning, wei. */
export type WorkCount = {
  /** Value of the work that was paid for and asked for. */
  asked: bigint;
  /** Value of the answers that were accepted. */
  answered: bigint;
};

/** What a source has seen of a pool lately. */
export type WorkHistory = {
  /** How long work may go unanswered, 2T + D, and D itself, seconds. */
  patience: number;
  grace: number;
  points: (WorkCount & { time: number })[];
  /** What is answered, a moving average, wei per second. */
  perSecond: bigint;
};

/** Counts keep their weight for so long, seconds: 0.9 of it a minute later. */
const [MINUTE, KEPT] = [60, 0.9];

/** So many points at most within the patience. */
const RESOLUTION = 48;

/** A history in which nothing has happened yet. @param horizon T, seconds. @param grace D, seconds. */
export const noWork = (horizon: number, grace: number): WorkHistory => {
  return { patience: 2 * horizon + grace, grace, points: [], perSecond: 0n };
};

/**
 * What a dispatcher's standings say of its pool. What sinks that do not answer were paid counts as asked for: nobody
 * sends them more, and the money goes there all the same.
 * @example
 * const { asked, answered } = workIn(dispatcher.standings()); // wei
 */
export function workIn(standings: readonly Readonly<Standing>[]): WorkCount {
  let [asked, answered] = [0n, 0n];
  for (const standing of standings) {
    asked += isLost(standing) ? max(standing.sent, paidIn(standing.pay)) : standing.sent;
    answered += standing.accepted;
  }
  return { asked, answered };
}

/** Notes a count, once a minute or so. One point older than the patience is kept, to count from. */
export function noteWork(history: WorkHistory, time: number, { asked, answered }: WorkCount): WorkHistory {
  const { patience, perSecond } = history;
  const last = history.points.at(-1);
  const elapsed = last === undefined ? 0 : time - last.time;
  if (last !== undefined && elapsed < patience / RESOLUTION) return history;
  const points = [...history.points, { time, asked, answered }];
  const first = points.findLastIndex((point) => point.time <= time - patience);
  const weight = BigInt(Math.round((1 - KEPT ** (elapsed / MINUTE)) * 1e6));
  const rate =
    last === undefined ? 0n : (max(0n, answered - last.answered) * 1000n) / BigInt(Math.round(elapsed * 1000));
  const average = perSecond + ((rate - perSecond) * weight) / 1_000_000n;
  return { ...history, points: first > 0 ? points.slice(first) : points, perSecond: average };
}

/**
 * What of a pool's work waits for an answer longer than the grace, of what was asked for within the patience, wei; and what
 * is answered, wei per second. Nothing is said of a pool that was not watched for as long as the patience.
 */
export function silenceOf({ patience, grace, points, perSecond }: WorkHistory): {
  unanswered: bigint;
  answered: bigint;
} {
  const last = points.at(-1);
  const before = (seconds: number) => points.findLast(({ time }) => time <= (last?.time ?? 0) - seconds);
  const [first, due] = [before(patience), before(grace)];
  if (last === undefined || first === undefined || due === undefined) return { unanswered: 0n, answered: perSecond };
  const unanswered = max(0n, due.asked - first.asked - (last.answered - first.answered));
  return { unanswered, answered: perSecond };
}
