/** What an error may carry besides its message. */
export type BackpressureErrorOptions = {
  /** The error underneath, kept for those who debug. */
  cause?: unknown;
  /** More than one line of help: output of a tool, for example. Shown below the message. */
  details?: string | undefined;
};

/**
 * Base of every error that this project raises on purpose. The message is one line that says what is wrong and, where
 * possible, what to do about it; programs print it without a stack trace and end with `exitCode`.
 * @remarks Catch it where all errors of this project are one to you; show its message, which is one line. Programs end
 * with `exitCode`.
 */
export class BackpressureError extends Error {
  override name = "BackpressureError";
  readonly details: string | undefined;

  constructor(message: string, options: BackpressureErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.details = options.details;
  }

  /** Exit code of a program that ends with this error. */
  get exitCode(): number {
    return 1;
  }
}

/**
 * A wrong flag or argument.
 * @remarks Run the command with `--help`, and correct the setting that the message names.
 */
export class UsageError extends BackpressureError {
  override name = "UsageError";

  override get exitCode(): number {
    return 2;
  }
}

/**
 * A program that npm should have installed is not there.
 * @remarks Install the packages again: `npm ci`.
 */
export class ToolMissingError extends BackpressureError {
  override name = "ToolMissingError";

  constructor(tool: string, options?: BackpressureErrorOptions) {
    super(`${tool} is missing for ${process.platform}-${process.arch}: run \`npm ci\``, options);
  }
}

/**
 * A program of ours or of Foundry failed; `details` has the end of its output.
 * @remarks Read `details`: it has the end of what the program said.
 */
export class ToolFailedError extends BackpressureError {
  override name = "ToolFailedError";
}

/**
 * The local chain did not start, or died.
 * @remarks Read what anvil said, in the message; free the port that it names, or choose another, and start again.
 */
export class LocalChainError extends BackpressureError {
  override name = "LocalChainError";
}

/**
 * A transaction that had to succeed was refused.
 * @remarks Read why, in the message; what was to be done has not happened.
 */
export class TransactionError extends BackpressureError {
  override name = "TransactionError";
}

/**
 * A trace of requests that cannot be used.
 * @remarks Correct the line that the message names: the columns are TIMESTAMP, ContextTokens, GeneratedTokens.
 */
export class TraceError extends UsageError {
  override name = "TraceError";

  /** @param line Line of the file, counted from 1; undefined if the file as a whole is the problem. */
  constructor(path: string, line: number | undefined, reason: string, options?: BackpressureErrorOptions) {
    super(line === undefined ? `trace ${path}: ${reason}` : `trace ${path}, line ${line}: ${reason}`, options);
  }
}

/**
 * What must always hold did not.
 * @remarks This is a fault of the protocol or of its books, not yours: report it with the seed that was printed.
 */
export class InvariantError extends BackpressureError {
  override name = "InvariantError";

  /** @param invariant Its name in `test/invariant/README.md`: `I1`. */
  constructor(
    readonly invariant: string,
    reason: string,
  ) {
    super(`${invariant} violated: ${reason}`);
  }
}

/** One line for a person, whatever was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // viem's errors say in `shortMessage` what their message says in twenty lines.
  const { shortMessage } = error as { shortMessage?: unknown };
  const text = typeof shortMessage === "string" ? shortMessage : error.message;
  return text.split("\n", 1)[0] || error.name;
}

/** The exit code that belongs to whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof BackpressureError ? error.exitCode : 1;
}
