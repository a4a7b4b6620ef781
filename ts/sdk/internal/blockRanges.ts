import { min } from "../../core/bigints.ts";
import { isUnavailable } from "../../core/rpcErrors.ts";

export type BlockRange = { fromBlock: bigint; toBlock: bigint };

/** How many questions in a row must have been answered before more is asked for at once. */
const ANSWERS_BEFORE_MORE = 10;

/**
 * Looks for events over any number of blocks. Endpoints refuse to look at too many at once, or to return too much, each in
 * words of its own: whatever is refused is asked for in halves, and the size that worked is remembered and tried to be
 * doubled from time to time.
 */
export class BlockRanges {
  readonly #most: bigint;
  #size: bigint;
  #answers = 0;

  /** @param most Blocks that are asked for at once. */
  constructor(most = 10_000n) {
    this.#most = most;
    this.#size = most;
  }

  /**
   * Asks for one part after the other, oldest first.
   * @throws What `query` throws for a single block, or because no endpoint answers: then asking for less would not help.
   */
  async read<event>(
    { fromBlock, toBlock }: BlockRange,
    query: (part: BlockRange) => Promise<readonly event[]>,
  ): Promise<event[]> {
    const events: event[] = [];
    for (let from = fromBlock; from <= toBlock; ) {
      const part = { fromBlock: from, toBlock: min(from + this.#size - 1n, toBlock) };
      const found = await this.#ask(part, query);
      if (found === undefined) continue;
      for (const event of found) events.push(event);
      from = part.toBlock + 1n;
    }
    return events;
  }

  /** Undefined if it was refused: the next part is smaller. */
  async #ask<event>(part: BlockRange, query: (part: BlockRange) => Promise<readonly event[]>) {
    try {
      const found = await query(part);
      this.#answers += 1;
      if (this.#answers % ANSWERS_BEFORE_MORE === 0) this.#size = min(2n * this.#size, this.#most);
      return found;
    } catch (error) {
      const blocks = part.toBlock - part.fromBlock + 1n;
      if (blocks === 1n || isUnavailable(error)) throw error;
      this.#size = (blocks + 1n) / 2n;
      this.#answers = 0;
      return undefined;
    }
  }
}
