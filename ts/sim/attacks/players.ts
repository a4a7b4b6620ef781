import type { Market, SinkPlan } from "./market.ts";

/** Sinks that do what they are paid for. */
export const honest = (count = 9, plan: SinkPlan = {}): SinkPlan[] => Array.from({ length: count }, () => plan);

/** A sink that never works, whose bond and signals are in order. */
export const dead = (plan: SinkPlan = {}): SinkPlan => ({ diesAt: 0, honest: false, ...plan });

/** Capacity of a sink that is to hold `share` of the units beside nine honest ones. */
export const beside = (share: number): number => (9 * share) / (1 - share);

export const NINE = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** Each of these sources acknowledges all work, every `every` epochs, `phase` epochs later. */
export const acknowledging =
  (sources: readonly number[] = [0], every = 1, phase = 0) =>
  (market: Market): void => {
    if ((market.epoch - phase) % every === 0) for (const source of sources) market.flush(source);
  };

/** Honest sinks that were slashed. */
export const slashes = (market: Market): number =>
  market.sinks.filter((sink) => sink.honest && sink.slashes > 0).length;

/** Mean of what leaving costs some sinks, as a share of their bond. */
export const exitOf = (market: Market, sinks: readonly number[], bond: number): number =>
  sinks.reduce((sum, k) => sum + market.exitOf(k) / (market.sinks[k]?.capacity ?? 1), 0) / sinks.length / bond;
