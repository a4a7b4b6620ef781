import type { Address } from "viem";
import { shouldMove } from "../../../model/exact.ts";
import type { DueSink } from "../calls.ts";
import { DAY, worthPerDay } from "../worth.ts";

/** A sink's place in its pool. */
export type SinkUnits = {
  sink: Address;
  /** In the pool, units. */
  units: bigint;
  /** u: what it should have, units. */
  effectiveCapacity: bigint;
};

export type RebalanceView = {
  sinks: readonly SinkUnits[];
  /** Of those whose units differ by less than the hysteresis: whose refresh is due, by `needsRebalance`. */
  overdue: ReadonlySet<Address>;
  /** p, wei per second and unit. */
  price: bigint;
  /** Wei. */
  minAmount: bigint;
};

/**
 * The sinks to name in a `rebalance`: their units would move, and what would be paid to the wrong ones within a day,
 * |u − units|·p·86,400, is worth it. Sinks whose signal has expired are among them: their capacity falls by itself.
 */
export function sinksToRebalance({ sinks, overdue, price, minAmount }: RebalanceView): DueSink[] {
  return sinks
    .filter(({ sink, units, effectiveCapacity }) => shouldMove(units, effectiveCapacity, overdue.has(sink)))
    .filter(({ units, effectiveCapacity }) => worthPerDay(difference(units, effectiveCapacity) * price, minAmount))
    .map(({ sink, units, effectiveCapacity }) => ({ sink, worth: difference(units, effectiveCapacity) * price * DAY }));
}

/** Sinks whose units differ from their capacity and do not move by themselves: only the pool knows if a refresh is due. */
export function sinksToAskFor({ sinks }: Pick<RebalanceView, "sinks">): Address[] {
  return sinks
    .filter(
      ({ units, effectiveCapacity }) => units !== effectiveCapacity && !shouldMove(units, effectiveCapacity, false),
    )
    .map(({ sink }) => sink);
}

const difference = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
