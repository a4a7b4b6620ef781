import type { Address } from "viem";
import { getBlock } from "viem/actions";
import {
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
} from "../abi/generated.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "./errors.ts";
import { type GetTaskTypeReturnType, getTaskType } from "./getTaskType.ts";
import { read } from "./internal/call.ts";
import { getGda, getNetFlowRate } from "./internal/superfluid.ts";
import type { ReadClient, TaskTypeParameter } from "./types.ts";

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
  bufferDeposit: bigint;
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

/** What comes back to a source when the escrow releases. */
export type SourceReturns = {
  /** Its units in the return pool: wei streamed in this hour and the last, divided by q; as of its last sync. */
  units: bigint;
  /** Units of all sources. */
  totalUnits: bigint;
  /** units / totalUnits, 0 to 1. */
  share: number;
  /** What came back so far, wei. */
  received: bigint;
  /** What came back and waits for a claim, wei; always 0 for a connected source. */
  claimable: bigint;
  /** Whether returns go to the balance by themselves; see `connectPool`. */
  connected: boolean;
};

export type GetSourceErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * What a source looks like now, with its share of returns.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const state = await getSource(client, { deployment, taskTypeId, source });
 * if (state.runway !== undefined && state.runway < 86_400) console.log("top up within a day");
 */
export async function getSource(client: ReadClient, parameters: GetSourceParameters): Promise<GetSourceReturnType> {
  const taskType = await getTaskType(client, parameters);
  const gda = await getGda(client, parameters.deployment);
  const [stream, account, returns, { timestamp }] = await Promise.all([
    readStream(client, parameters, taskType, gda),
    readAccount(client, parameters, taskType),
    readReturns(client, parameters, taskType, gda),
    getBlock(client),
  ]);
  return { source: parameters.source, timestamp: Number(timestamp), ...stream, ...account, returns };
}

async function readStream(
  client: ReadClient,
  { deployment, taskTypeId, source }: GetSourceParameters,
  { superToken, distributionPool }: GetTaskTypeReturnType,
  gda: Address,
) {
  const [[changedAt, flowRate, bufferDeposit], streamed, acknowledged] = await Promise.all([
    read(client, {
      address: gda,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "getFlow",
      args: [superToken, source, distributionPool],
    }),
    read(client, {
      address: deployment.escrowBuffer,
      abi: escrowBufferAbi,
      functionName: "streamedOf",
      args: [taskTypeId, source],
    }),
    read(client, {
      address: deployment.completionTracker,
      abi: completionTrackerAbi,
      functionName: "acknowledgedBy",
      args: [taskTypeId, source],
    }),
  ]);
  return {
    flowRate,
    changedAt: flowRate === 0n ? undefined : Number(changedAt),
    bufferDeposit,
    streamed,
    acknowledged,
  };
}

async function readAccount(
  client: ReadClient,
  { deployment, source }: GetSourceParameters,
  taskType: GetTaskTypeReturnType,
) {
  const token = { address: taskType.superToken, abi: iSuperTokenAbi, args: [source] } as const;
  const [[availableBalance], netFlowRate] = await Promise.all([
    read(client, { ...token, functionName: "realtimeBalanceOfNow" }),
    getNetFlowRate(client, deployment, taskType.superToken, source),
  ]);
  const shrinks = netFlowRate < 0n;
  const left = availableBalance > 0n ? availableBalance : 0n;
  return { availableBalance, netFlowRate, runway: shrinks ? Number(left / -netFlowRate) : undefined };
}

async function readReturns(
  client: ReadClient,
  { source }: GetSourceParameters,
  { returnPool }: GetTaskTypeReturnType,
  gda: Address,
): Promise<SourceReturns> {
  const pool = { address: returnPool, abi: iSuperfluidPoolAbi } as const;
  const [units, totalUnits, received, [claimable], connected] = await Promise.all([
    read(client, { ...pool, functionName: "getUnits", args: [source] }),
    read(client, { ...pool, functionName: "getTotalUnits" }),
    read(client, { ...pool, functionName: "getTotalAmountReceivedByMember", args: [source] }),
    read(client, { ...pool, functionName: "getClaimableNow", args: [source] }),
    read(client, {
      address: gda,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "isMemberConnected",
      args: [returnPool, source],
    }),
  ]);
  const share = totalUnits === 0n ? 0 : Number(units) / Number(totalUnits);
  return { units, totalUnits, share, received, claimable: connected ? 0n : claimable, connected };
}
