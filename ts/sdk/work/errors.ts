import type { Address, Hex } from "viem";
import { BackpressureError, type BackpressureErrorOptions } from "../../core/errors.ts";
import { formatAmount } from "../utils/format.ts";

/**
 * No sink owes this source a whole task yet.
 * @remarks Wait until `until`; if it is undefined nothing flows, so open the stream, or raise it.
 */
export class WaitForCreditError extends BackpressureError {
  override name = "WaitForCreditError";

  /**
   * @param value Of the task, wei.
   * @param until When the first sink will owe as much at the present rates, Unix seconds; undefined if nothing flows.
   */
  constructor(
    readonly value: bigint,
    readonly until: number | undefined,
  ) {
    const when =
      until === undefined ? "nothing flows to any of them: open or raise the stream" : `try again at ${until}`;
    super(`no sink that answers owes a task of ${formatAmount(value)} tokens yet; ${when}`);
  }
}

/**
 * Sinks owe work, but those that do have enough in flight or do not answer.
 * @remarks Wait until `until`, or for an answer that is on its way.
 */
export class SinksBusyError extends BackpressureError {
  override name = "SinksBusyError";

  /** @param until When the first pause ends, Unix seconds; undefined if an answer must come first. */
  constructor(readonly until: number | undefined) {
    const when = until === undefined ? "when an answer has come" : `at ${until}`;
    super(`every sink that owes work is busy or does not answer; try again ${when}`);
  }
}

/**
 * No sink that was tried has delivered.
 * @remarks Try again later, or in another pool; nothing was acknowledged to `sinks`.
 */
export class NotDeliveredError extends BackpressureError {
  override name = "NotDeliveredError";

  constructor(
    readonly sinks: readonly Address[],
    options?: { cause: unknown },
  ) {
    super(`${sinks.length} sinks were tried and none has delivered: ${sinks.join(", ")}`, options);
  }
}

/**
 * Too much of the pay has gone to sinks that do not deliver, for too long.
 * @remarks Close the stream; buy in another pool, or name the sinks that you trust.
 */
export class StopLossError extends BackpressureError {
  override name = "StopLossError";

  /**
   * @param share Of the pay, 0 to 1.
   * @param since Unix seconds.
   */
  constructor(
    readonly share: number,
    readonly since: number,
  ) {
    super(
      `${Math.round(100 * share)} % of the pay has gone to sinks that do not deliver since ${since}: close the stream`,
    );
  }
}

/**
 * Why a sink refuses an order; each has the HTTP status that says so.
 * @remarks See the kinds of it, which follow.
 */
export abstract class OrderRefusedError extends BackpressureError {
  abstract readonly status: 402 | 403 | 409 | 503;
  /** Names the refusal in an answer. */
  abstract readonly code: string;
  /** After how many seconds the same order may succeed; undefined if waiting alone does not help. */
  readonly retryAfter: number | undefined = undefined;
}

/**
 * The source has not paid for this task: 402.
 * @remarks Stream until `missing` wei more have reached the sink: `retryAfter` seconds at the present rate.
 */
export class CreditMissingError extends OrderRefusedError {
  override name = "CreditMissingError";
  readonly status = 402;
  readonly code = "credit_missing";

  /**
   * @param missing What must still be paid before the task is taken, wei.
   * @param retryAfter When that is so at the present rate, seconds from now; undefined if nothing flows.
   */
  constructor(
    readonly source: Address,
    readonly missing: bigint,
    override readonly retryAfter: number | undefined,
  ) {
    super(`${source} must pay ${formatAmount(missing)} more tokens through the pool before this task`);
  }
}

/**
 * The sink has as much work as it can answer for: 503.
 * @remarks Try another sink, or this one after `retryAfter` seconds.
 */
export class CapacityError extends OrderRefusedError {
  override name = "CapacityError";
  readonly status = 503;
  readonly code = "capacity";

  /** @param retryAfter Seconds until enough work is done. */
  constructor(override readonly retryAfter: number) {
    super(`the sink has as much work as it can answer for: try another, or this one in ${retryAfter} s`);
  }
}

/**
 * The source has not acknowledged work that it has received: 403, because money does not help.
 * @remarks Sign a receipt of `completed` wei, if that is what was received, and send it with the next order.
 */
export class AcknowledgeFirstError extends OrderRefusedError {
  override name = "AcknowledgeFirstError";
  readonly status = 403;
  readonly code = "acknowledge_first";

  /** @param completed What the source's next receipt must cover, wei since the beginning. */
  constructor(
    readonly source: Address,
    readonly completed: bigint,
  ) {
    super(`${source} must first sign a receipt of ${completed} wei: what it has received so far`);
  }
}

/**
 * Source and sink do not agree on what was delivered: 403. They part; what was signed stands.
 * @remarks Work with another sink. What was signed stands, and neither side has more.
 */
export class DisputedError extends OrderRefusedError {
  override name = "DisputedError";
  readonly status = 403;
  readonly code = "disputed";

  /** @param disputed What the sink has counted and the source has not, wei. */
  constructor(
    readonly source: Address,
    readonly disputed: bigint,
  ) {
    super(
      `${source} does not acknowledge ${formatAmount(disputed)} tokens of what it was sent: work with another sink`,
    );
  }
}

/**
 * An order that the sink cannot take whatever is paid: expired, in progress, or another under the same nonce.
 * @remarks As the code says: sign a new order, or for `in_progress` ask again later with the same one.
 */
export class OrderConflictError extends OrderRefusedError {
  override name = "OrderConflictError";
  readonly status = 409;

  constructor(readonly code: keyof typeof CONFLICTS) {
    super(CONFLICTS[code]);
  }
}

const CONFLICTS = {
  expired: "the order is past its validBefore: sign a new one",
  valid_too_long: "the order is valid for longer than the sink remembers orders: sign one with an earlier validBefore",
  in_progress: "the order is being worked on: ask again later",
  other_request: "another request was ordered under this nonce: sign a new order",
  interrupted: "the sink stopped while it worked on this order and will not begin again: sign a new one",
  failed: "the work failed or was withdrawn, and cost nothing: sign a new order",
} as const;

/**
 * Another program signs receipts of the same account.
 * @remarks Stop the other program, or give this one an account of its own: receipts are counted from one book.
 */
export class AccountInUseElsewhereError extends BackpressureError {
  override name = "AccountInUseElsewhereError";

  /**
   * @param signed What a receipt with this account's signature says, wei.
   * @param known The most that this program has signed, wei.
   */
  constructor(
    readonly account: Address,
    readonly signed: bigint,
    readonly known: bigint,
  ) {
    super(`somebody else has signed ${signed} wei for ${account}, this program only ${known}: stop the other one`);
  }
}

/**
 * The store belongs to another program or another account.
 * @remarks Stop the other program, or use another folder; a damaged folder is not repaired by itself.
 */
export class StoreInUseError extends BackpressureError {
  override name = "StoreInUseError";
}

/**
 * A sink's profile, or what should be one, is not usable.
 * @remarks Skip the sink; if the profile is yours, correct what the message names.
 */
export class ProfileError extends BackpressureError {
  override name = "ProfileError";
}

/**
 * A sink and an ERC-8004 agent do not both say that they are one.
 * @remarks Let the agent's wallet be the sink (`setAgentWallet`), and name the agent in the sink's profile (`linkAgent`).
 */
export class AgentLinkError extends BackpressureError {
  override name = "AgentLinkError";

  constructor(
    readonly sink: Address,
    reason: string,
  ) {
    super(`sink ${sink} is linked to no agent: ${reason}`);
  }
}

/**
 * A stranger's address that is not called.
 * @remarks Leave it: it is private, not https, redirects or does not answer, as the message says. In your own network, set
 * `allowPrivate`.
 */
export class UnsafeAddressError extends BackpressureError {
  override name = "UnsafeAddressError";

  constructor(
    readonly url: string,
    reason: string,
    options?: BackpressureErrorOptions,
  ) {
    super(`${url.slice(0, 200)} is not called: ${reason}`, options);
  }
}

/**
 * An indexer does not answer, knows another chain, is not ready, or says what cannot be.
 * @remarks Nothing: everything is read from the chain's events instead, more slowly. Look at the indexer if it is
 * yours.
 */
export class IndexerError extends BackpressureError {
  override name = "IndexerError";

  constructor(
    readonly url: string,
    reason: string,
    options?: BackpressureErrorOptions,
  ) {
    super(`the indexer at ${url} is of no use: ${reason}`, options);
  }
}

/** What one order is known by. */
export type OrderKey = { source: Address; sink: Address; taskTypeId: Hex; nonce: Hex };

/**
 * What answers at an endpoint has not shown that it is the sink: nothing was sent there.
 * @remarks Work with another sink: nothing was sent there. The seller's key must be the sink's, and its profile name
 * where it is.
 */
export class UnprovenEndpointError extends BackpressureError {
  override name = "UnprovenEndpointError";

  constructor(
    readonly sink: Address,
    readonly origin: string,
  ) {
    super(`${origin.slice(0, 200)} does not prove that it is sink ${sink}: its key has not signed the challenge`);
  }
}
