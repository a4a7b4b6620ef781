import { type Address, encodeEventTopics, type Hex, hexToBigInt, numberToHex, type RpcLog, slice } from "viem";
import { getBlock } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";
import type { Head } from "../runtime/heads.ts";

export type SinkStatesParameters = {
  client: ReadClient;
  deployment: Deployment;
  /** The latest block that is known; undefined if none is. */
  headOf: () => Head | undefined;
};

/** What decides about an attestation beside its signature. */
export type SinkView = {
  registered: boolean;
  /** Time of its latest signal, Unix seconds, or a little later: an event does not say. */
  signalledAt: number;
  /** The chain's time, Unix seconds. */
  now: number;
};

type State = Pick<SinkView, "registered" | "signalledAt">;

const [SIGNALLED, ...CHANGED] = (["CapacitySignalled", "SinkRegistered", "SinkDeregistered"] as const).map(
  (eventName) => encodeEventTopics({ abi: capacityRegistryAbi, eventName })[0],
);

/** Two hundred bytes each. */
const MOST_SINKS = 100_000;

/** A gap between two heads above this is not read: beginning anew costs less. */
const MOST_BLOCKS = 1_000n;

/** Blocks that are read again with the next head, as a reorganisation may have replaced them. */
const REPEATED = 5n;

/** Milliseconds without a new block after which nothing counts as known. */
const STALE_AFTER = 30_000;

/**
 * What the registry knows of sinks, kept until an event says that it has changed: one query for events per block, whatever
 * the number of messages. It is enough to accept a message, which is looked at once more before it is submitted; who is to
 * be refused is read anew.
 */
export class SinkStates {
  readonly #parameters: SinkStatesParameters;
  readonly #known = new Map<string, State>();
  #upTo: Head | undefined;
  #movedAt = 0;
  #following = Promise.resolve();
  #time: Promise<number> | undefined;

  constructor(parameters: SinkStatesParameters) {
    this.#parameters = parameters;
  }

  /** What is known of a sink without asking for it, as of the latest block. */
  async known(taskTypeId: Hex, sink: Address): Promise<SinkView | undefined> {
    const head = this.#parameters.headOf();
    if (head === undefined) return undefined;
    if (head.hash !== this.#upTo?.hash) {
      const from = this.#upTo;
      this.#upTo = head;
      this.#movedAt = Date.now();
      this.#following = this.#following.then(() => this.#follow(from, head));
    }
    await this.#following;
    const state = this.#known.get(keyOf(taskTypeId, sink));
    if (state === undefined || Date.now() - this.#movedAt > STALE_AFTER) return undefined;
    return { ...state, now: Number(head.timestamp) };
  }

  /** What the chain says of a sink now. @throws If it cannot be asked. */
  async read(taskTypeId: Hex, sink: Address): Promise<SinkView> {
    const { client, deployment } = this.#parameters;
    const upTo = this.#upTo;
    const view = contractsOf(deployment).capacityRegistry.sinkOf(taskTypeId, sink);
    // Many are read at once, and the time is the same for all.
    this.#time ??= getBlock(client)
      .then(({ timestamp }) => Number(timestamp))
      .finally(() => {
        this.#time = undefined;
      });
    const [{ registered, signalledAt }, now] = await Promise.all([read(client, view), this.#time]);
    // An event that came meanwhile would be overwritten.
    if (this.#upTo === upTo) this.#remember(keyOf(taskTypeId, sink), { registered, signalledAt });
    return { registered, signalledAt, now };
  }

  async #follow(from: Head | undefined, head: Head): Promise<void> {
    const { client, deployment } = this.#parameters;
    try {
      const gap = from === undefined ? 0n : head.number - from.number;
      if (from === undefined || gap <= 0n || gap > MOST_BLOCKS) throw new RangeError("nothing to go on from");
      const fromBlock = from.number > REPEATED ? from.number - REPEATED : 0n;
      const range = { fromBlock: numberToHex(fromBlock), toBlock: numberToHex(head.number) };
      const filter = { ...range, address: deployment.capacityRegistry, topics: [[SIGNALLED, ...CHANGED] as Hex[]] };
      this.#apply(await client.request({ method: "eth_getLogs", params: [filter] }), from, head);
    } catch {
      this.#known.clear();
    }
  }

  #apply(logs: readonly RpcLog[], from: Head, head: Head): void {
    for (const { topics, blockNumber } of logs) {
      const [event, taskTypeId, sink] = topics as unknown as readonly [Hex, Hex, Hex];
      const key = keyOf(taskTypeId, slice(sink, 12));
      if (event !== SIGNALLED) this.#known.delete(key);
      // What was applied before would only push the time of its signal.
      else if (!this.#known.has(key) || hexToBigInt(blockNumber ?? "0x0") > from.number) {
        this.#remember(key, { registered: true, signalledAt: Number(head.timestamp) });
      }
    }
  }

  #remember(key: string, state: State): void {
    if (this.#known.size >= MOST_SINKS) this.#known.clear();
    this.#known.set(key, state);
  }
}

const keyOf = (taskTypeId: Hex, sink: Address): string => `${taskTypeId}/${sink}`.toLowerCase();
