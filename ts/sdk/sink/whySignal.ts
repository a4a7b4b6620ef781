import { max, min } from "../../core/bigints.ts";
import type { Signal } from "../internal/signal.ts";

export type WhySignalParameters = {
  /** What would be declared now; see `ServedMeter` and `TaskQueue.measure`. */
  measured: Signal;
  /** The latest signal that the chain took; undefined if there was none. */
  latest: Signal | undefined;
  /** What the sink's stake backs, units: `getSink` says. */
  capacityCap: bigint;
  /** When the latest signal stops to count, Unix seconds; undefined if there was none: `getSink` says. */
  expiresAt: number | undefined;
  /** h and T, seconds. */
  epochLength: number;
  horizon: number;
  /** By the chain's clock, Unix seconds. */
  now: number;
};

/** The chain leaves units alone that would change by less than one in so many. */
const HYSTERESIS = 20n;

/**
 * Why to signal now; undefined if there is no reason. A signal costs a transaction, so it is given when it would move units,
 * or in the last epoch in which the one before counts: a steady sink signals once in as many epochs as a signal lives.
 * @example
 * const latest = { capacity: 100n, backlog: 0n };
 * const terms = { capacityCap: 200n, epochLength: 60, horizon: 360 };
 * const reason = whySignal({ measured: latest, latest, ...terms, expiresAt: 1300, now: 1250 }); // "expiring"
 */
export function whySignal(parameters: WhySignalParameters): "first" | "expiring" | "changed" | undefined {
  const { measured, latest, capacityCap, expiresAt, epochLength, horizon, now } = parameters;
  if (latest === undefined || expiresAt === undefined) return "first";
  if (expiresAt - now <= epochLength) return "expiring";
  const [before, after] = [latest, measured].map((signal) => units(signal, capacityCap, horizon)) as [bigint, bigint];
  const change = max(before - after, after - before);
  return change > 0n && HYSTERESIS * change >= before ? "changed" : undefined;
}

/** What a signal is worth once it is smoothed: capacity within the bond, less backpressure. Rounded down. */
function units({ capacity, backlog }: Signal, cap: bigint, horizon: number): bigint {
  return max(0n, min(capacity, cap) - (backlog + BigInt(horizon) - 1n) / BigInt(horizon));
}
