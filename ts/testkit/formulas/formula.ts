import { max } from "../../model/exact.ts";
import type { Random } from "../../model/random.ts";

type Part = bigint | boolean | Record<string, bigint>;
export type Value = Part | readonly Part[] | readonly (Part | readonly bigint[])[];

/**
 * One function of the Solidity libraries, with its second implementation and arguments to try both with: edges,
 * thresholds, and numbers of any magnitude. `MathHarness.sol` has it under the same name.
 */
export type Formula = {
  /** The statement of docs/spec.md that it computes. */
  spec: string;
  /** Names of the arguments, in the contract's order. */
  names: readonly string[];
  /** Names of what it returns. */
  results: readonly string[];
  /** The fields of books that it reads and that it writes, `book.owned`; where none are named, arguments are numbers. */
  fields?: { read: readonly string[]; written: readonly string[] };
  /** Arguments of the Solidity function, in the ranges that its documentation states. */
  draw: (random: Random) => readonly Value[];
  // biome-ignore lint/suspicious/noExplicitAny: each function has its own arguments; `draw` is beside it
  exact: (...args: any[]) => Value;
};

export const MONTH = 30n * 86_400n;
export const UINT96 = 2n ** 96n - 1n;
export const UINT128 = 2n ** 128n - 1n;
export const MAX_CAPACITY_SCALED = 2n ** 72n - 1n;

/** At a threshold, just below, or just above it. */
export const around = (random: Random, threshold: bigint): bigint => max(0n, threshold + random.pick([-1n, 0n, 1n]));
