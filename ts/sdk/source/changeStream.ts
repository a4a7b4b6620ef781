import { type SendErrorType, StreamStateError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { assertQuote, readQuote } from "../internal/quote.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { type SetStreamReturnType, streamCalls, withRate } from "../internal/stream.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";
import type { QuoteStreamErrorType, QuoteStreamParameters } from "./quoteStream.ts";

/** `flowRate` is the new rate; to stop, use `closeStream`. */
export type ChangeStreamParameters = TaskTypeParameter & Omit<QuoteStreamParameters, "source">;

export type ChangeStreamReturnType = SetStreamReturnType;

export type ChangeStreamErrorType = StreamStateError | QuoteStreamErrorType | SendErrorType;

/**
 * Changes the rate of the account's stream, in one transaction with the synchronisation that keeps what it has in the
 * escrow.
 * @throws {StreamStateError} if the account does not stream to this pool.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientFundsError}
 * @example
 * const flowRate = toFlowRate({ amount: parseEther("8000"), per: "month" });
 * const stream = await changeStream(sourceClient, { deployment, taskTypeId, flowRate });
 */
export async function changeStream(
  client: WriteClient,
  parameters: ChangeStreamParameters & SendOptions,
): Promise<ChangeStreamReturnType> {
  const source = accountOf(client).address;
  const calls = await prepareChangeStream(client, parameters);
  return withRate(await sendInTurn(client, "changeStream", calls, parameters), source);
}

/**
 * As `changeStream`, for others to send.
 * @throws As `changeStream`.
 * @example
 * const flowRate = parseEther("0.001");
 * const calls = await prepareChangeStream(client, { deployment, taskTypeId, flowRate, account: source });
 */
export async function prepareChangeStream(
  client: ReadClient,
  parameters: ChangeStreamParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const source = senderOf(client, parameters);
  const quote = await readQuote(client, { ...parameters, source });
  assertQuote(quote, { ...parameters, source });
  if (quote.previousFlowRate === 0n) throw new StreamStateError(source, 0n);
  return streamCalls(parameters, quote, source);
}
