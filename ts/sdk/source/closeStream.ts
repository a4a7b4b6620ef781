import type { Address } from "viem";
import { type SendErrorType, StreamStateError, type TaskTypeNotFoundError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { readStream, type SetStreamReturnType, streamCalls, withRate } from "../internal/stream.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

export type CloseStreamParameters = TaskTypeParameter;

export type CloseStreamReturnType = SetStreamReturnType & {
  /** Superfluid's deposit, which came back to the balance, wei. */
  refundedDeposit: bigint;
};

export type CloseStreamErrorType = StreamStateError | TaskTypeNotFoundError | SendErrorType;

/**
 * Ends the account's stream and pays it what the escrow has set aside for it. What it still has in the escrow waits there
 * for the sinks for one horizon; then `syncSource`, which anybody may call, pays what is left of it. `getSource` shows it.
 * @throws {StreamStateError} if the account does not stream to this pool.
 * @example
 * const { refundedDeposit } = await closeStream(sourceClient, { deployment, taskTypeId });
 * // wei
 */
export async function closeStream(
  client: WriteClient,
  parameters: CloseStreamParameters & SendOptions,
): Promise<CloseStreamReturnType> {
  const source = accountOf(client).address;
  const { calls, refundedDeposit } = await readClosing(client, parameters, source);
  return { ...withRate(await sendInTurn(client, "closeStream", calls, parameters), source), refundedDeposit };
}

/**
 * As `closeStream`, for others to send.
 * @throws {StreamStateError} if the account does not stream to this pool.
 * @example
 * const calls = await prepareCloseStream(client, { deployment, taskTypeId, account: source });
 */
export async function prepareCloseStream(
  client: ReadClient,
  parameters: CloseStreamParameters & AccountParameter,
): Promise<PreparedCall[]> {
  return (await readClosing(client, parameters, senderOf(client, parameters))).calls;
}

async function readClosing(client: ReadClient, parameters: CloseStreamParameters, source: Address) {
  const { flowRate, streamDeposit, ...path } = await readStream(client, parameters, source);
  if (flowRate === 0n) throw new StreamStateError(source, 0n);
  return { calls: streamCalls({ ...parameters, flowRate: 0n }, path, source), refundedDeposit: streamDeposit };
}
