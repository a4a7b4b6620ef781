import type { Address } from "viem";
import { max } from "../../core/bigints.ts";
import { type Operation, wrapped } from "../calls/superfluid.ts";
import { type SendErrorType, StreamStateError, type WrongDecimalsError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { assertAmount } from "../internal/decimals.ts";
import { type Permit, signPermit } from "../internal/permit.ts";
import { assertQuote, type Quote, readQuote } from "../internal/quote.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { approveCalls } from "../internal/spending.ts";
import { type SetStreamReturnType, streamCalls, withRate } from "../internal/stream.ts";
import { formatOf, readWrapping, roundedUp, type Wrapping } from "../internal/wrapping.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";
import type { QuoteStreamErrorType, QuoteStreamParameters } from "./quoteStream.ts";

export type OpenStreamParameters = TaskTypeParameter &
  Omit<QuoteStreamParameters, "source"> & {
    /**
     * What to wrap of the plain token in the same transaction, wei of the super token; "missing" for what deposit and
     * runway take beyond the balance. Nothing if not said.
     */
    wrap?: bigint | "missing" | undefined;
  };

export type OpenStreamReturnType = SetStreamReturnType & {
  /** What Superfluid holds until the stream is closed, wei: refundable, four hours of the stream on Base. */
  streamDeposit: bigint;
  /** What was wrapped, wei of the super token. */
  wrapped: bigint;
};

export type OpenStreamErrorType = StreamStateError | WrongDecimalsError | QuoteStreamErrorType | SendErrorType;

/**
 * Opens the account's stream to a pool, in one transaction together with everything that the protocol wants to know
 * of it. What Superfluid really streams comes back: it rounds down to whole wei per second and unit. Superfluid holds a
 * deposit of four hours of the stream beside what flows, and gives it back when the stream is closed.
 *
 * With `wrap` the money may be in the plain token, USDC for example: a key signs the allowance where the token takes
 * signatures, so that all is one transaction; otherwise an approval of exactly that amount goes first.
 * @throws {StreamStateError} if the account streams to this pool already.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientFundsError}
 * @example
 * const flowRate = toFlowRate({ amount: parseEther("5000"), per: "month" });
 * const stream = await openStream(sourceClient, { deployment, taskTypeId, flowRate });
 * // stream.flowRate: wei per second that really flow
 */
export async function openStream(
  client: WriteClient,
  parameters: OpenStreamParameters & SendOptions,
): Promise<OpenStreamReturnType> {
  const account = accountOf(client);
  const opening = await readOpening(client, parameters, account.address);
  const permit = account.type === "local" ? await permitFor(client, parameters, opening) : undefined;
  const calls = openingCalls(parameters, opening, account.address, permit);
  const sent = await sendInTurn(client, "openStream", calls, parameters);
  const { quote, amount } = opening;
  return { ...withRate(sent, account.address), streamDeposit: quote.streamDeposit, wrapped: amount };
}

/**
 * As `openStream`, for others to send.
 * @throws As `openStream`.
 * @example
 * const flowRate = parseEther("0.001");
 * const calls = await prepareOpenStream(client, { deployment, taskTypeId, flowRate, account: sink });
 */
export async function prepareOpenStream(
  client: ReadClient,
  parameters: OpenStreamParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const source = senderOf(client, parameters);
  return openingCalls(parameters, await readOpening(client, parameters, source), source, undefined);
}

type Opening = {
  quote: Quote;
  /** What is wrapped first, wei of the super token. */
  amount: bigint;
  /** Smallest units of the plain token that it takes. */
  underlyingAmount: bigint;
  wrapping: Wrapping | undefined;
};

async function readOpening(client: ReadClient, parameters: OpenStreamParameters, source: Address): Promise<Opening> {
  const { deployment, wrap } = parameters;
  const quote = await readQuote(client, { ...parameters, source });
  if (quote.previousFlowRate !== 0n) throw new StreamStateError(source, quote.previousFlowRate);
  const asked = wrap === "missing" ? max(quote.requiredBalance - quote.availableBalance, 0n) : (wrap ?? 0n);
  if (typeof wrap === "bigint") assertAmount(wrap, parameters);
  const wrapping = asked === 0n ? undefined : await readWrapping(client, deployment, quote.superToken, source);
  const amounts = wrapping === undefined ? { amount: 0n, underlyingAmount: 0n } : roundedUp(wrapping, asked);
  assertQuote(quote, { ...parameters, source }, amounts.amount);
  return { quote, wrapping, ...amounts };
}

/** Undefined where none is needed, or the token takes none. */
async function permitFor(
  client: WriteClient,
  { deployment }: OpenStreamParameters,
  { wrapping, underlyingAmount }: Opening,
): Promise<Permit | undefined> {
  if (wrapping === undefined || wrapping.purse.allowance >= underlyingAmount) return undefined;
  const { token, spender } = wrapping.purse;
  return signPermit(client, deployment, { token, spender, value: underlyingAmount });
}

function openingCalls(
  parameters: OpenStreamParameters,
  { quote, wrapping, amount, underlyingAmount }: Opening,
  source: Address,
  permit: Permit | undefined,
): PreparedCall[] {
  if (wrapping === undefined) return streamCalls(parameters, quote, source);
  const approvals = approveCalls(wrapping.purse, underlyingAmount, "to be wrapped", formatOf(wrapping));
  const before: Operation[] = [...(permit === undefined ? [] : [permit]), wrapped(quote.superToken, amount)];
  return [...(permit === undefined ? approvals : []), ...streamCalls(parameters, quote, source, before)];
}
