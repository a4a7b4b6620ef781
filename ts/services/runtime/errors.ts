import type { Hex } from "viem";
import { BackpressureError } from "../../core/errors.ts";

/** No RPC endpoint of a network answers, or none that could be right. */
export class EndpointsError extends BackpressureError {
  override name = "EndpointsError";
}

/** A node refused a signed transaction, and sending it again would not help. */
export class BroadcastError extends BackpressureError {
  override name = "BroadcastError";
}

/** Somebody else sends transactions of the account of this service. */
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

/** Every endpoint that could be asked wants to be left alone for a while. */
export class RateLimitedError extends EndpointsError {
  override name = "RateLimitedError";
  /** As providers say it, so that it is recognised: HTTP's "too many requests". */
  readonly code = 429;

  /** @param wait How long the first of them does, milliseconds. */
  constructor(readonly wait: number) {
    super(`every endpoint limits requests; asking again in ${Math.ceil(wait / 1000)} s`);
  }
}
