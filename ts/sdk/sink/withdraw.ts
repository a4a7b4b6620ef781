import { stakeManagerAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { amountOf } from "../internal/amountOf.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type WithdrawParameters = TaskTypeParameter;

export type WithdrawReturnType = Sent & {
  /** Wei. */
  amount: bigint;
};

export type WithdrawErrorType = SendErrorType;

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
  parameters: WithdrawParameters & SendOptions,
): Promise<WithdrawReturnType> {
  const sent = await sendInTurn(client, "withdraw", await prepareWithdraw(client, parameters), parameters);
  return { ...sent, amount: amountOf(sent, stakeManagerAbi, "Withdrawn") };
}

/**
 * As `withdraw`, for others to send.
 * @example
 * const calls = await prepareWithdraw(client, { deployment, taskTypeId });
 */
export async function prepareWithdraw(
  _: ReadClient,
  { deployment, taskTypeId }: WithdrawParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).stakeManager.withdraw(taskTypeId));
}
