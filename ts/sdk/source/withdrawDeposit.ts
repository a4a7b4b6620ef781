import { escrowBufferAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { amountOf } from "../internal/amountOf.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type WithdrawDepositParameters = TaskTypeParameter & {
  /** From `deposit`. */
  depositId: bigint;
};

export type WithdrawDepositReturnType = Sent & {
  /** What was unspent and came back, wei. */
  amount: bigint;
};

export type WithdrawDepositErrorType = SendErrorType;

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
  parameters: WithdrawDepositParameters & SendOptions,
): Promise<WithdrawDepositReturnType> {
  const sent = await sendInTurn(
    client,
    "withdrawDeposit",
    await prepareWithdrawDeposit(client, parameters),
    parameters,
  );
  return { ...sent, amount: amountOf(sent, escrowBufferAbi, "DepositWithdrawn") };
}

/**
 * As `withdrawDeposit`, for others to send.
 * @example
 * const calls = await prepareWithdrawDeposit(client, { deployment, taskTypeId, depositId: 1n });
 */
export async function prepareWithdrawDeposit(
  _: ReadClient,
  { deployment, taskTypeId, depositId }: WithdrawDepositParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).escrowBuffer.withdrawDeposit(taskTypeId, depositId));
}
