import type { Address } from "viem";
import { prepared } from "../calls/callsOf.ts";
import { distributionPoolAt } from "../calls/contracts.ts";
import type { SendErrorType, TaskTypeNotFoundError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { type Membership, readMembership } from "../internal/membership.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

export type ClaimParameters = TaskTypeParameter;

/** Undefined if there is nothing to claim; a connected account never has anything to claim. */
export type ClaimReturnType =
  | (Sent & {
      /** What waited just before, wei; what arrived meanwhile came along. */
      amount: bigint;
    })
  | undefined;

export type ClaimErrorType = TaskTypeNotFoundError | SendErrorType;

/**
 * Moves what a pool has paid a sink to its balance, if it is not connected. What comes back to a source comes with
 * `syncSource`.
 * @example
 * const claimed = await claim(sinkClient, { deployment, taskTypeId });
 * // claimed?.amount in wei
 */
export async function claim(client: WriteClient, parameters: ClaimParameters & SendOptions): Promise<ClaimReturnType> {
  const member = accountOf(client).address;
  const membership = await readMembership(client, parameters, member);
  const calls = claimCalls(membership, member);
  if (calls.length === 0) return undefined;
  return { ...(await sendInTurn(client, "claim", calls, parameters)), amount: membership.claimable };
}

/**
 * As `claim`, for others to send; none if there is nothing to claim.
 * @example
 * const calls = await prepareClaim(client, { deployment, taskTypeId, account: sink });
 */
export async function prepareClaim(
  client: ReadClient,
  parameters: ClaimParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const member = senderOf(client, parameters);
  return claimCalls(await readMembership(client, parameters, member), member);
}

function claimCalls({ distributionPool, claimable }: Membership, member: Address): PreparedCall[] {
  return claimable === 0n ? [] : prepared(distributionPoolAt(distributionPool).claimAll(member));
}
