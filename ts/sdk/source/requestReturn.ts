import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RequestReturnParameters = TaskTypeParameter;

export type RequestReturnReturnType = Sent;

export type RequestReturnErrorType = ContractCallError | TransactionRevertedError;

/**
 * Asks the escrow for what the account has in it now. One horizon later `syncSource` pays what the sinks have not been
 * paid of it meanwhile. A source that has closed its stream need not ask.
 * @throws {ContractCallError} `EscrowBuffer_NothingToReturn`.
 * @example
 * await requestReturn(sourceClient, { deployment, taskTypeId });
 */
export function requestReturn(
  client: WriteClient,
  { deployment, taskTypeId }: RequestReturnParameters,
): Promise<RequestReturnReturnType> {
  return send(client, contractsOf(deployment).escrowBuffer.requestReturn(taskTypeId));
}
