import { BackpressureError, type BackpressureErrorOptions } from "../../core/errors.ts";

/** Why a message is not taken, for programs, and the HTTP status that goes with it. */
const STATUS = {
  invalid_message: 400,
  not_found: 404,
  unknown_task_type: 404,
  not_newer: 409,
  body_too_large: 413,
  unknown_sink: 422,
  from_the_future: 422,
  too_old: 422,
  bad_signature: 422,
  nothing_streamed: 422,
  other_verifier: 422,
  too_many_requests: 429,
  internal_error: 500,
  chain_unavailable: 503,
  not_ready: 503,
  store_unavailable: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

export const REFUSAL_CODES = Object.keys(STATUS) as [RefusalCode, ...RefusalCode[]];

/**
 * A message that is not taken. The sentence is for who sent it: it says what to do.
 * @remarks As the sentence says; with `retryAfter`, the same message may be taken after so many seconds.
 */
export class Refusal extends BackpressureError {
  override name = "Refusal";

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** Seconds after which it may work. */
    readonly retryAfter?: number,
    options?: BackpressureErrorOptions,
  ) {
    super(message, options);
  }

  get status() {
    return STATUS[this.code];
  }
}
