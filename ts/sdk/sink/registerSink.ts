import { capacityRegistryAbi } from "../../abi/generated.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RegisterSinkParameters = TaskTypeParameter;

export type RegisterSinkReturnType = Sent;

export type RegisterSinkErrorType = ContractCallError | TransactionRevertedError;

/**
 * Registers the account as a sink. Its capacity starts from zero and ramps with its signals.
 * @throws {ContractCallError} `CapacityRegistry_StakeBelowMinimum` or `CapacityRegistry_SinkExists`.
 * @example
 * await registerSink(sinkClient, { deployment, taskTypeId });
 */
export function registerSink(
  client: WriteClient,
  { deployment, taskTypeId }: RegisterSinkParameters,
): Promise<RegisterSinkReturnType> {
  return send(client, {
    address: deployment.capacityRegistry,
    abi: capacityRegistryAbi,
    functionName: "registerSink",
    args: [taskTypeId],
  });
}
