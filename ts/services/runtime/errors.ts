import { BackpressureError } from "../../core/errors.ts";

/** No RPC endpoint of a network answers, or none that could be right. */
export class EndpointsError extends BackpressureError {
  override name = "EndpointsError";
}

/** A node refused a signed transaction, and sending it again would not help. */
export class BroadcastError extends BackpressureError {
  override name = "BroadcastError";
}
