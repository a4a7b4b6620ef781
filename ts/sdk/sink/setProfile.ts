import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type SetProfileParameters = TaskTypeParameter & {
  /** Where the sink says who it is and how it is reached. Nobody checks it, and no money depends on it. */
  profileUri: string;
};

export type SetProfileReturnType = Sent;

export type SetProfileErrorType = ContractCallError | TransactionRevertedError;

/**
 * Changes where the account's profile as a sink is found.
 * @throws {ContractCallError} `CapacityRegistry_UnknownSink`.
 * @example
 * await setProfile(sinkClient, { deployment, taskTypeId, profileUri: "https://agent.example/profile.json" });
 */
export function setProfile(
  client: WriteClient,
  { deployment, taskTypeId, profileUri }: SetProfileParameters,
): Promise<SetProfileReturnType> {
  return send(client, contractsOf(deployment).capacityRegistry.setProfile(taskTypeId, profileUri));
}
