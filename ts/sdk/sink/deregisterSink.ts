import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type DeregisterSinkParameters = TaskTypeParameter;

export type DeregisterSinkReturnType = Sent;

export type DeregisterSinkErrorType = ContractCallError | TransactionRevertedError;

/**
 * Leaves; pay stops in this transaction. The stake stays until `requestUnstake` and `withdraw`.
 * @throws {ContractCallError} `CapacityRegistry_UnknownSink`.
 * @example
 * await deregisterSink(sinkClient, { deployment, taskTypeId });
 */
export function deregisterSink(
  client: WriteClient,
  { deployment, taskTypeId }: DeregisterSinkParameters,
): Promise<DeregisterSinkReturnType> {
  return send(client, contractsOf(deployment).capacityRegistry.deregisterSink(taskTypeId));
}
