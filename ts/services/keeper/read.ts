import type { Address } from "viem";
import { getBlock } from "viem/actions";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
} from "../../abi/generated.ts";
import { read } from "../../sdk/internal/call.ts";
import type { GetTaskTypeReturnType } from "../../sdk/read/getTaskType.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { LedgerView } from "./decide/assess.ts";
import type { SinkUnits } from "./decide/rebalance.ts";

/** Reads of many accounts at once; the SDK's `getSink` and `getSource` read three times as much of one. */

/** Contracts to ask, and about which task type. */
export type ReadContext = { client: ServiceClient; deployment: Deployment; taskType: GetTaskTypeReturnType };

export type SinkReading = SinkUnits & {
  /** Wei. */
  received: bigint;
  /** Undefined where another verifier keeps it. */
  ledger: LedgerView | undefined;
};

/** Whether the task type's verifier is the deployment's completion tracker. */
export function isTracked({ deployment, taskType }: Omit<ReadContext, "client">): boolean {
  return taskType.verifier.toLowerCase() === deployment.completionTracker.toLowerCase();
}

/** Some sinks, as they are now. */
export function readSinks(context: ReadContext, sinks: readonly Address[]): Promise<SinkReading[]> {
  return Promise.all(sinks.map((sink) => readSink(context, sink)));
}

async function readSink(context: ReadContext, sink: Address): Promise<SinkReading> {
  const { client, deployment, taskType } = context;
  const args = [taskType.taskTypeId, sink] as const;
  const tracker = { address: deployment.completionTracker, abi: completionTrackerAbi } as const;
  const distributionPool = { address: taskType.distributionPool, abi: iSuperfluidPoolAbi } as const;
  const [units, effectiveCapacity, received, ledger] = await Promise.all([
    read(client, { address: deployment.backpressurePool, abi: backpressurePoolAbi, functionName: "unitsOf", args }),
    read(client, {
      address: deployment.capacityRegistry,
      abi: capacityRegistryAbi,
      functionName: "effectiveCapacity",
      args,
    }),
    read(client, { ...distributionPool, functionName: "getTotalAmountReceivedByMember", args: [sink] }),
    isTracked(context) ? read(client, { ...tracker, functionName: "ledgerOf", args }) : undefined,
  ]);
  return { sink, units, effectiveCapacity, received, ledger };
}

/** For which of some sinks `rebalance` would move units. Only right while the escrow itself is not due. */
export async function readNeedsRebalance(
  { client, deployment, taskType }: ReadContext,
  sinks: readonly Address[],
): Promise<Set<Address>> {
  const answers = await Promise.all(
    sinks.map((sink) =>
      read(client, {
        address: deployment.backpressurePool,
        abi: backpressurePoolAbi,
        functionName: "needsRebalance",
        args: [taskType.taskTypeId, [sink]],
      }),
    ),
  );
  return new Set(sinks.filter((_, index) => answers[index]));
}

export type SourceReading = { flowRate: bigint; streamed: bigint };

/** What a source streams now, and has streamed. */
export async function readSource(
  { client, deployment, taskType }: ReadContext,
  gda: Address,
  source: Address,
): Promise<SourceReading> {
  const [flowRate, streamed] = await Promise.all([
    read(client, {
      address: gda,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "getFlowRate",
      args: [taskType.superToken, source, taskType.distributionPool],
    }),
    read(client, {
      address: deployment.escrowBuffer,
      abi: escrowBufferAbi,
      functionName: "streamedOf",
      args: [taskType.taskTypeId, source],
    }),
  ]);
  return { flowRate, streamed };
}

/** When a block was mined, Unix seconds. */
export async function readTimeOf(client: ServiceClient, blockNumber: bigint): Promise<number> {
  return Number((await getBlock(client, { blockNumber })).timestamp);
}
