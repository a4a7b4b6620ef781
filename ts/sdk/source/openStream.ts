import { StreamStateError, type TransactionRevertedError } from "../errors.ts";
import { type SetStreamReturnType, setStream } from "../internal/stream.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import { type QuoteStreamErrorType, quoteStream } from "./quoteStream.ts";

export type OpenStreamParameters = TaskTypeParameter & {
  /** Wei per second; see `toFlowRate`. */
  flowRate: bigint;
  /** How long the balance must last beside the deposit, seconds; an hour if not said. */
  runway?: number | undefined;
};

export type OpenStreamReturnType = SetStreamReturnType;

export type OpenStreamErrorType = StreamStateError | QuoteStreamErrorType | TransactionRevertedError;

/**
 * Opens the account's stream to a pool, in one transaction together with everything that the protocol wants to know
 * of it. What Superfluid really streams comes back: it rounds down to whole wei per second and unit.
 * @throws {StreamStateError} if the account streams to this pool already.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientBalanceError}
 * @example
 * const flowRate = toFlowRate({ amount: parseEther("5000"), per: "month" });
 * const stream = await openStream(sourceClient, { deployment, taskTypeId, flowRate });
 * // stream.flowRate: wei per second that really flow
 */
export async function openStream(client: WriteClient, parameters: OpenStreamParameters): Promise<OpenStreamReturnType> {
  const source = client.account.address;
  const { previousFlowRate } = await quoteStream(client, { ...parameters, source });
  if (previousFlowRate !== 0n) throw new StreamStateError(source, previousFlowRate);
  return setStream(client, parameters);
}
