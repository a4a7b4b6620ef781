import type { Address } from "viem";

type Waiting = { source: Address; start: (release: () => void) => void };

/**
 * Lets so many tasks run at once, and has the next one be of the source with most credit: who has paid most is not kept
 * waiting by who has used up what it paid. Tasks of one source keep their order.
 * @example
 * const queue = new CreditQueue({ concurrency: 2, creditOf: (source) => admission.available(source, now()) });
 * const release = await queue.enter(source);
 * try { await work(); } finally { release(); }
 */
export class CreditQueue {
  readonly #concurrency: number;
  readonly #creditOf: (source: Address) => bigint;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor({ concurrency, creditOf }: { concurrency: number; creditOf: (source: Address) => bigint }) {
    this.#concurrency = concurrency;
    this.#creditOf = creditOf;
  }

  /** Waits for a turn. @returns What to call, once, when the work has ended. */
  enter(source: Address): Promise<() => void> {
    return new Promise((start) => {
      this.#waiting.push({ source, start });
      this.#next();
    });
  }

  /** How many tasks run, and how many wait for their turn. */
  get size(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  #next(): void {
    if (this.#running >= this.#concurrency || this.#waiting.length === 0) return;
    const credits = this.#waiting.map(({ source }) => this.#creditOf(source));
    const best = credits.reduce((best, credit, index) => (credit > (credits[best] as bigint) ? index : best), 0);
    const [waiting] = this.#waiting.splice(best, 1);
    this.#running += 1;
    let released = false;
    waiting?.start(() => {
      if (released) return;
      released = true;
      this.#running -= 1;
      this.#next();
    });
  }
}
