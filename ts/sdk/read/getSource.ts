import type { Address } from "viem";
import { max } from "../../core/bigints.ts";
import { contractsOf, gdaAt, superTokenAt } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { readerFor } from "../internal/reader.ts";
import { getAgreements, getNetFlowRate, getNow } from "../internal/superfluid.ts";
import { withTaskType } from "../internal/withTaskType.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";

export type GetSourceParameters = TaskTypeParameter & { source: Address };

export type GetSourceReturnType = {
  source: Address;
  /** When this was read, Unix seconds by the chain's clock. */
  timestamp: number;
  /** What it streams to the pool, wei per second; 0 without a stream. */
  flowRate: bigint;
  /** When the stream got this rate, Unix seconds; undefined without one. */
  changedAt: number | undefined;
  /** What Superfluid holds of it until the stream is closed, wei. */
  streamDeposit: bigint;
  /** What it has streamed to the pool so far, at least, wei. */
  streamed: bigint;
  /** Value of the work that it has acknowledged to all sinks together, wei. */
  acknowledged: bigint;
  /** What it can spend now, wei; negative once anybody may liquidate it. */
  availableBalance: bigint;
  /** All its streams together, to any receiver of this token and from any, wei per second; negative if more leaves. */
  netFlowRate: bigint;
  /** How long the balance lasts at `netFlowRate`, seconds; undefined if it does not shrink. */
  runway: number | undefined;
  returns: SourceReturns;
};

/** What a source has in the escrow, and what came back of it; all in wei. */
export type SourceReturns = {
  /** Its part of the overflow: what would come back if all of it were released now. Drains to the sinks reduce it. */
  owned: bigint;
  /** What was released for it and `syncSource` would pay it now. */
  payable: bigint;
  /** What it has got back so far. */
  returned: bigint;
};

export type GetSourceErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * What a source looks like now, with what it has in the escrow.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const state = await getSource(client, { deployment, taskTypeId, source });
 * if (state.runway !== undefined && state.runway < 86_400) console.log("top up within a day");
 */
export async function getSource(from: ReadClient, parameters: GetSourceParameters): Promise<GetSourceReturnType> {
  const client = readerFor(from, parameters);
  const { deployment, source } = parameters;
  const [taskType, [agreements, timestamp, work, returns]] = await withTaskType(client, parameters, () =>
    Promise.all([
      getAgreements(client, deployment),
      getNow(client, deployment),
      readWork(client, parameters),
      readReturns(client, parameters),
    ]),
  );
  const { superToken, distributionPool } = taskType;
  const [[changedAt, flowRate, streamDeposit], [availableBalance], netFlowRate] = await Promise.all([
    read(client, gdaAt(agreements.gda).getFlow(superToken, source, distributionPool)),
    read(client, superTokenAt(superToken).realtimeBalanceOfNow(source)),
    getNetFlowRate(client, agreements, superToken, source),
  ]);
  return {
    ...{ source, timestamp, flowRate, streamDeposit, ...work, availableBalance, netFlowRate, returns },
    changedAt: flowRate === 0n ? undefined : Number(changedAt),
    runway: netFlowRate < 0n ? Number(max(availableBalance, 0n) / -netFlowRate) : undefined,
  };
}

async function readWork(client: ReadClient, { deployment, taskTypeId, source }: GetSourceParameters) {
  const { completionTracker, escrowBuffer } = contractsOf(deployment);
  const [streamed, acknowledged] = await Promise.all([
    read(client, escrowBuffer.streamedOf(taskTypeId, source)),
    read(client, completionTracker.acknowledgedBy(taskTypeId, source)),
  ]);
  return { streamed, acknowledged };
}

async function readReturns(
  client: ReadClient,
  { deployment, taskTypeId, source }: GetSourceParameters,
): Promise<SourceReturns> {
  const { escrowBuffer } = contractsOf(deployment);
  const [[owned, payable], returned] = await Promise.all([
    read(client, escrowBuffer.claimOf(taskTypeId, source)),
    read(client, escrowBuffer.returnedOf(taskTypeId, source)),
  ]);
  return { owned, payable, returned };
}
