import { max, min } from "../../core/bigints.ts";

/** What a transaction offers, wei per gas (EIP-1559). */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/**
 * Fees that survive six full blocks in a row: twice the base fee, and the tip.
 * @param maxFee The most that is ever offered, wei per gas.
 * @returns undefined if the base fee alone is above `maxFee`.
 */
export function quoteFees(baseFee: bigint, tip: bigint, maxFee: bigint): Fees | undefined {
  if (baseFee > maxFee) return undefined;
  const maxFeePerGas = min(2n * baseFee + tip, maxFee);
  return { maxFeePerGas, maxPriorityFeePerGas: min(tip, maxFeePerGas) };
}

/**
 * Fees with which a node takes a replacement: both at least a quarter higher (nodes want a tenth or an eighth), and no
 * lower than what is asked now.
 * @returns undefined if that is above `maxFee`.
 */
export function bumpFees(old: Fees, now: Fees | undefined, maxFee: bigint): Fees | undefined {
  const maxFeePerGas = max(raise(old.maxFeePerGas), now?.maxFeePerGas ?? 0n);
  const maxPriorityFeePerGas = max(raise(old.maxPriorityFeePerGas), now?.maxPriorityFeePerGas ?? 0n);
  return maxFeePerGas > maxFee
    ? undefined
    : { maxFeePerGas, maxPriorityFeePerGas: min(maxPriorityFeePerGas, maxFeePerGas) };
}

/** A quarter more, and at least one wei. */
const raise = (fee: bigint): bigint => fee + fee / 4n + 1n;
