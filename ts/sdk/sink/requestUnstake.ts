import { parseEventLogs } from "viem";
import { stakeManagerAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RequestUnstakeParameters = TaskTypeParameter & {
  /** Wei, at most the stake. */
  amount: bigint;
};

export type RequestUnstakeReturnType = Sent & {
  /** When `withdraw` pays it out, Unix seconds. */
  unbondedAt: number;
};

export type RequestUnstakeErrorType = SendErrorType;

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
  parameters: RequestUnstakeParameters & SendOptions,
): Promise<RequestUnstakeReturnType> {
  const sent = await sendInTurn(client, "requestUnstake", await prepareRequestUnstake(client, parameters), parameters);
  const { logs } = sent.receipt;
  const [event] = parseEventLogs({ abi: stakeManagerAbi, eventName: "UnstakeRequested", logs });
  return { ...sent, unbondedAt: Number(event?.args.unbondedAt ?? 0n) };
}

/**
 * As `requestUnstake`, for others to send.
 * @example
 * const calls = await prepareRequestUnstake(client, { deployment, taskTypeId, amount: parseEther("1") });
 */
export async function prepareRequestUnstake(
  _: ReadClient,
  { deployment, taskTypeId, amount }: RequestUnstakeParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).stakeManager.requestUnstake(taskTypeId, amount));
}
