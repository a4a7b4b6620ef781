import { BackpressureError } from "../core/errors.ts";
import { formatAmount } from "../sdk/utils/format.ts";

const TERMS = {
  malformed: "are not terms of the scheme stream",
  other_chain: "are for another chain",
  other_contracts: "name contracts of another deployment",
  other_token: "ask for another token than the pool takes",
  other_pool: "have the money go to something that is not the pool of the task type",
  unknown_task_type: "are for a task type that this client does not buy",
  unknown_sink: "are those of a sink that is not registered for the task type",
  price: "ask for more than this client pays",
} as const;

/**
 * What a seller asks for is not what this client pays: nothing was signed, nothing was sent.
 * @remarks Buy elsewhere, or, where `reason` is yours to change (price, chain, task type), change what this client
 * pays.
 */
export class TermsRefusedError extends BackpressureError {
  override name = "TermsRefusedError";

  /** @param found What the terms said, and what would be right. */
  constructor(
    readonly reason: keyof typeof TERMS,
    found: string,
  ) {
    super(`these terms ${TERMS[reason]}: ${found.slice(0, 200)}`);
  }
}

/**
 * The budget does not allow it.
 * @remarks Raise the budget, or buy elsewhere; `allowed` is what it allows, wei per second.
 */
export class BudgetReachedError extends BackpressureError {
  override name = "BudgetReachedError";

  /**
   * @param wanted Wei per second.
   * @param allowed The most that the budget allows, wei per second.
   */
  constructor(
    readonly wanted: bigint,
    readonly allowed: bigint,
    why = "raise the budget, or buy elsewhere",
  ) {
    super(
      `a stream of ${formatAmount(wanted * 3600n)} tokens an hour is wanted and ` +
        `${formatAmount(allowed * 3600n)} are allowed: ${why}`,
    );
  }
}

/**
 * The account streams to the pool and this program did not open the stream: two programs would spend one budget.
 * @remarks Give this program an account of its own, or the folder of the program that opened the stream.
 */
export class ForeignStreamError extends BackpressureError {
  override name = "ForeignStreamError";

  constructor(
    readonly account: string,
    readonly flowRate: bigint,
  ) {
    super(
      `${account} streams ${formatAmount(flowRate * 3600n)} tokens an hour that this program did not set: ` +
        "give it an account of its own, or the folder of the program that did",
    );
  }
}

/**
 * Why a sink does not take a payment before it has looked at the account: 402.
 * @remarks Open the stream, or raise it to `amount` wei per second.
 */
export class StreamTooLowError extends BackpressureError {
  override name = "StreamTooLowError";
  readonly status = 402;
  readonly code = "stream_too_low";

  /** @param flowRate What streams @param amount What must, at least; both wei per second. */
  constructor(
    readonly flowRate: bigint,
    readonly amount: bigint,
  ) {
    super(
      `${formatAmount(flowRate * 3600n)} tokens an hour come in and at least ${formatAmount(amount * 3600n)} must: ` +
        "open the stream, or raise it",
    );
  }
}

/**
 * A request came without what is needed to bind an order to it.
 * @remarks A buyer wraps its fetch with `bound` (see `StreamClient`); a seller keeps the body as it came.
 */
export class UnboundRequestError extends BackpressureError {
  override name = "UnboundRequestError";
}

/**
 * A seller sends the request elsewhere: a signed order does not go along.
 * @remarks Call the address that it names, if you trust it.
 */
export class RedirectedError extends BackpressureError {
  override name = "RedirectedError";

  constructor(readonly url: string) {
    super(`${url.slice(0, 200)} redirects, and nobody follows: call the address that it names, if you trust it`);
  }
}

/**
 * The account that is spent from is about to be empty: its stream was closed before the deposit was lost.
 * @remarks Put money in, and start again. The stream was closed in time, and its deposit has come back.
 */
export class PurseEmptyError extends BackpressureError {
  override name = "PurseEmptyError";

  /** @param runway How long the money would have lasted, seconds. */
  constructor(
    readonly account: string,
    readonly runway: number,
  ) {
    super(`the money of ${account} would have lasted ${runway} s: the stream is closed; put more in, and start again`);
  }
}
