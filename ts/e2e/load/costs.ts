import type { Cost } from "./blocks.ts";

/** What an operation costs in two pools, by transactions that did the same in both. */
export type Comparison = {
  operation: string;
  /** Gas, the median in the small pool and in the big one. */
  small: number;
  big: number;
  ratio: number;
  /** The dearest of all in the big pool, whatever it did. */
  most: number;
  /** Transactions of the big pool of which the medians speak, and all. */
  compared: number;
  all: number;
};

/**
 * Compares the commonest kind of an operation that occurs in both pools. Whether the escrow moves, or money waits for a
 * source, makes another kind of transaction, which emits other events.
 * @returns A ratio that is no number if nothing can be compared.
 */
export function compareCosts(operation: string, small: readonly Cost[], big: readonly Cost[]): Comparison {
  const kinds = new Set(small.map(({ events }) => events));
  const groups = [...kinds].map((kind) => ({ few: ofKind(small, kind), many: ofKind(big, kind) }));
  const { few, many } = groups.reduce((best, group) => (group.many.length > best.many.length ? group : best));
  return {
    ...{ operation, small: median(few), big: median(many), ratio: median(many) / median(few) },
    ...{ most: Math.max(...big.map(({ gas }) => gas)), compared: many.length, all: big.length },
  };
}

/** Gas of one kind, in rising order. */
const ofKind = (costs: readonly Cost[], kind: number): number[] =>
  costs
    .filter(({ events }) => events === kind)
    .map(({ gas }) => gas)
    .sort((a, b) => a - b);

const median = (gas: readonly number[]): number => gas[Math.floor(gas.length / 2)] ?? Number.NaN;
