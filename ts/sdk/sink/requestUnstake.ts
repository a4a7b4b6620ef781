import { parseEventLogs } from "viem";
import { stakeManagerAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RequestUnstakeParameters = TaskTypeParameter & {
  /** Wei, at most the stake. */
  amount: bigint;
};

export type RequestUnstakeReturnType = Sent & {
  /** When `withdraw` pays it out, Unix seconds. */
  unbondedAt: number;
};

export type RequestUnstakeErrorType = ContractCallError | TransactionRevertedError;

/**
 * Starts to take stake back. What it backed stops earning at once; the money stays slashable until it is withdrawn, and
 * asking again restarts the wait for all of it.
 * @throws {ContractCallError} `StakeManager_InsufficientStake`.
 * @example
 * const { unbondedAt } = await requestUnstake(sinkClient, { deployment, taskTypeId, amount: parseEther("1") });
 * // Unix seconds
 */
export async function requestUnstake(
  client: WriteClient,
  { deployment, taskTypeId, amount }: RequestUnstakeParameters,
): Promise<RequestUnstakeReturnType> {
  const sent = await send(client, contractsOf(deployment).stakeManager.requestUnstake(taskTypeId, amount));
  const { logs } = sent.receipt;
  const [event] = parseEventLogs({ abi: stakeManagerAbi, eventName: "UnstakeRequested", logs });
  return { ...sent, unbondedAt: Number(event?.args.unbondedAt ?? 0n) };
}
