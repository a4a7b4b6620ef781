import type {
  FlowRateLossError,
  FlowRateTooLowError,
  InsufficientFundsError,
  InvalidParameterError,
  ReadErrorType,
  TaskTypeNotFoundError,
} from "../errors.ts";
import { assertQuote, type QuoteStreamParameters, type QuoteStreamReturnType, readQuote } from "../internal/quote.ts";
import type { ReadClient } from "../types.ts";

export type { QuoteStreamParameters, QuoteStreamReturnType } from "../internal/quote.ts";

export type QuoteStreamErrorType =
  | InvalidParameterError
  | FlowRateTooLowError
  | FlowRateLossError
  | InsufficientFundsError
  | TaskTypeNotFoundError
  | ReadErrorType;

/**
 * What a stream would really be and cost. Refuses what would go wrong silently: a rate that Superfluid rounds to
 * nothing, or by more than 1 %, or that is so small that it looks like one of a token of six decimals, and an account that
 * would soon be liquidated.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientFundsError}
 * @example
 * const quote = await quoteStream(client, { deployment, taskTypeId, source, flowRate: parseEther("0.001") });
 * // quote.actualFlowRate in wei per second, quote.streamDeposit in wei
 * if (!quote.evidence?.verified) console.log("too little of this pool's money acknowledges work to judge anybody");
 */
export async function quoteStream(
  client: ReadClient,
  parameters: QuoteStreamParameters,
): Promise<QuoteStreamReturnType> {
  const quote = await readQuote(client, parameters);
  assertQuote(quote, parameters);
  const { gda: _, superToken: _token, distributionPool: _pool, totalUnits: _units, ...shown } = quote;
  return shown;
}
