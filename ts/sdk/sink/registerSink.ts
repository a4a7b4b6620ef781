import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type RegisterSinkParameters = TaskTypeParameter & {
  /** Where the sink says who it is and how it is reached; nothing by default. See `setProfile`. */
  profileUri?: string;
};

export type RegisterSinkReturnType = Sent;

export type RegisterSinkErrorType = SendErrorType;

/**
 * Registers the account as a sink. Its capacity starts from zero and ramps with its signals.
 * @throws {ContractCallError} `CapacityRegistry_StakeBelowMinimum`, `CapacityRegistry_SinkExists`, or
 * `CapacityRegistry_NotAdmitted`.
 * @example
 * await registerSink(sinkClient, { deployment, taskTypeId });
 */
export async function registerSink(
  client: WriteClient,
  parameters: RegisterSinkParameters & SendOptions,
): Promise<RegisterSinkReturnType> {
  return sendInTurn(client, "registerSink", await prepareRegisterSink(client, parameters), parameters);
}

/**
 * As `registerSink`, for others to send.
 * @example
 * const calls = await prepareRegisterSink(client, { deployment, taskTypeId });
 */
export async function prepareRegisterSink(
  _: ReadClient,
  { deployment, taskTypeId, profileUri = "" }: RegisterSinkParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).capacityRegistry.registerSink(taskTypeId, profileUri));
}
