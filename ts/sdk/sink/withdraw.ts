import { stakeManagerAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { amountOf } from "../internal/amountOf.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type WithdrawParameters = TaskTypeParameter;

export type WithdrawReturnType = Sent & {
  /** Wei. */
  amount: bigint;
};

export type WithdrawErrorType = ContractCallError | TransactionRevertedError;

/**
 * Takes out the stake that has finished unbonding, less what the account was paid and has not earned: `exitCharge` of
 * `getSink`.
 * @throws {ContractCallError} `StakeManager_StillUnbonding`, `StakeManager_NothingUnbonding`, or `StakeManager_NotJudged`.
 * @example
 * const { amount } = await withdraw(sinkClient, { deployment, taskTypeId });
 * // wei
 */
export async function withdraw(
  client: WriteClient,
  { deployment, taskTypeId }: WithdrawParameters,
): Promise<WithdrawReturnType> {
  const sent = await send(client, contractsOf(deployment).stakeManager.withdraw(taskTypeId));
  return { ...sent, amount: amountOf(sent, stakeManagerAbi, "Withdrawn") };
}
