import { type Address, zeroAddress } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError } from "../errors.ts";
import { read } from "../internal/call.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";

export type GetDepositParameters = TaskTypeParameter & {
  /** From `deposit`. */
  depositId: bigint;
};

/** Undefined once the deposit is spent or withdrawn, or if there was none. */
export type GetDepositReturnType =
  | {
      owner: Address;
      /** Unspent, wei. */
      amount: bigint;
    }
  | undefined;

export type GetDepositErrorType = ContractCallError;

/**
 * What is left of a prepayment.
 * @example
 * const left = await getDeposit(client, { deployment, taskTypeId, depositId: 1n });
 * // undefined: spent or withdrawn
 */
export async function getDeposit(
  client: ReadClient,
  { deployment, taskTypeId, depositId }: GetDepositParameters,
): Promise<GetDepositReturnType> {
  const [owner, amount] = await read(client, contractsOf(deployment).escrowBuffer.depositOf(taskTypeId, depositId));
  return owner === zeroAddress ? undefined : { owner, amount };
}
