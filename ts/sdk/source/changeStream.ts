import { StreamStateError, type TransactionRevertedError } from "../errors.ts";
import { type SetStreamReturnType, setStream } from "../internal/stream.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import { type QuoteStreamErrorType, quoteStream } from "./quoteStream.ts";

export type ChangeStreamParameters = TaskTypeParameter & {
  /** The new rate, wei per second; to stop, use `closeStream`. */
  flowRate: bigint;
  /** How long the balance must last beside the deposit, seconds; an hour if not said. */
  runway?: number | undefined;
};

export type ChangeStreamReturnType = SetStreamReturnType;

export type ChangeStreamErrorType = StreamStateError | QuoteStreamErrorType | TransactionRevertedError;

/**
 * Changes the rate of the account's stream, in one transaction with the synchronisation that keeps what it has in the
 * escrow.
 * @throws {StreamStateError} if the account does not stream to this pool.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientBalanceError}
 * @example
 * const flowRate = toFlowRate({ amount: parseEther("8000"), per: "month" });
 * const stream = await changeStream(sourceClient, { deployment, taskTypeId, flowRate });
 */
export async function changeStream(
  client: WriteClient,
  parameters: ChangeStreamParameters,
): Promise<ChangeStreamReturnType> {
  const source = client.account.address;
  const { previousFlowRate } = await quoteStream(client, { ...parameters, source });
  if (previousFlowRate === 0n) throw new StreamStateError(source, 0n);
  return setStream(client, parameters);
}
