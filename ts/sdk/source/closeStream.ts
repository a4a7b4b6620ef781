import {
  type ContractCallError,
  StreamStateError,
  type TaskTypeNotFoundError,
  type TransactionRevertedError,
} from "../errors.ts";
import { type SetStreamReturnType, setStream } from "../internal/stream.ts";
import { getSource } from "../read/getSource.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";

export type CloseStreamParameters = TaskTypeParameter;

export type CloseStreamReturnType = SetStreamReturnType & {
  /** Superfluid's deposit, which came back to the balance, wei. */
  refundedDeposit: bigint;
};

export type CloseStreamErrorType =
  | StreamStateError
  | TaskTypeNotFoundError
  | ContractCallError
  | TransactionRevertedError;

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
  parameters: CloseStreamParameters,
): Promise<CloseStreamReturnType> {
  const source = client.account.address;
  const { flowRate, streamDeposit } = await getSource(client, { ...parameters, source });
  if (flowRate === 0n) throw new StreamStateError(source, 0n);
  return { ...(await setStream(client, { ...parameters, flowRate: 0n })), refundedDeposit: streamDeposit };
}
