import type { Abi, Address, PublicClient } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iSuperfluidPoolAbi,
  pipelineAbi,
} from "../abi/generated.ts";
import type { Market, MarketStage } from "./market.ts";

/** A sink as the chain sees it. */
export type SinkState = {
  /** Wei paid to it so far. */
  received: bigint;
  /** Units in the pool. */
  units: bigint;
  /** u: effective capacity now, units. */
  effective: bigint;
  /** What it is paid now, wei per second. */
  flow: bigint;
};

/** A pool and its escrow as the chain sees them. */
export type StageState = {
  /** What the members are paid together, wei per second: L without the adjustment flow. */
  flow: bigint;
  totalUnits: bigint;
  /** U: units of all sinks. */
  sinkUnits: bigint;
  escrowUnits: bigint;
  /** p: wei per second and unit. */
  price: bigint;
  /** The most that one unit may be paid now, wei per second. */
  priceCap: bigint;
  /** What the pipeline would limit the sinks to, wei per second, if it were told now. */
  limit: bigint;
  /** Wei in the escrow. */
  level: bigint;
  drainable: bigint;
  releasable: bigint;
  needsRebalance: boolean;
  sinks: readonly SinkState[];
  /** What each source has got back so far, wei. */
  returned: readonly bigint[];
};

/** Everything that one look at the chain shows. */
export type State = {
  /** Time of the block, Unix seconds. */
  timestamp: number;
  stages: readonly StageState[];
};

type Read = { address: Address; abi: Abi; functionName: string; args?: readonly unknown[] };

/** Reads many views at once, all of them at the latest block. */
export async function readMany(client: PublicClient, contracts: readonly Read[]): Promise<unknown[]> {
  return client.multicall({ contracts, allowFailure: false, deployless: true, batchSize: 0 });
}

/** Looks at all pools. */
export async function readState(client: PublicClient, market: Market, timestamp: number): Promise<State> {
  const reads = market.stages.map((stage) => stageReads(market, stage));
  const results = await readMany(client, reads.flat());
  const stages = market.stages.map((stage, index) => {
    return parseStage(stage, results.splice(0, reads[index]?.length));
  });
  return { timestamp, stages };
}

function stageReads({ protocol }: Market, stage: MarketStage): Read[] {
  const { backpressurePool, capacityRegistry, escrowBuffer, pipeline } = protocol;
  const id = stage.id;
  const all = stage.sinks.map(({ address }) => address);
  const pool = (functionName: string, ...args: unknown[]): Read => {
    return { address: backpressurePool, abi: backpressurePoolAbi, functionName, args: [id, ...args] };
  };
  const escrow = (functionName: string): Read => {
    return { address: escrowBuffer, abi: escrowBufferAbi, functionName, args: [id] };
  };
  return [
    { address: stage.distributionPool, abi: iSuperfluidPoolAbi, functionName: "getTotalFlowRate" },
    { address: stage.distributionPool, abi: iSuperfluidPoolAbi, functionName: "getTotalUnits" },
    pool("unitsOfPool"),
    pool("priceCap"),
    pool("needsRebalance", all),
    { address: pipeline, abi: pipelineAbi, functionName: "limitOf", args: [id] },
    ...["level", "drainable", "releasable"].map(escrow),
    ...all.flatMap((sink): Read[] => [
      receivedFrom(stage.distributionPool, sink),
      { address: stage.distributionPool, abi: iSuperfluidPoolAbi, functionName: "getMemberFlowRate", args: [sink] },
      pool("unitsOf", sink),
      { address: capacityRegistry, abi: capacityRegistryAbi, functionName: "effectiveCapacity", args: [id, sink] },
    ]),
    ...stage.sources.map(({ address }): Read => {
      return { address: escrowBuffer, abi: escrowBufferAbi, functionName: "returnedOf", args: [id, address] };
    }),
  ];
}

function receivedFrom(pool: Address, member: Address): Read {
  const functionName = "getTotalAmountReceivedByMember";
  return { address: pool, abi: iSuperfluidPoolAbi, functionName, args: [member] };
}

function parseStage(stage: MarketStage, results: unknown[]): StageState {
  const [flow, totalUnits, [sinkUnits, escrowUnits], priceCap, needsRebalance, limit, level, drainable, releasable] =
    results as [bigint, bigint, [bigint, bigint, bigint], bigint, boolean, bigint, bigint, bigint, bigint];
  const sinks = stage.sinks.map((_, index): SinkState => {
    const [received, sinkFlow, units, effective] = results.slice(9 + index * 4) as [bigint, bigint, bigint, bigint];
    return { received, units, effective, flow: sinkFlow };
  });
  const returned = results.slice(9 + stage.sinks.length * 4) as bigint[];
  // A pool without units would break I8, which is for the audit to say.
  const price = totalUnits === 0n ? 0n : flow / totalUnits;
  const money = { flow, price, priceCap, limit, level, drainable, releasable };
  return { ...money, totalUnits, sinkUnits, escrowUnits, needsRebalance, sinks, returned };
}
