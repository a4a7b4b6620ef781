import { BackpressureError } from "../../core/errors.ts";
import type { Logger } from "./logger.ts";

/** Ends something that the service has begun. */
type Stop = () => Promise<void> | void;

/** A running service, as its body sees it. */
export type Lifecycle = {
  /** Fires when the service is to stop: Ctrl-C, SIGTERM. */
  interrupted: AbortSignal;
  /** Registers what has to be ended; the latest goes first. */
  onStop: (what: string, stop: Stop) => void;
};

export type RunServiceParameters = {
  log: Logger;
  interrupted: AbortSignal;
  /** Most time for everything that has to be ended, milliseconds. */
  grace?: number;
  /** Hears that it ends, before anything has. */
  onStopping?: () => void;
};

/**
 * Runs a service to its end and then ends what it has begun, however it ended: by itself, by a signal, by an error.
 * A second signal kills it at once, as the first one would have without this.
 * @throws What `body` throws, or a `BackpressureError` if something did not end in time.
 * @example
 * await runService({ log, interrupted: terminal.onInterrupt() }, async ({ interrupted, onStop }) => {
 *   const server = await startHttpServer({ app, host, port });
 *   onStop("http server", server.stop);
 *   await untilInterrupted(interrupted);
 * });
 */
export async function runService(
  { log, interrupted, grace = 5_000, onStopping = () => {} }: RunServiceParameters,
  body: (service: Lifecycle) => Promise<void>,
): Promise<void> {
  const stops: { what: string; stop: Stop }[] = [];
  try {
    await body({ interrupted, onStop: (what, stop) => stops.push({ what, stop }) });
  } finally {
    log.info({ grace }, "stopping");
    onStopping();
    const deadline = AbortSignal.timeout(grace);
    for (const { what, stop } of stops.reverse()) await end(what, stop, deadline, log);
    log.info("stopped");
  }
}

/** One thing that does not end must not keep the next from ending. */
async function end(what: string, stop: Stop, deadline: AbortSignal, log: Logger): Promise<void> {
  try {
    await Promise.race([stop(), untilInterrupted(deadline).then(() => Promise.reject(new StopTimeoutError(what)))]);
    log.debug({ what }, "ended");
  } catch (error) {
    log.error({ what, error }, "did not end well");
  }
}

/**
 * Something that a service has begun did not end in time.
 * @remarks Look at what the message names: what it had not finished is done again after the next start.
 */
export class StopTimeoutError extends BackpressureError {
  override name = "StopTimeoutError";

  constructor(what: string) {
    super(`${what} did not end in time`);
  }
}

/** Resolves once the signal fires. */
export function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
