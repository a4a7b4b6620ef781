import type { Address, Hex } from "viem";
import { BackpressureError, type BackpressureErrorOptions, describeError } from "../core/errors.ts";
import { nodesWords } from "../core/rpcErrors.ts";
import { decodeRevert } from "./internal/decodeRevert.ts";
import { formatAmount } from "./utils/format.ts";

export { BackpressureError, type BackpressureErrorOptions };

/** A contract refused a call. */
export class ContractCallError extends BackpressureError {
  override name = "ContractCallError";
  /** Name of the contract's error, `CapacityRegistry_RevealTooLate` for example; undefined if it has none. */
  readonly errorName: string | undefined;
  /** The error's arguments, in order. */
  readonly errorArgs: readonly unknown[];

  constructor(call: string, cause: unknown) {
    const decoded = decodeRevert(cause);
    super(`${call} failed: ${decoded?.text ?? describeError(cause)}`, {
      cause,
      details: decoded ? describeError(cause) : undefined,
    });
    this.errorName = decoded?.errorName;
    this.errorArgs = decoded?.args ?? [];
  }
}

/** A transaction was mined and had failed, although its simulation had not. */
export class TransactionRevertedError extends BackpressureError {
  override name = "TransactionRevertedError";

  constructor(
    call: string,
    readonly hash: Hex,
  ) {
    super(`${call} failed in transaction ${hash}: the state changed after the simulation; try again`);
  }
}

/** A transaction was sent, and the endpoint does not say what has become of it: it may be in a block, or come into one. */
export class TransactionUnconfirmedError extends BackpressureError {
  override name = "TransactionUnconfirmedError";

  constructor(
    call: string,
    readonly hash: Hex,
    cause: unknown,
  ) {
    super(
      `${call} was sent in transaction ${hash}, and it is not known whether it is in a block: look before it is sent ` +
        `again (${nodesWords(cause)})`,
      { cause },
    );
  }
}

/** No such task type in this deployment. */
export class TaskTypeNotFoundError extends BackpressureError {
  override name = "TaskTypeNotFoundError";

  constructor(readonly taskTypeId: Hex) {
    super(`there is no task type ${taskTypeId}: check the identifier, the deployment and the chain`);
  }
}

/** A transfer or a CFA stream to a distribution pool: Superfluid accepts it, and the money is stuck for ever. */
export class PoolAddressError extends BackpressureError {
  override name = "PoolAddressError";

  constructor(readonly pool: Address) {
    super(
      `${pool} is a Superfluid pool: a transfer or a CFA stream to it is stuck for ever; stream to it with openStream`,
    );
  }
}

/** A stream so small that rounding to whole wei per second and unit would spoil it, or make it nothing. */
export class FlowRateTooLowError extends BackpressureError {
  override name = "FlowRateTooLowError";

  /** Both in wei per second; `least` is what would do. */
  constructor(
    readonly flowRate: bigint,
    readonly least: bigint,
    becomesNothing: boolean,
  ) {
    super(
      becomesNothing
        ? `a stream of ${flowRate} wei/s would be rounded down to 0: stream at least ${least} wei/s`
        : `a stream of ${flowRate} wei/s is too little for the units of this pool: stream at least ${least} wei/s ` +
            `(a super token has 18 decimals), or force it`,
    );
  }
}

/** An amount that looks like one of a token of six decimals, where a super token has 18. */
export class WrongDecimalsError extends BackpressureError {
  override name = "WrongDecimalsError";

  /** Wei. */
  constructor(readonly amount: bigint) {
    super(
      `${amount} wei are less than a millionth of a token: amounts of super tokens have 18 decimals, not 6 ` +
        `(parseEther); if it is meant, force it`,
    );
  }
}

/** A stream of which rounding would take more than is acceptable. */
export class FlowRateLossError extends BackpressureError {
  override name = "FlowRateLossError";

  /** Both in wei per second. */
  constructor(
    readonly flowRate: bigint,
    readonly actualFlowRate: bigint,
    readonly maxLossBasisPoints: bigint,
  ) {
    super(
      `rounding would make ${flowRate} wei/s a stream of ${actualFlowRate} wei/s, more than ` +
        `${Number(maxLossBasisPoints) / 100} % less: stream more, or ask for ${actualFlowRate} wei/s`,
    );
  }
}

/** The account has too little for what it wants to do. */
export class InsufficientFundsError extends BackpressureError {
  override name = "InsufficientFundsError";

  /**
   * @param needed Smallest units of the token, as `available` is.
   * @param token What there is too little of; undefined for the chain's own currency.
   * @param purpose What it is needed for, in words.
   * @param format Writes an amount for people; as of 18 decimals if not said.
   */
  constructor(
    readonly needed: bigint,
    readonly available: bigint,
    readonly token: Address | undefined,
    purpose: string,
    format: (amount: bigint) => string = formatAmount,
  ) {
    const unit = token === undefined ? "of the chain's own currency" : `of token ${token}`;
    super(
      `${format(needed)} ${unit} are needed (${purpose}), ${format(available)} are there: ` +
        `top up ${format(needed - available)}`,
    );
  }
}

/** The endpoint cannot be reached, takes too long, or refuses because it is busy (429, 5xx): nothing is known of the chain. */
export class RpcUnavailableError extends BackpressureError {
  override name = "RpcUnavailableError";

  constructor(what: string, cause: unknown) {
    super(`${what} got no answer from the RPC endpoint: try again later, or another endpoint (${nodesWords(cause)})`, {
      cause,
    });
  }
}

/** The endpoint belongs to another chain than the client. */
export class WrongChainError extends BackpressureError {
  override name = "WrongChainError";

  /** Both are chain ids. */
  constructor(
    readonly expected: number,
    readonly actual: number,
    options?: BackpressureErrorOptions,
  ) {
    super(`the client is of chain ${expected} and its endpoint of chain ${actual}: change one of them`, options);
  }
}

/** Nobody to act for. */
export class NoAccountError extends BackpressureError {
  override name = "NoAccountError";

  constructor() {
    super("the client has no account: create it with one, or name the account that is to send");
  }
}

/** A plain token where a super token is wanted. */
export class NotASuperTokenError extends BackpressureError {
  override name = "NotASuperTokenError";

  /** @param wrapper The super token that wraps this one; undefined if Superfluid's factory knows none. */
  constructor(
    readonly token: Address,
    readonly wrapper: Address | undefined,
    options?: BackpressureErrorOptions,
  ) {
    const hint = wrapper === undefined ? "Superfluid's factory knows no wrapper of it" : `its wrapper is ${wrapper}`;
    super(`${token} is not a super token: ${hint}`, options);
  }
}

/** The source streams already, or not yet. */
export class StreamStateError extends BackpressureError {
  override name = "StreamStateError";

  constructor(
    readonly source: Address,
    readonly flowRate: bigint,
  ) {
    super(
      flowRate === 0n
        ? `${source} has no stream to this pool: call openStream`
        : `${source} streams ${flowRate} wei/s to this pool already: call changeStream`,
    );
  }
}

/** A stream that had to be closed still flows. */
export class StreamNotClosedError extends BackpressureError {
  override name = "StreamNotClosedError";

  constructor(
    readonly source: Address,
    cause: unknown,
  ) {
    super(
      `the stream of ${source} could not be closed and still costs money: call closeStream (${describeError(cause)})`,
      {
        cause,
      },
    );
  }
}

/** A commitment could not be revealed in time, several times in a row. */
export class SignalError extends BackpressureError {
  override name = "SignalError";

  constructor(attempts: number, cause: unknown) {
    super(`the signal could not be revealed within the window in ${attempts} attempts: ${describeError(cause)}`, {
      cause,
    });
  }
}

/** A task was refused: the queue is as long as the sink can answer for. */
export class QueueFullError extends BackpressureError {
  override name = "QueueFullError";

  /** Both in unit-seconds. */
  constructor(
    readonly backlog: number,
    readonly maxBacklog: number,
  ) {
    super(`the queue is full: ${backlog} of ${maxBacklog} unit-seconds; try another sink, or later`);
  }
}

/** A task was refused or given up: the queue is shutting down. */
export class QueueClosedError extends BackpressureError {
  override name = "QueueClosedError";

  constructor(options?: BackpressureErrorOptions) {
    super("the queue is shutting down and takes no more tasks", options);
  }
}

/** A receipt that its counterpart must not sign, or whose signature is not its signer's. */
export class ReceiptError extends BackpressureError {
  override name = "ReceiptError";
}

/** Arguments that make no sense whatever the chain says. */
export class InvalidParameterError extends BackpressureError {
  override name = "InvalidParameterError";
}

/** What every read may fail with. */
export type ReadErrorType = ContractCallError | RpcUnavailableError | WrongChainError;

/** What every sending action may fail with. */
export type SendErrorType =
  | ReadErrorType
  | NoAccountError
  | InsufficientFundsError
  | TransactionRevertedError
  | TransactionUnconfirmedError;
