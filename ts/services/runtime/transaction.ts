import type { Address, Hex, TransactionReceipt } from "viem";
import { type AnyCall, type EncodedCall, encodeCall } from "../../sdk/calls/callsOf.ts";
import { hostAt } from "../../sdk/calls/contracts.ts";
import { forwarded } from "../../sdk/calls/superfluid.ts";
import type { ContractCallError } from "../../sdk/errors.ts";

/** Something to be sent. */
export type Transaction = EncodedCall & {
  /** Which action it is, for logs and metrics: `rebalance`. One of few. */
  action: string;
  /** What else a log line should say: task type, amounts. */
  about?: Record<string, unknown>;
  /** What it takes, units, where that is known: then it is tried with it, and not estimated, which takes many tries. */
  gas?: bigint;
  /** What it moves, wei of a token with 18 decimals; undefined if it has to be done whatever it moves. */
  worth?: bigint | undefined;
  /** What it does neither depends on others that are under way nor changes what they do. */
  independent?: boolean;
};

/** How it ended. */
export type SendOutcome =
  /** In a block that has as many confirmations as asked for. */
  | { status: "confirmed"; hash: Hex; receipt: TransactionReceipt }
  /** Likewise, but it failed: the state changed after the simulation. */
  | { status: "reverted"; hash: Hex; receipt: TransactionReceipt }
  /** Its simulation failed; nothing was sent. */
  | { status: "refused"; error: ContractCallError }
  /** Nothing was sent. */
  | { status: "skipped"; reason: "dry run" | "budget" | "fees" | "worth" | "stopping" | "not leading" }
  /** It was sent, and another transaction of the account has taken its nonce: somebody else has the key. */
  | { status: "replaced"; hash: Hex; nonce: number; by: Hex }
  /** It was sent, its nonce is used, and nobody can say by what. */
  | { status: "dropped"; hash: Hex }
  /** It was sent, and the service stopped before it was mined or confirmed. */
  | { status: "pending"; hash: Hex };

/**
 * A transaction that makes one call; its action is the function's name.
 * @param about What else a log line should say.
 * @example
 * const transaction = transactionOf(contractsOf(deployment).backpressurePool.rebalance(taskTypeId, sinks), { taskTypeId });
 */
export function transactionOf(call: AnyCall, about?: Record<string, unknown>): Transaction {
  return { action: call.functionName, ...encodeCall(call), ...(about && { about }) };
}

/**
 * Several calls that anybody may make, as one transaction through Superfluid's host: all of them or none. One call alone
 * is sent as it is.
 * @param action What the batch is called in logs and metrics.
 */
export function batchTransaction(
  host: Address,
  action: string,
  calls: readonly Transaction[],
  about?: Record<string, unknown>,
): Transaction {
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return only;
  const batch = hostAt(host).batchCall(calls.map(forwarded));
  return { ...transactionOf(batch, { calls: calls.length, ...about }), action };
}
