import { gdaAt } from "../calls/contracts.ts";
import { connectPoolCall } from "../calls/superfluid.ts";
import type { ContractCallError, TaskTypeNotFoundError, TransactionRevertedError } from "../errors.ts";
import { read, send } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type ConnectPoolParameters = TaskTypeParameter;

/** Undefined if the account was connected already. */
export type ConnectPoolReturnType = Sent | undefined;

export type ConnectPoolErrorType = TaskTypeNotFoundError | ContractCallError | TransactionRevertedError;

/**
 * Lets what a pool pays a sink count in its balance second by second, without claims. It also makes every update of the
 * sink's units cheaper. An account can be connected to 256 pools of a token.
 * @example
 * await connectPool(sinkClient, { deployment, taskTypeId });
 */
export async function connectPool(
  client: WriteClient,
  { deployment, taskTypeId }: ConnectPoolParameters,
): Promise<ConnectPoolReturnType> {
  const [{ distributionPool }, gda] = await Promise.all([
    getTaskType(client, { deployment, taskTypeId }),
    getGda(client, deployment),
  ]);
  const connected = await read(client, gdaAt(gda).isMemberConnected(distributionPool, client.account.address));
  return connected ? undefined : send(client, connectPoolCall(deployment.host, { gda, distributionPool }));
}
