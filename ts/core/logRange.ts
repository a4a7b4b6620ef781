import { min } from "./bigints.ts";
import { classifyRpcError, isTransportFailure } from "./rpcErrors.ts";

/** So many answers in a row before more is asked for again: what is dense in one place is not in another. */
const PATIENCE = 100;

/**
 * How many blocks an endpoint looks through at once. Endpoints differ and do not say, so it is found out once, by halves,
 * and remembered. Limits on how often one may ask are none of its business: it hands them on.
 */
export class LogRange {
  /** The most that was answered, since something was refused. */
  #works = 0n;
  /** The least that was refused. */
  #refused: bigint | undefined;
  /** What to try while nothing was refused. */
  #hope: bigint;
  #answers = 0;
  #patience = PATIENCE;

  /** @param most Never asks for more blocks than this. */
  constructor(readonly most: bigint) {
    this.#hope = most;
  }

  /**
   * Asks for as many blocks as are answered, beginning with `from`.
   * @param query Looks from there to a block, which it is given.
   * @returns What was answered, and the last block that it is about.
   * @throws What `query` throws, unless asking for less may help.
   */
  async ask<answer>(from: bigint, last: bigint, query: (to: bigint) => Promise<answer>) {
    const before = [this.#works, this.#refused] as const;
    for (;;) {
      const size = min(this.#next(), last - from + 1n);
      const to = from + size - 1n;
      try {
        const answer = await query(to);
        this.#note(size);
        return { to, answer };
      } catch (error) {
        const tooLarge = isTooLarge(error);
        // Where one block is too much, the range was not the cause.
        if (!tooLarge || size === 1n) {
          if (tooLarge) [this.#works, this.#refused] = before;
          throw error;
        }
        this.#refuse(size);
      }
    }
  }

  #next(): bigint {
    return this.#refused === undefined ? this.#hope : (this.#works + this.#refused) / 2n || 1n;
  }

  #note(size: bigint): void {
    if (this.#refused === undefined) {
      if (size === this.#hope) this.#hope = min(2n * this.#hope, this.most);
      return;
    }
    if (size > this.#works) this.#works = size;
    this.#answers += 1;
    if (this.#answers < this.#patience) return;
    this.#hope = min(2n * this.#works, this.most);
    this.#refused = undefined;
    this.#answers = 0;
    this.#patience *= 2;
  }

  #refuse(size: bigint): void {
    // What was tried for a change does not begin the search anew.
    const tried = this.#refused === undefined && size === 2n * this.#works;
    this.#refused = tried ? this.#works + 1n : size;
    if (size <= this.#works) this.#works = 0n;
    this.#answers = 0;
  }
}

/** Not every endpoint says it in words that are known. */
function isTooLarge(error: unknown): boolean {
  const kind = classifyRpcError(error);
  return kind === "too large" || (kind === "unavailable" && !isTransportFailure(error));
}
