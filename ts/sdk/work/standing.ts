import type { Address } from "viem";
import { max, min } from "../../core/bigints.ts";
import { emptyPay, type PayHistory } from "./payHistory.ts";

/** How a source sees one sink: what it may ask for, and whether it is worth asking. Amounts in wei, times Unix seconds. */
export type Standing = {
  sink: Address;
  pay: PayHistory;
  /** Value of all work sent, failed work included: it is not asked for again. */
  sent: bigint;
  /** Value of all answers that were accepted: what receipts cover. */
  accepted: bigint;
  inFlight: bigint;
  /** Most that is in flight once it has proved itself. */
  window: bigint;
  /** Whether it has a known endpoint. */
  reachable: boolean;
  /** Whether one answer was ever accepted. */
  proven: boolean;
  /** In a row; above 0 it gets one task at a time, as a probe. */
  failures: number;
  /** Answers that came and were no good; forgiven one by one. */
  rejections: number;
  /** Accepted answers in a row. */
  streak: number;
  pausedUntil: number;
};

/** How sinks are tried, and given up. Times in seconds. */
export type Liveness = {
  /** What a task should take, waiting included. */
  targetLatency: number;
  /** The first pause after a failure; it doubles with each. */
  backOff: number;
  /** The longest pause; the horizon if not said: who is back is paid meanwhile, and what is owed for longer lapses. */
  longestBackOff: number;
};

/** So many accepted answers in a row make up for one rejected answer. */
const FORGIVING = 20;

export function newStanding(sink: Address, horizon: number): Standing {
  return {
    ...{ sink, pay: emptyPay(horizon), sent: 0n, accepted: 0n, inFlight: 0n, window: 0n },
    ...{ reachable: true, proven: false, failures: 0, rejections: 0, streak: 0, pausedUntil: 0 },
  };
}

/** Whether pay that goes to it is lost, as far as one knows. */
export const isLost = ({ reachable, failures }: Standing): boolean => !reachable || failures > 0;

/**
 * The most that one more task may cost, wei, up to the largest: any as a trial or a probe, then what keeps within the window,
 * which is what the sink does within the target latency.
 */
export function roomOf({ inFlight, proven, failures, window }: Standing, oneTask: bigint): bigint {
  if (inFlight === 0n) return oneTask;
  return proven && failures === 0 ? min(window - inFlight, oneTask) : 0n;
}

/**
 * Takes an accepted answer into account. By Little's law what was in flight, divided by how long it took, is a rate; the
 * window moves half way to what this rate does within the target latency, and at most doubles.
 * @param load In flight when the task was sent, itself included.
 */
export function succeed(standing: Standing, { load, latency }: { load: bigint; latency: number }, by: Liveness): void {
  const ratio = BigInt(Math.round((1000 * by.targetLatency) / Math.max(latency, 0.001)));
  const measured = (load * ratio) / 1000n;
  const next = standing.proven ? (standing.window + measured) / 2n : measured;
  standing.window = min(next, 2n * max(standing.window, load));
  standing.proven = true;
  standing.failures = 0;
  standing.pausedUntil = 0;
  standing.streak += 1;
  if (standing.streak % FORGIVING === 0 && standing.rejections > 0) standing.rejections -= 1;
}

/** Takes a failure into account: half the window, and a pause that doubles; after rejected answers it starts longer. */
export function fail(standing: Standing, { now, rejected }: { now: number; rejected: boolean }, by: Liveness): void {
  standing.window /= 2n;
  standing.streak = 0;
  standing.failures += 1;
  if (rejected) standing.rejections += 1;
  const doublings = standing.failures - 1 + (rejected ? standing.rejections - 1 : 0);
  const pause = Math.min(by.backOff * 2 ** Math.min(doublings, 30), by.longestBackOff);
  standing.pausedUntil = Math.max(standing.pausedUntil, now + pause);
}
