import type { Hex } from "viem";
import { BackpressureError, type BackpressureErrorOptions, describeError } from "../../core/errors.ts";
import { nodesWords } from "../../core/rpcErrors.ts";
import { decodeRevert } from "../internal/decodeRevert.ts";

/**
 * A contract refused a call.
 * @remarks Look `errorName` up among the errors of the contracts: the message says what to do where that is known.
 */
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

/**
 * A transaction was mined and had failed, although its simulation had not.
 * @remarks Try again: somebody's transaction came between the simulation and this one.
 */
export class TransactionRevertedError extends BackpressureError {
  override name = "TransactionRevertedError";

  constructor(
    call: string,
    readonly hash: Hex,
  ) {
    super(`${call} failed in transaction ${hash}: the state changed after the simulation; try again`);
  }
}

/**
 * A transaction was sent, and the endpoint does not say what has become of it: it may be in a block, or come into one.
 * @remarks Look `hash` up before anything is sent again: it may still come into a block.
 */
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

/**
 * The endpoint cannot be reached, takes too long, or refuses because it is busy (429, 5xx): nothing is known of the chain.
 * @remarks Try again later, or with another endpoint.
 */
export class RpcUnavailableError extends BackpressureError {
  override name = "RpcUnavailableError";

  constructor(what: string, cause: unknown) {
    super(`${what} got no answer from the RPC endpoint: try again later, or another endpoint (${nodesWords(cause)})`, {
      cause,
    });
  }
}

/**
 * The endpoint belongs to another chain than the client.
 * @remarks Give the client the chain of its endpoint, or the endpoint of its chain.
 */
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
