import type { Hex } from "viem";
import { describeError } from "../errors.ts";
import { formatDuration } from "../sdk/format.ts";
import type { Health } from "../services/health.ts";
import type { Logger } from "../services/logger.ts";

/** Milliseconds after which a task type that was not done is visited again: what held it up stays for a while. */
const REST = 5_000;

/** Milliseconds of failures in a row after which the service is not well. */
const ALARM_AFTER = 120_000;

type Failure = { since: number; reason: string };

/** Visits to task types. One that fails is tried again in the next round, and does not hurt the others. */
export class Visits {
  readonly #log: Logger;
  readonly #busy = new Set<Hex>();
  readonly #restsUntil = new Map<Hex, number>();
  readonly #failures = new Map<Hex, Failure>();

  constructor({ log, health }: { log: Logger; health: Health }) {
    this.#log = log;
    health.add("task types", () => this.#problem());
  }

  /**
   * Visits a task type, unless it is being visited, or rests. Never throws.
   * @param visit Tells whether everything is done.
   */
  async visit(taskTypeId: Hex, visit: () => Promise<boolean>): Promise<void> {
    if (this.#busy.has(taskTypeId) || (this.#restsUntil.get(taskTypeId) ?? 0) > Date.now()) return;
    this.#busy.add(taskTypeId);
    try {
      if (!(await visit())) this.#restsUntil.set(taskTypeId, Date.now() + REST);
      this.#failures.delete(taskTypeId);
    } catch (error) {
      const reason = describeError(error);
      this.#failures.set(taskTypeId, { since: Date.now(), ...this.#failures.get(taskTypeId), reason });
      this.#log.warn({ taskTypeId, error }, "a visit failed; the next round tries again");
    } finally {
      this.#busy.delete(taskTypeId);
    }
  }

  #problem(): string | undefined {
    for (const [taskTypeId, { since, reason }] of this.#failures) {
      const waits = Date.now() - since;
      if (waits >= ALARM_AFTER) return `${taskTypeId} fails for ${formatDuration(waits / 1000)}: ${reason}`;
    }
    return undefined;
  }
}
