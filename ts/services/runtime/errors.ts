import type { Hex } from "viem";
import { BackpressureError } from "../../core/errors.ts";

/**
 * No RPC endpoint of a network answers, or none that could be right.
 * @remarks Check the RPC endpoints of the network; the service goes on by itself when one answers.
 */
export class EndpointsError extends BackpressureError {
  override name = "EndpointsError";
}

/**
 * A node refused a signed transaction, and sending it again would not help.
 * @remarks Read what the node said: too little ether, for example. It is not sent again.
 */
export class BroadcastError extends BackpressureError {
  override name = "BroadcastError";
}

/**
 * Somebody else sends transactions of the account of this service.
 * @remarks Give every service an account of its own.
 */
export class NonceTakenError extends BackpressureError {
  override name = "NonceTakenError";

  constructor(
    readonly nonce: number,
    /** The other transaction. */
    readonly by: Hex,
  ) {
    super(`nonce ${nonce} was taken by ${by}, which is not of this service: give every service an account of its own`);
  }
}

/**
 * Every endpoint that could be asked wants to be left alone for a while.
 * @remarks Wait `wait` milliseconds, as the service does; name more endpoints if it happens often.
 */
export class RateLimitedError extends EndpointsError {
  override name = "RateLimitedError";
  /** As providers say it, so that it is recognised: HTTP's "too many requests". */
  readonly code = 429;

  /** @param wait How long the first of them does, milliseconds. */
  constructor(readonly wait: number) {
    super(`every endpoint limits requests; asking again in ${Math.ceil(wait / 1000)} s`);
  }
}
