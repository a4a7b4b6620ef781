import type { Address } from "viem";
import { getBlock } from "viem/actions";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
  stakeManagerAbi,
} from "../../abi/generated.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { CAPACITY_SCALE } from "../utils/units.ts";
import { type GetTaskTypeReturnType, getTaskType } from "./getTaskType.ts";

export type GetSinkParameters = TaskTypeParameter & { sink: Address };

export type GetSinkReturnType = {
  sink: Address;
  /** When this was read, Unix seconds by the chain's clock. */
  timestamp: number;
  registered: boolean;
  /** Stake that backs capacity, wei. */
  stake: bigint;
  /** Stake that no longer backs capacity and can still be slashed, wei. */
  unbonding: bigint;
  /** When `unbonding` can be withdrawn, Unix seconds; undefined if nothing is unbonding. */
  unbondedAt: number | undefined;
  /** What the stake backs, units. */
  capacityCap: bigint;
  /** c of the latest signal, capped by the stake, units. */
  declaredCapacity: bigint;
  /** Its moving average, units with nine decimals. */
  smoothedCapacity: number;
  /** u: the average less backpressure, units. */
  effectiveCapacity: bigint;
  /** Units in the pool; they follow `effectiveCapacity` at the next rebalance. */
  units: bigint;
  /** Whether `rebalance` for this sink would move units. */
  needsRebalance: boolean;
  /** Q of the latest signal, unit-seconds. */
  backlog: bigint;
  /** Q by the verifier's ledger, unit-seconds; the larger of the two counts. */
  verifiedBacklog: bigint;
  signal: SinkSignal;
  /** Pay now, wei per second. */
  flowRate: bigint;
  /** Pay so far, wei. */
  received: bigint;
  /** Pay that waits for a claim, wei; always 0 for a connected sink. */
  claimable: bigint;
  /** Whether pay goes to the balance by itself; see `connectPool`. */
  connected: boolean;
  ledger: SinkLedger;
};

export type SinkSignal = {
  /** When the latest signal was given, Unix seconds; undefined if there was none. */
  signalledAt: number | undefined;
  /** Whether it still counts. */
  alive: boolean;
  /** When it stops to count (the end of its last epoch), Unix seconds; undefined if there was none. */
  expiresAt: number | undefined;
  /** Epochs since then; 0 while it is alive. */
  epochsExpired: number;
  /** Block of the commitment that waits for its reveal; undefined for none. */
  committedAtBlock: bigint | undefined;
};

/** The completion tracker's ledger as of its latest settlement; all zero under another verifier. */
export type SinkLedger = {
  /** Value of the work that all sources have acknowledged, wei. */
  acknowledged: bigint;
  /** Paid for and not acknowledged, wei. */
  owed: bigint;
  /** Assessments in a row that found the sink beyond the horizon; the third slashes. */
  strikes: number;
  /** Epoch of the latest settlement; 0 for never. */
  settledEpoch: number;
};

export type GetSinkErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * What a sink looks like now; all zero for a stranger.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const state = await getSink(client, { deployment, taskTypeId, sink });
 * if (!state.signal.alive) console.log("signal, or the pay fades");
 */
export async function getSink(client: ReadClient, parameters: GetSinkParameters): Promise<GetSinkReturnType> {
  const taskType = await getTaskType(client, parameters);
  const [capacity, bond, pay, ledger] = await Promise.all([
    readCapacity(client, parameters, taskType),
    readBond(client, parameters),
    readPay(client, parameters, taskType),
    readLedger(client, parameters),
  ]);
  return { sink: parameters.sink, ...capacity, ...bond, ...pay, ledger };
}

async function readCapacity(client: ReadClient, parameters: GetSinkParameters, taskType: GetTaskTypeReturnType) {
  const { deployment, taskTypeId, sink } = parameters;
  const registry = {
    address: deployment.capacityRegistry,
    abi: capacityRegistryAbi,
    args: [taskTypeId, sink],
  } as const;
  const pool = { address: deployment.backpressurePool, abi: backpressurePoolAbi } as const;
  const [stored, smoothed, effectiveCapacity, units, needsRebalance, block] = await Promise.all([
    read(client, { ...registry, functionName: "sinkOf" }),
    read(client, { ...registry, functionName: "smoothedCapacity" }),
    read(client, { ...registry, functionName: "effectiveCapacity" }),
    read(client, { ...pool, functionName: "unitsOf", args: [taskTypeId, sink] }),
    read(client, { ...pool, functionName: "needsRebalance", args: [taskTypeId, [sink]] }),
    getBlock(client),
  ]);
  // Registering sets `signalledAt`, so that older attestations do not count; `baseEpoch` is set by a signal only.
  const signalledAt = stored.baseEpoch === 0 ? undefined : stored.signalledAt;
  return {
    timestamp: Number(block.timestamp),
    registered: stored.registered,
    declaredCapacity: BigInt(stored.capacity),
    smoothedCapacity: Number(smoothed) / Number(CAPACITY_SCALE),
    effectiveCapacity,
    units,
    needsRebalance,
    backlog: stored.backlog,
    verifiedBacklog: stored.verifiedBacklog,
    signal: {
      ...signalLife(signalledAt, Number(block.timestamp), taskType),
      committedAtBlock: stored.committedAtBlock === 0n ? undefined : stored.committedAtBlock,
    },
  };
}

/** A signal lives in every epoch up to that of `signalledAt` + time-to-live. */
function signalLife(signalledAt: number | undefined, now: number, taskType: GetTaskTypeReturnType) {
  if (signalledAt === undefined) return { signalledAt, alive: false, expiresAt: undefined, epochsExpired: 0 };
  const { epochLength, signalTimeToLive } = taskType;
  const lastLiveEpoch = Math.floor((signalledAt + signalTimeToLive) / epochLength);
  const epochsExpired = Math.max(0, Math.floor(now / epochLength) - lastLiveEpoch);
  return { signalledAt, alive: epochsExpired === 0, expiresAt: (lastLiveEpoch + 1) * epochLength, epochsExpired };
}

async function readBond(client: ReadClient, { deployment, taskTypeId, sink }: GetSinkParameters) {
  const stakes = { address: deployment.stakeManager, abi: stakeManagerAbi, args: [taskTypeId, sink] } as const;
  const [[stake, unbonding, unbondedAt], capacityCap] = await Promise.all([
    read(client, { ...stakes, functionName: "bondOf" }),
    read(client, { ...stakes, functionName: "capacityCap" }),
  ]);
  return { stake, unbonding, unbondedAt: unbonding === 0n ? undefined : Number(unbondedAt), capacityCap };
}

async function readPay(client: ReadClient, parameters: GetSinkParameters, { distributionPool }: GetTaskTypeReturnType) {
  const { deployment, sink } = parameters;
  const pool = { address: distributionPool, abi: iSuperfluidPoolAbi, args: [sink] } as const;
  const gda = await getGda(client, deployment);
  const [flowRate, received, [claimable], connected] = await Promise.all([
    read(client, { ...pool, functionName: "getMemberFlowRate" }),
    read(client, { ...pool, functionName: "getTotalAmountReceivedByMember" }),
    read(client, { ...pool, functionName: "getClaimableNow" }),
    read(client, {
      address: gda,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "isMemberConnected",
      args: [distributionPool, sink],
    }),
  ]);
  return { flowRate, received, claimable: connected ? 0n : claimable, connected };
}

async function readLedger(
  client: ReadClient,
  { deployment, taskTypeId, sink }: GetSinkParameters,
): Promise<SinkLedger> {
  const ledger = await read(client, {
    address: deployment.completionTracker,
    abi: completionTrackerAbi,
    functionName: "ledgerOf",
    args: [taskTypeId, sink],
  });
  const { acknowledged, owed, strikes, settledEpoch } = ledger;
  return { acknowledged, owed, strikes, settledEpoch };
}
