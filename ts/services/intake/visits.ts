import { backOff, Failures } from "../runtime/failures.ts";
import type { Health } from "../runtime/health.ts";
import type { Logger } from "../runtime/logger.ts";

/** Milliseconds after which what was not done is visited again: what held it up stays for a while. */
const REST = 5_000;

/** Visits to task types, and whatever else is looked at regularly. One that fails is tried again in the next round, and does not hurt the others. */
export class Visits {
  readonly #log: Logger;
  /** Visits under way. */
  readonly #busy = new Map<string, number>();
  readonly #restsUntil = new Map<string, number>();
  readonly #failures = new Failures();

  constructor({ log, health }: { log: Logger; health: Health }) {
    this.#log = log;
    health.add("visits", () => this.#failures.problem());
  }

  /**
   * Visits, unless as many visits are under way, or it rests. Never throws.
   * @param what Names it: the identifier of a task type, for example.
   * @param visit Tells whether everything is done.
   * @param most Visits that may be under way at once.
   */
  async visit(what: string, visit: () => Promise<boolean>, most = 1): Promise<void> {
    const busy = this.#busy.get(what) ?? 0;
    if (busy >= most || (this.#restsUntil.get(what) ?? 0) > Date.now()) return;
    this.#busy.set(what, busy + 1);
    try {
      if (!(await visit())) this.#restsUntil.set(what, Date.now() + REST);
      this.#failures.succeeded(what);
    } catch (error) {
      const inARow = this.#failures.failed(what, error);
      this.#restsUntil.set(what, Date.now() + backOff(REST / 2, inARow));
      this.#log.warn({ what, error }, "a visit failed; the next round tries again");
    } finally {
      this.#busy.set(what, (this.#busy.get(what) ?? 1) - 1);
    }
  }
}
