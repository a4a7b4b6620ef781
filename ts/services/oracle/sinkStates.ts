import {
  type Address,
  decodeAbiParameters,
  encodeEventTopics,
  type Hex,
  hexToBigInt,
  numberToHex,
  type RpcLog,
  slice,
} from "viem";
import { getBlock } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";
import { unpackSignals } from "../../sdk/utils/packedAttestations.ts";
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
  /** Time of its latest signal, Unix seconds, or a little later: the event of a single one does not say. */
  signalledAt: number;
  /** The chain's time, Unix seconds. */
  now: number;
};

type State = Pick<SinkView, "registered" | "signalledAt">;

const TOPICS = (["CapacitySignalled", "CapacitiesSignalled", "SinkRegistered", "SinkDeregistered"] as const).map(
  (eventName) => encodeEventTopics({ abi: capacityRegistryAbi, eventName })[0],
);
const [SIGNALLED, BATCH_SIGNALLED] = TOPICS;

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
      const filter = { ...range, address: deployment.capacityRegistry, topics: [TOPICS as Hex[]] };
      this.#apply(await client.request({ method: "eth_getLogs", params: [filter] }), from, head);
    } catch {
      this.#known.clear();
    }
  }

  #apply(logs: readonly RpcLog[], from: Head, head: Head): void {
    for (const { topics, data, blockNumber } of logs) {
      const [event, taskTypeId, sink = "0x"] = topics as unknown as readonly [Hex, Hex, Hex?];
      const isNew = hexToBigInt(blockNumber ?? "0x0") > from.number;
      if (event === SIGNALLED) this.#signalled(keyOf(taskTypeId, slice(sink, 12)), Number(head.timestamp), isNew);
      else if (event === BATCH_SIGNALLED) {
        const [signals] = decodeAbiParameters([{ type: "bytes" }], data);
        for (const { sink, issuedAt } of unpackSignals(signals)) {
          this.#signalled(keyOf(taskTypeId, sink), issuedAt, isNew);
        }
      } else this.#known.delete(keyOf(taskTypeId, slice(sink, 12)));
    }
  }

  /** What was applied before would only push the time of its signal. */
  #signalled(key: string, signalledAt: number, isNew: boolean): void {
    if (isNew || !this.#known.has(key)) this.#remember(key, { registered: true, signalledAt });
  }

  #remember(key: string, state: State): void {
    if (this.#known.size >= MOST_SINKS) this.#known.clear();
    this.#known.set(key, state);
  }
}

const keyOf = (taskTypeId: Hex, sink: Address): string => `${taskTypeId}/${sink}`.toLowerCase();
