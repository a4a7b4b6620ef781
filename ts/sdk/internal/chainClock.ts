import { getBlock } from "viem/actions";
import type { ReadClient } from "../types.ts";

/**
 * What time it is on the chain: the latest block's, and what has passed since it was seen. So it goes on while an endpoint
 * does not answer, and never by the clock on the wall, which may be wrong.
 */
export class ChainClock {
  readonly #client: ReadClient;
  #latest: number;
  #seen = performance.now();

  /** @param latest Time of a block that was just seen, Unix seconds. */
  constructor(client: ReadClient, latest: number) {
    this.#client = client;
    this.#latest = latest;
  }

  /** Unix seconds, whole; never earlier than before. */
  async now(): Promise<number> {
    const block = await getBlock(this.#client).catch(() => undefined);
    const latest = Number(block?.timestamp ?? 0n);
    if (latest > this.#latest) [this.#latest, this.#seen] = [latest, performance.now()];
    return this.#latest + Math.floor((performance.now() - this.#seen) / 1000);
  }
}
