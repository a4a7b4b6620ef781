import { prepared } from "../calls/callsOf.ts";
import { connectPoolCall } from "../calls/superfluid.ts";
import type { SendErrorType, TaskTypeNotFoundError } from "../errors.ts";
import { senderOf } from "../internal/account.ts";
import { readMembership } from "../internal/membership.ts";
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

export type ConnectPoolParameters = TaskTypeParameter;

/** Undefined if the account was connected already. */
export type ConnectPoolReturnType = Sent | undefined;

export type ConnectPoolErrorType = TaskTypeNotFoundError | SendErrorType;

/**
 * Lets what a pool pays a sink count in its balance second by second, without claims. It also makes every update of the
 * sink's units cheaper. An account can be connected to 256 pools of a token.
 * @example
 * await connectPool(sinkClient, { deployment, taskTypeId });
 */
export async function connectPool(
  client: WriteClient,
  parameters: ConnectPoolParameters & SendOptions,
): Promise<ConnectPoolReturnType> {
  const calls = await prepareConnectPool(client, parameters);
  return calls.length === 0 ? undefined : sendInTurn(client, "connectPool", calls, parameters);
}

/**
 * As `connectPool`, for others to send; none if the account is connected already.
 * @example
 * const calls = await prepareConnectPool(client, { deployment, taskTypeId, account: sink });
 */
export async function prepareConnectPool(
  client: ReadClient,
  parameters: ConnectPoolParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const { connected, ...pool } = await readMembership(client, parameters, senderOf(client, parameters));
  return connected ? [] : prepared(connectPoolCall(parameters.deployment.host, pool));
}
