import { BackpressureError, type BackpressureErrorOptions, describeError } from "../../core/errors.ts";

/**
 * A commitment could not be revealed in time, several times in a row.
 * @remarks Signal again; if it happens often, the endpoint is slow or gas too cheap, and `signAttestation` needs
 * neither.
 */
export class SignalError extends BackpressureError {
  override name = "SignalError";

  constructor(attempts: number, cause: unknown) {
    super(`the signal could not be revealed within the window in ${attempts} attempts: ${describeError(cause)}`, {
      cause,
    });
  }
}

/**
 * A task was refused: the queue is as long as the sink can answer for.
 * @remarks Send the task to another sink, or later.
 */
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

/**
 * A task was refused or given up: the queue is shutting down.
 * @remarks Send the task to another sink.
 */
export class QueueClosedError extends BackpressureError {
  override name = "QueueClosedError";

  constructor(options?: BackpressureErrorOptions) {
    super("the queue is shutting down and takes no more tasks", options);
  }
}

/**
 * A receipt that its counterpart must not sign, or whose signature is not its signer's.
 * @remarks Do not sign. The message says what is wrong: another sink's, less than before, or more than was delivered.
 */
export class ReceiptError extends BackpressureError {
  override name = "ReceiptError";
}
