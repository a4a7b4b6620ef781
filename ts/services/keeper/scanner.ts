import { type Abi, type Address, decodeEventLog, type Hex, hexToBigInt, numberToHex, pad, toEventSelector } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  pipelineAbi,
} from "../../abi/generated.ts";
import { isUnreachable } from "../../core/rpcErrors.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Directory, DirectoryEvent } from "./directory.ts";

export type ScannerParameters = {
  client: ServiceClient;
  deployment: Deployment;
  /** Superfluid's General Distribution Agreement. */
  gda: Address;
  directory: Directory;
  log: Logger;
  /** The deployment's block: no event is older. */
  firstBlock: bigint;
  /** Most blocks to ask an endpoint for at once. */
  blocksPerQuery: bigint;
  interrupted: AbortSignal;
  /** Hears of every step of a long way. */
  onProgress: () => void;
};

type RawLog = {
  address: Address;
  topics: [Hex, ...Hex[]];
  data: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  logIndex: Hex;
  blockTimestamp?: Hex;
};

/** What a directory is made of. */
const STRUCTURE = [
  "TaskTypeRegistered",
  "PoolOpened",
  "SinkRegistered",
  "SinkDeregistered",
  "SourceSynced",
  "ReturnRequested",
  "DownstreamSet",
];

/** What calls for a look at once. Signals do not: they move units themselves, and there are many. */
const NEWS = [...STRUCTURE, "EscrowUnitsUpdated", "LimitUpdated", "Donated", "Deposited"];

const EVENTS: Abi = [...[capacityRegistryAbi, backpressurePoolAbi, escrowBufferAbi, pipelineAbi].flat()].filter(
  ({ type }) => type === "event",
);
const topicsOf = (names: readonly string[]): Hex[] =>
  EVENTS.flatMap((event) => (event.type === "event" && names.includes(event.name) ? [toEventSelector(event)] : []));
const STRUCTURE_TOPICS = topicsOf(STRUCTURE);
const NEWS_TOPICS = topicsOf(NEWS);
const STREAMS: Abi = iGeneralDistributionAgreementV1Abi.filter(
  (item) => item.type === "event" && item.name === "FlowDistributionUpdated",
);
const STREAM_TOPICS = STREAMS.flatMap((event) => (event.type === "event" ? [toEventSelector(event)] : []));

/** No reorganisation goes deeper than this; what is above is read again and again. Two minutes on Base. */
export const REORGANISATION_DEPTH = 64n;

/** Pools that one query names. */
const POOLS_PER_QUERY = 100;

/** Reads events into a directory: once what is final, and at every call what may still change. */
export class Scanner {
  readonly #parameters: ScannerParameters;
  /** Every block up to here is read for good. */
  #final: bigint;
  /** Logs above `#final` that were seen, with their block. */
  readonly #seen = new Map<string, bigint>();

  constructor(parameters: ScannerParameters) {
    this.#parameters = parameters;
    this.#final = parameters.firstBlock - 1n;
  }

  /** The last block that was read for good. */
  get final(): bigint {
    return this.#final;
  }

  /** Brings the directory up to a block. May be called again after an error: it goes on where it was. */
  async scan(head: bigint): Promise<void> {
    const { blocksPerQuery, interrupted, log, onProgress } = this.#parameters;
    const final = head - REORGANISATION_DEPTH;
    while (this.#final < final) {
      interrupted.throwIfAborted();
      const from = this.#final + 1n;
      const to = from + blocksPerQuery - 1n < final ? from + blocksPerQuery - 1n : final;
      await this.#read(from, to, true);
      this.#final = to;
      log.debug({ block: to, of: head }, "events read");
      onProgress();
    }
    for (const [key, block] of this.#seen) if (block <= this.#final) this.#seen.delete(key);
    await this.#read(this.#final + 1n, head, false);
  }

  async #read(from: bigint, to: bigint, final: boolean): Promise<void> {
    const { deployment, directory, gda } = this.#parameters;
    if (to < from) return;
    const contracts = [
      deployment.capacityRegistry,
      deployment.backpressurePool,
      deployment.escrowBuffer,
      deployment.pipeline,
    ];
    const topics = final ? STRUCTURE_TOPICS : NEWS_TOPICS;
    this.#apply(await this.#logs(contracts, [topics], from, to), EVENTS, final);
    // After the events of the protocol: they tell which pools there are.
    const { pools } = directory;
    for (let first = 0; first < pools.length; first += POOLS_PER_QUERY) {
      const named = pools.slice(first, first + POOLS_PER_QUERY).map((pool) => pad(pool));
      this.#apply(await this.#logs([gda], [STREAM_TOPICS, null, named], from, to), STREAMS, final);
    }
  }

  #apply(logs: readonly RawLog[], abi: Abi, final: boolean): void {
    for (const raw of logs) {
      const key = `${raw.blockHash}${raw.logIndex}`;
      if (!final && this.#seen.has(key)) continue;
      if (!final) this.#seen.set(key, hexToBigInt(raw.blockNumber));
      const event = decode(raw, abi);
      if (event !== undefined) this.#parameters.directory.apply(event, final);
    }
  }

  /** Endpoints refuse queries with too many results; halves have fewer. */
  async #logs(address: Address[], topics: (Hex[] | null)[], from: bigint, to: bigint): Promise<RawLog[]> {
    const filter = { address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) };
    try {
      return (await this.#parameters.client.request({ method: "eth_getLogs", params: [filter as never] })) as never;
    } catch (error) {
      if (from === to || isUnreachable(error)) throw error;
      const middle = (from + to) / 2n;
      const first = await this.#logs(address, topics, from, middle);
      return [...first, ...(await this.#logs(address, topics, middle + 1n, to))];
    }
  }
}

function decode(raw: RawLog, abi: Abi): DirectoryEvent | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi, topics: raw.topics, data: raw.data });
    return {
      name: eventName ?? "",
      args: (args ?? {}) as unknown as Record<string, unknown>,
      blockNumber: hexToBigInt(raw.blockNumber),
      logIndex: Number(raw.logIndex),
      blockTimestamp: raw.blockTimestamp === undefined ? undefined : Number(raw.blockTimestamp),
    };
  } catch {
    // An event of a newer version of a contract: nothing that a decision rests on.
    return undefined;
  }
}
