import { maxUint96, type PublicClient } from "viem";
import { contractsOf, distributionPoolAt } from "../sdk/calls/contracts.ts";
import type { LedgerView } from "../services/keeper/decide/assess.ts";
import type { Account, Market, MarketStage } from "./market.ts";

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
  /** Whether a rebalance that names it would move units, be it only its own or also the escrow's. */
  needsRebalance: boolean;
  /** What the completion tracker has of it. */
  ledger: LedgerView;
  registered: boolean;
  /** Epoch in which it was last settled: Unix seconds / h. */
  settledEpoch: number;
  /** Q by the completion tracker, as it counts now, unit-seconds. */
  verifiedBacklog: bigint;
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
  /** What the sinks together can be paid under the limit that is set, wei per second. */
  intake: bigint;
  /** What the pipeline would limit the sinks to, wei per second, if it were told now; undefined for the last stage. */
  limit: bigint | undefined;
  /** Wei in the escrow. */
  level: bigint;
  drainable: bigint;
  releasable: bigint;
  /** Whether a rebalance that names no sink would move the escrow's units. */
  needsRebalance: boolean;
  sinks: readonly SinkState[];
  /** What all sinks together were paid so far, donations included, wei. */
  paid: bigint;
  /** What each source has got back so far, and what it has spent, wei. */
  returned: readonly bigint[];
  spent: readonly bigint[];
};

/** Everything that one look at the chain shows. */
export type State = {
  /** Time of the block, Unix seconds. */
  timestamp: number;
  stages: readonly StageState[];
};

/** Looks at all pools, all of them at the latest block. */
export async function readState(client: PublicClient, market: Market, timestamp: number): Promise<State> {
  return { timestamp, stages: await Promise.all(market.stages.map((stage) => readStage(client, market, stage))) };
}

async function readStage(client: PublicClient, market: Market, stage: MarketStage): Promise<StageState> {
  const { backpressurePool, capacityRegistry, escrowBuffer, pipeline } = contractsOf(market.protocol);
  const { id, sources } = stage;
  const pool = distributionPoolAt(stage.distributionPool);
  // All of it is asked for before anything is awaited: see `LocalChain.client`.
  const [flow, totalUnits, [sinkUnits, escrowUnits], priceCap, intake, limit, ...rest] = await Promise.all([
    client.readContract(pool.getTotalFlowRate()),
    client.readContract(pool.getTotalUnits()),
    client.readContract(backpressurePool.unitsOfPool(id)),
    client.readContract(backpressurePool.priceCap(id)),
    client.readContract(backpressurePool.intakeOf(id)),
    client.readContract(pipeline.limitOf(id)),
    client.readContract(capacityRegistry.needsRebalance(id, [])),
    client.readContract(escrowBuffer.level(id)),
    client.readContract(escrowBuffer.drainable(id)),
    client.readContract(escrowBuffer.releasable(id)),
    Promise.all(stage.sinks.map((sink) => readSink(client, market, stage, sink))),
    Promise.all(sources.map(({ address }) => client.readContract(escrowBuffer.returnedOf(id, address)))),
    Promise.all(sources.map(({ address }) => client.readContract(escrowBuffer.spentOf(id, address)))),
    client.readContract(backpressurePool.paidOf(id)),
  ]);
  const [needsRebalance, level, drainable, releasable, sinks, returned, spent, paid] = rest;
  // A pool without units would break I8, which is for the audit to say.
  const price = totalUnits === 0n ? 0n : flow / totalUnits;
  const money = { flow, price, priceCap, intake, level, drainable, releasable };
  const limited = { limit: limit === maxUint96 ? undefined : limit, needsRebalance };
  return { ...money, ...limited, totalUnits, sinkUnits, escrowUnits, sinks, paid, returned, spent };
}

async function readSink(
  client: PublicClient,
  { protocol }: Market,
  { id, distributionPool }: MarketStage,
  { address: sink }: Account,
): Promise<SinkState> {
  const { backpressurePool, capacityRegistry, completionTracker } = contractsOf(protocol);
  const pool = distributionPoolAt(distributionPool);
  const [received, flow, units, effective, needsRebalance, ledger, known] = await Promise.all([
    client.readContract(pool.getTotalAmountReceivedByMember(sink)),
    client.readContract(pool.getMemberFlowRate(sink)),
    client.readContract(backpressurePool.unitsOf(id, sink)),
    client.readContract(capacityRegistry.effectiveCapacity(id, sink)),
    client.readContract(capacityRegistry.needsRebalance(id, [sink])),
    client.readContract(completionTracker.ledgerOf(id, sink)),
    client.readContract(capacityRegistry.sinkOf(id, sink)),
  ]);
  const { registered, settledEpoch, verifiedBacklog } = known;
  return { received, units, effective, flow, needsRebalance, ledger, registered, settledEpoch, verifiedBacklog };
}
