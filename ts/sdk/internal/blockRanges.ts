import { LogRange } from "../../core/logRange.ts";

export type BlockRange = { fromBlock: bigint; toBlock: bigint };

/** Looks for events over any number of blocks, in parts that the endpoint takes: see `LogRange`. */
export class BlockRanges {
  readonly #range: LogRange;

  /** @param most Blocks that are asked for at once. */
  constructor(most = 10_000n) {
    this.#range = new LogRange(most);
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
      const part = { fromBlock: from };
      const { to, answer } = await this.#range.ask(from, toBlock, (last) => query({ ...part, toBlock: last }));
      for (const event of answer) events.push(event);
      from = to + 1n;
    }
    return events;
  }
}
