import { escrowBufferAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { amountOf } from "../internal/amountOf.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type WithdrawDepositParameters = TaskTypeParameter & {
  /** From `deposit`. */
  depositId: bigint;
};

export type WithdrawDepositReturnType = Sent & {
  /** What was unspent and came back, wei. */
  amount: bigint;
};

export type WithdrawDepositErrorType = ContractCallError | TransactionRevertedError;

/**
 * Takes back what is unspent of a prepayment.
 * @throws {ContractCallError} `EscrowBuffer_NotDepositor` if it is another's, spent, or withdrawn.
 * @example
 * const { depositId } = await deposit(sourceClient, { deployment, taskTypeId, amount: parseEther("5") });
 * const { amount } = await withdrawDeposit(sourceClient, { deployment, taskTypeId, depositId });
 * // wei
 */
export async function withdrawDeposit(
  client: WriteClient,
  { deployment, taskTypeId, depositId }: WithdrawDepositParameters,
): Promise<WithdrawDepositReturnType> {
  const sent = await send(client, contractsOf(deployment).escrowBuffer.withdrawDeposit(taskTypeId, depositId));
  return { ...sent, amount: amountOf(sent, escrowBufferAbi, "DepositWithdrawn") };
}
