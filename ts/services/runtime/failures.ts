import { describeError } from "../../core/errors.ts";
import { formatDuration } from "../../sdk/utils/format.ts";

type Failure = { since: number; count: number; reason: string };

/** Milliseconds of nothing but failures after which somebody should know. */
const ALARM_AFTER = 60_000;

const LONGEST_REST = 60_000;

/** What fails again and again, whatever else goes well. */
export class Failures {
  readonly #failures = new Map<string, Failure>();

  /** @returns How often it has failed in a row. */
  failed(what: string, error: unknown): number {
    const { since = Date.now(), count = 0 } = this.#failures.get(what) ?? {};
    this.#failures.set(what, { since, count: count + 1, reason: describeError(error) });
    return count + 1;
  }

  succeeded(what: string): void {
    this.#failures.delete(what);
  }

  /** For `health`: what has failed for longest, if that is a minute. */
  problem(): string | undefined {
    const [longest] = [...this.#failures].sort(([, a], [, b]) => a.since - b.since);
    if (longest === undefined) return undefined;
    const [what, { since, count, reason }] = longest;
    const lasted = Date.now() - since;
    // What failed once and was never tried again says so too, until it is.
    if (lasted < ALARM_AFTER) return undefined;
    return `${what} has failed for ${formatDuration(Math.round(lasted / 1000))}, ${count} times: ${reason}`;
  }
}

/**
 * How long to wait before the next try.
 * @param interval Wait without failures, milliseconds.
 * @param failures In a row.
 * @returns Twice as long after each failure, a minute at most; never less than `interval`.
 */
export function backOff(interval: number, failures: number): number {
  return Math.max(interval, Math.min(interval * 2 ** Math.min(failures, 20), LONGEST_REST));
}
