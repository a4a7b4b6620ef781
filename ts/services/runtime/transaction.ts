import {
  type Abi,
  type Address,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
} from "viem";
import { iSuperfluidAbi } from "../../abi/generated.ts";
import type { ContractCallError } from "../../sdk/errors.ts";
import { forwardCall } from "../../sdk/internal/superfluid.ts";

/** Something to be sent. */
export type Transaction = {
  /** Which action it is, for logs and metrics: `rebalance`. One of few. */
  action: string;
  to: Address;
  data: Hex;
  /** What else a log line should say: task type, amounts. */
  about?: Record<string, unknown>;
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
  | { status: "skipped"; reason: "dry run" | "gas budget" | "fees" | "stopping" }
  /** It was sent, and another transaction of the account has taken its nonce. */
  | { status: "dropped"; hash: Hex }
  /** It was sent, and the service stopped before it was mined or confirmed. */
  | { status: "pending"; hash: Hex };

export type ContractTransactionParameters<
  abi extends Abi,
  name extends ContractFunctionName<abi, "nonpayable" | "payable">,
> = EncodeFunctionDataParameters<abi, name> & { address: Address; about?: Record<string, unknown> };

/**
 * A transaction that calls a contract; its action is the function's name.
 * @example
 * const transaction = contractTransaction({ address: pool, abi: backpressurePoolAbi, functionName: "rebalance", args });
 */
export function contractTransaction<
  const abi extends Abi,
  name extends ContractFunctionName<abi, "nonpayable" | "payable">,
>(parameters: ContractTransactionParameters<abi, name>): Transaction {
  const { address, about, functionName } = parameters;
  const data = encodeFunctionData(parameters as unknown as EncodeFunctionDataParameters);
  return { action: String(functionName), to: address, data, ...(about && { about }) };
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
  const batch = contractTransaction({
    address: host,
    abi: iSuperfluidAbi,
    functionName: "batchCall",
    args: [calls.map(({ to, data }) => forwardCall(to, data))],
  });
  return { ...batch, action, about: { calls: calls.length, ...about } };
}
