import { type Abi, type Address, decodeEventLog, type Hex, hexToBigInt, numberToHex, pad, toEventSelector } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  pipelineAbi,
} from "../../abi/generated.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { RpcCall } from "../runtime/rpcBatch.ts";
import type { DirectoryEvent } from "./directory.ts";

/** A log as nodes give it. */
export type RawLog = {
  topics: [Hex, ...Hex[]];
  data: Hex;
  blockNumber: Hex;
  logIndex: Hex;
  blockTimestamp?: Hex;
};

/** Where events come from. */
export type EventSources = {
  deployment: Deployment;
  /** Superfluid's General Distribution Agreement. */
  gda: Address;
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

const STREAMS = iGeneralDistributionAgreementV1Abi.filter(
  (item) => item.type === "event" && item.name === "FlowDistributionUpdated",
);
const EVENTS: Abi = [capacityRegistryAbi, backpressurePoolAbi, escrowBufferAbi, pipelineAbi, STREAMS]
  .flat()
  .filter(({ type }) => type === "event");

const topicsOf = (names: readonly string[]): Hex[] =>
  EVENTS.flatMap((event) => (event.type === "event" && names.includes(event.name) ? [toEventSelector(event)] : []));
const STREAM_TOPICS = topicsOf(["FlowDistributionUpdated"]);
const TOPICS = { structure: topicsOf(STRUCTURE), news: topicsOf(NEWS) };

/** Pools that one query names. */
const POOLS_PER_QUERY = 100;

export type Blocks = { from: bigint; to: bigint };

/** Asks for everything at once, streams of other people's pools too: for few blocks. */
export function everything({ deployment, gda }: EventSources, what: keyof typeof TOPICS, blocks: Blocks): RpcCall {
  return logsOf([...contractsOf(deployment), gda], [[...TOPICS[what], ...STREAM_TOPICS]], blocks);
}

/** Asks for the protocol's own events. */
export function protocolEvents({ deployment }: EventSources, what: keyof typeof TOPICS, blocks: Blocks): RpcCall {
  return logsOf(contractsOf(deployment), [TOPICS[what]], blocks);
}

/** Asks for changes of streams to some pools. */
export function streamEvents({ gda }: EventSources, pools: readonly Address[], blocks: Blocks): RpcCall[] {
  const calls: RpcCall[] = [];
  for (let first = 0; first < pools.length; first += POOLS_PER_QUERY) {
    const named = pools.slice(first, first + POOLS_PER_QUERY).map((pool) => pad(pool));
    calls.push(logsOf([gda], [STREAM_TOPICS, null, named], blocks));
  }
  return calls;
}

/** Undefined for an event of a newer version of a contract: nothing that a decision rests on. */
export function decode(raw: RawLog): DirectoryEvent | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi: EVENTS, topics: raw.topics, data: raw.data });
    return {
      name: eventName ?? "",
      args: (args ?? {}) as unknown as Record<string, unknown>,
      blockNumber: hexToBigInt(raw.blockNumber),
      logIndex: Number(raw.logIndex),
      blockTimestamp: raw.blockTimestamp === undefined ? undefined : Number(raw.blockTimestamp),
    };
  } catch {
    return undefined;
  }
}

const contractsOf = ({ capacityRegistry, backpressurePool, escrowBuffer, pipeline }: Deployment): Address[] => [
  capacityRegistry,
  backpressurePool,
  escrowBuffer,
  pipeline,
];

function logsOf(address: Address[], topics: (Hex[] | null)[], { from, to }: Blocks): RpcCall {
  const filter = { address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) };
  return { method: "eth_getLogs", params: [filter] };
}
