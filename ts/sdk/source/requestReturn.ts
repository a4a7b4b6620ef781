import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RequestReturnParameters = TaskTypeParameter;

export type RequestReturnReturnType = Sent;

export type RequestReturnErrorType = SendErrorType;

/**
 * Asks the escrow for what the account has in it now. One horizon later `syncSource` pays what the sinks have not been
 * paid of it meanwhile. A source that has closed its stream need not ask.
 * @throws {ContractCallError} `EscrowBuffer_NothingToReturn`.
 * @example
 * await requestReturn(sourceClient, { deployment, taskTypeId });
 */
export async function requestReturn(
  client: WriteClient,
  parameters: RequestReturnParameters & SendOptions,
): Promise<RequestReturnReturnType> {
  return sendInTurn(client, "requestReturn", await prepareRequestReturn(client, parameters), parameters);
}

/**
 * As `requestReturn`, for others to send.
 * @example
 * const calls = await prepareRequestReturn(client, { deployment, taskTypeId });
 */
export async function prepareRequestReturn(
  _: ReadClient,
  { deployment, taskTypeId }: RequestReturnParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).escrowBuffer.requestReturn(taskTypeId));
}
