import type { Address } from "viem";
import { getBlock } from "viem/actions";
import { contractsOf, distributionPoolAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import type { GetTaskTypeReturnType } from "../../sdk/read/getTaskType.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { LedgerView } from "./decide/assess.ts";
import type { SinkUnits } from "./decide/rebalance.ts";
import type { SyncSourceView } from "./decide/syncSource.ts";

/** Reads of many accounts at once; the SDK's `getSink` reads three times as much of one. */

/** Contracts to ask, and about which task type. */
export type ReadContext = { client: ServiceClient; deployment: Deployment; taskType: GetTaskTypeReturnType };

export type SinkStanding = {
  sink: Address;
  registered: boolean;
  /** Whether it has a bond, or is on its way out with one. */
  liable: boolean;
  /** Epoch in which it was last settled. */
  settledEpoch: number;
  /** Q by the verifier, as it counts now, unit-seconds. */
  verifiedBacklog: bigint;
  /** Wei. */
  received: bigint;
  /** Undefined where another verifier keeps it. */
  ledger: LedgerView | undefined;
};

/** Whether the task type's verifier is the deployment's completion tracker. */
export function isTracked({ deployment, taskType }: Omit<ReadContext, "client">): boolean {
  return taskType.verifier.toLowerCase() === deployment.completionTracker.toLowerCase();
}

/** What some sinks have in their pool, and what they should have. */
export function readUnits(
  { client, deployment, taskType }: ReadContext,
  sinks: readonly Address[],
): Promise<SinkUnits[]> {
  const { backpressurePool, capacityRegistry } = contractsOf(deployment);
  const { taskTypeId } = taskType;
  const reads = sinks.map(async (sink) => {
    const [units, effectiveCapacity] = await Promise.all([
      read(client, backpressurePool.unitsOf(taskTypeId, sink)),
      read(client, capacityRegistry.effectiveCapacity(taskTypeId, sink)),
    ]);
    return { sink, units, effectiveCapacity };
  });
  return Promise.all(reads);
}

/** What some sinks were paid and owe. */
export function readStandings(context: ReadContext, sinks: readonly Address[]): Promise<SinkStanding[]> {
  return Promise.all(sinks.map((sink) => readStanding(context, sink)));
}

async function readStanding(context: ReadContext, sink: Address): Promise<SinkStanding> {
  const { client, deployment, taskType } = context;
  const { taskTypeId, distributionPool } = taskType;
  const { capacityRegistry, completionTracker, stakeManager } = contractsOf(deployment);
  const [stored, [stake, unbonding], received, ledger] = await Promise.all([
    read(client, capacityRegistry.sinkOf(taskTypeId, sink)),
    read(client, stakeManager.bondOf(taskTypeId, sink)),
    read(client, distributionPoolAt(distributionPool).getTotalAmountReceivedByMember(sink)),
    isTracked(context) ? read(client, completionTracker.ledgerOf(taskTypeId, sink)) : undefined,
  ]);
  const { registered, settledEpoch, verifiedBacklog } = stored;
  return { sink, registered, liable: stake + unbonding > 0n, settledEpoch, verifiedBacklog, received, ledger };
}

/** For which of some sinks `rebalance` would move units. Only right while the escrow itself is not due. */
export async function readNeedsRebalance(
  { client, deployment, taskType }: ReadContext,
  sinks: readonly Address[],
): Promise<Set<Address>> {
  const { capacityRegistry } = contractsOf(deployment);
  const answers = await Promise.all(
    sinks.map((sink) => read(client, capacityRegistry.needsRebalance(taskType.taskTypeId, [sink]))),
  );
  return new Set(sinks.filter((_, index) => answers[index]));
}

export type SourceReading = Pick<SyncSourceView, "flowRate" | "streamed" | "payable" | "runway">;

/** A source, as it is now. */
export async function readSource(
  { client, deployment, taskType: { taskTypeId } }: ReadContext,
  source: Address,
): Promise<SourceReading> {
  const { flowRate, streamed, returns, runway } = await getSource(client, { deployment, taskTypeId, source });
  return { flowRate, streamed, payable: returns.payable, runway };
}

/** When a block was mined, Unix seconds. */
export async function readTimeOf(client: ServiceClient, blockNumber: bigint): Promise<number> {
  return Number((await getBlock(client, { blockNumber })).timestamp);
}
