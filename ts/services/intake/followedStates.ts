import { type Address, type Hex, hexToBigInt, numberToHex, type RpcLog } from "viem";
import type { ServiceClient } from "../runtime/client.ts";
import type { Head } from "../runtime/heads.ts";

export type FollowedStatesParameters<state> = {
  client: Pick<ServiceClient, "request">;
  /** The latest block that is known; undefined if none is. */
  headOf: () => Head | undefined;
  /** Contracts whose events say that a state has changed, and the topics of those events. */
  addresses: readonly Address[];
  topics: readonly Hex[];
  /**
   * What an event says: which states it changes, and to what; without that a state has to be read anew.
   * @param head The block up to which events are read: it is no earlier than the event.
   */
  changesOf: (log: RpcLog, head: Head) => readonly { key: string; state?: state }[];
};

/** Two hundred bytes each. */
const MOST_STATES = 300_000;

/** A gap between two heads above this is not read: beginning anew costs less. */
const MOST_BLOCKS = 1_000n;

/** Blocks that are read again with the next head, as a reorganisation may have replaced them. */
const REPEATED = 5n;

/** Milliseconds without a new block after which nothing counts as known. */
const STALE_AFTER = 30_000;

/**
 * What contracts say, kept until an event says that it has changed: one query for events per block, whatever the number of
 * messages. It is enough to accept a message, which is looked at once more before it is submitted; who is to be refused is
 * read anew.
 */
export class FollowedStates<state> {
  readonly #parameters: FollowedStatesParameters<state>;
  readonly #known = new Map<string, state>();
  #upTo: Head | undefined;
  #movedAt = 0;
  #following = Promise.resolve();

  constructor(parameters: FollowedStatesParameters<state>) {
    this.#parameters = parameters;
  }

  /** What is known without asking for it, as of the latest block; undefined if nothing is. */
  async known(key: string): Promise<state | undefined> {
    const head = this.#parameters.headOf();
    if (head === undefined) return undefined;
    if (head.hash !== this.#upTo?.hash) {
      const from = this.#upTo;
      this.#upTo = head;
      this.#movedAt = Date.now();
      this.#following = this.#following.then(() => this.#follow(from, head));
    }
    await this.#following;
    return Date.now() - this.#movedAt > STALE_AFTER ? undefined : this.#known.get(key);
  }

  /** Reads what is not known, and remembers it. @throws What reading throws. */
  async read(key: string, read: () => Promise<state>): Promise<state> {
    const upTo = this.#upTo;
    const state = await read();
    // An event that came meanwhile would be overwritten.
    if (this.#upTo === upTo) this.#remember(key, state);
    return state;
  }

  async #follow(from: Head | undefined, head: Head): Promise<void> {
    const { client, addresses, topics } = this.#parameters;
    try {
      const gap = from === undefined ? 0n : head.number - from.number;
      if (from === undefined || gap <= 0n || gap > MOST_BLOCKS) throw new RangeError("nothing to go on from");
      const fromBlock = from.number > REPEATED ? from.number - REPEATED : 0n;
      const range = { fromBlock: numberToHex(fromBlock), toBlock: numberToHex(head.number) };
      const filter = { ...range, address: [...addresses], topics: [[...topics]] };
      for (const log of await client.request({ method: "eth_getLogs", params: [filter] })) this.#apply(log, from, head);
    } catch {
      this.#known.clear();
    }
  }

  #apply(log: RpcLog, from: Head, head: Head): void {
    const isNew = hexToBigInt(log.blockNumber ?? "0x0") > from.number;
    for (const { key, state } of this.#parameters.changesOf(log, head)) {
      if (state === undefined) this.#known.delete(key);
      // What was applied before would only put another time to it.
      else if (isNew || !this.#known.has(key)) this.#remember(key, state);
    }
  }

  #remember(key: string, state: state): void {
    if (this.#known.size >= MOST_STATES) this.#known.clear();
    this.#known.set(key, state);
  }
}
