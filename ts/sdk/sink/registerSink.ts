import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RegisterSinkParameters = TaskTypeParameter & {
  /** Where the sink says who it is and how it is reached; nothing by default. See `setProfile`. */
  profileUri?: string;
};

export type RegisterSinkReturnType = Sent;

export type RegisterSinkErrorType = ContractCallError | TransactionRevertedError;

/**
 * Registers the account as a sink. Its capacity starts from zero and ramps with its signals.
 * @throws {ContractCallError} `CapacityRegistry_StakeBelowMinimum`, `CapacityRegistry_SinkExists`, or
 * `CapacityRegistry_NotAdmitted`.
 * @example
 * await registerSink(sinkClient, { deployment, taskTypeId });
 */
export function registerSink(
  client: WriteClient,
  { deployment, taskTypeId, profileUri = "" }: RegisterSinkParameters,
): Promise<RegisterSinkReturnType> {
  return send(client, contractsOf(deployment).capacityRegistry.registerSink(taskTypeId, profileUri));
}
