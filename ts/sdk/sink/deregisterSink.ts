import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type DeregisterSinkParameters = TaskTypeParameter;

export type DeregisterSinkReturnType = Sent;

export type DeregisterSinkErrorType = SendErrorType;

/**
 * Leaves; pay stops in this transaction. The stake stays until `requestUnstake` and `withdraw`.
 * @throws {ContractCallError} `CapacityRegistry_UnknownSink`.
 * @example
 * await deregisterSink(sinkClient, { deployment, taskTypeId });
 */
export async function deregisterSink(
  client: WriteClient,
  parameters: DeregisterSinkParameters & SendOptions,
): Promise<DeregisterSinkReturnType> {
  return sendInTurn(client, "deregisterSink", await prepareDeregisterSink(client, parameters), parameters);
}

/**
 * As `deregisterSink`, for others to send.
 * @example
 * const calls = await prepareDeregisterSink(client, { deployment, taskTypeId });
 */
export async function prepareDeregisterSink(
  _: ReadClient,
  { deployment, taskTypeId }: DeregisterSinkParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).capacityRegistry.deregisterSink(taskTypeId));
}
