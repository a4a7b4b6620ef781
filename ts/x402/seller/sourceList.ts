import type { Address } from "viem";
import type { ReadClient, TaskTypeParameter } from "../../sdk/types.ts";
import { getSources } from "../../sdk/work/discovery.ts";
import type { FoundSource } from "../../sdk/work/found.ts";

/** Blocks that are looked at again: they may have been reorganised. */
const DEPTH = 64n;

/** Everybody who ever streamed to a task type; each look at the chain asks only for what is new. */
export class SourceList {
  readonly #found = new Map<Address, FoundSource>();
  #next: bigint;

  constructor(
    private readonly client: ReadClient,
    private readonly parameters: TaskTypeParameter & { fromBlock: bigint; head: () => bigint },
  ) {
    this.#next = parameters.fromBlock;
  }

  async refresh(): Promise<FoundSource[]> {
    const { fromBlock, head, ...taskType } = this.parameters;
    const seen = head();
    for (const source of await getSources(this.client, { ...taskType, fromBlock: this.#next })) {
      this.#found.set(source.source, { ...source, since: this.#found.get(source.source)?.since ?? source.since });
    }
    if (seen - DEPTH > this.#next) this.#next = seen - DEPTH;
    return [...this.#found.values()];
  }
}
