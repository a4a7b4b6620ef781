import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type SetProfileParameters = TaskTypeParameter & {
  /** Where the sink says who it is and how it is reached. Nobody checks it, and no money depends on it. */
  profileUri: string;
};

export type SetProfileReturnType = Sent;

export type SetProfileErrorType = SendErrorType;

/**
 * Changes where the account's profile as a sink is found.
 * @throws {ContractCallError} `CapacityRegistry_UnknownSink`.
 * @example
 * await setProfile(sinkClient, { deployment, taskTypeId, profileUri: "https://agent.example/profile.json" });
 */
export async function setProfile(
  client: WriteClient,
  parameters: SetProfileParameters & SendOptions,
): Promise<SetProfileReturnType> {
  return sendInTurn(client, "setProfile", await prepareSetProfile(client, parameters), parameters);
}

/**
 * As `setProfile`, for others to send.
 * @example
 * const calls = await prepareSetProfile(client, { deployment, taskTypeId, profileUri: "https://agent.example/profile.json" });
 */
export async function prepareSetProfile(
  _: ReadClient,
  { deployment, taskTypeId, profileUri }: SetProfileParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).capacityRegistry.setProfile(taskTypeId, profileUri));
}
