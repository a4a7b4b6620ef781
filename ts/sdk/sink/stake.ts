import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError, TransactionRevertedError } from "../errors.ts";
import { approve } from "../internal/approve.ts";
import { send } from "../internal/call.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type StakeParameters = TaskTypeParameter & {
  /** Wei of the task type's super token, added to what is staked; see `stakeForCapacity`. */
  amount: bigint;
};

export type StakeReturnType = Sent;

export type StakeErrorType = TaskTypeNotFoundError | ContractCallError | TransactionRevertedError;

/**
 * Bonds tokens of the account as a sink; approves the stake manager for exactly this amount first, if need be. What it
 * backs counts from the next signal on.
 * @example
 * const taskType = await getTaskType(client, { deployment, taskTypeId });
 * const amount = stakeForCapacity({ taskType, capacity: 100n });
 * await stake(sinkClient, { deployment, taskTypeId, amount });
 */
export async function stake(client: WriteClient, parameters: StakeParameters): Promise<StakeReturnType> {
  const { deployment, taskTypeId, amount } = parameters;
  const { superToken } = await getTaskType(client, parameters);
  await approve(client, superToken, deployment.stakeManager, amount);
  return send(client, contractsOf(deployment).stakeManager.stake(taskTypeId, amount));
}
