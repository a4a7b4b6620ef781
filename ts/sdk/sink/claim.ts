import { distributionPoolAt, gdaAt } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError, TransactionRevertedError } from "../errors.ts";
import { read, send } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type ClaimParameters = TaskTypeParameter;

/** Undefined if there is nothing to claim; a connected account never has anything to claim. */
export type ClaimReturnType =
  | (Sent & {
      /** What waited just before, wei; what arrived meanwhile came along. */
      amount: bigint;
    })
  | undefined;

export type ClaimErrorType = TaskTypeNotFoundError | ContractCallError | TransactionRevertedError;

/**
 * Moves what a pool has paid a sink to its balance, if it is not connected. What comes back to a source comes with
 * `syncSource`.
 * @example
 * const claimed = await claim(sinkClient, { deployment, taskTypeId });
 * // claimed?.amount in wei
 */
export async function claim(
  client: WriteClient,
  { deployment, taskTypeId }: ClaimParameters,
): Promise<ClaimReturnType> {
  const member = client.account.address;
  const [{ distributionPool }, gda] = await Promise.all([
    getTaskType(client, { deployment, taskTypeId }),
    getGda(client, deployment),
  ]);
  const [connected, [amount]] = await Promise.all([
    read(client, gdaAt(gda).isMemberConnected(distributionPool, member)),
    read(client, distributionPoolAt(distributionPool).getClaimableNow(member)),
  ]);
  if (connected || amount === 0n) return undefined;
  const sent = await send(client, distributionPoolAt(distributionPool).claimAll(member));
  return { ...sent, amount };
}
