import { type Address, zeroAddress } from "viem";
import { contractsOf, distributionPoolAt, gdaAt } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { readerFor } from "../internal/reader.ts";
import { getGda, getNow } from "../internal/superfluid.ts";
import { withTaskType } from "../internal/withTaskType.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { CAPACITY_SCALE } from "../utils/units.ts";
import type { GetTaskTypeReturnType } from "./getTaskType.ts";

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
  declaredBacklog: bigint;
  /** Q by the verifier's ledger, unit-seconds; the larger of the two counts. */
  verifiedBacklog: bigint;
  signal: SinkSignal;
  /** Pay now, wei per second. */
  flowRate: bigint;
  /** Pay so far, wei. */
  paid: bigint;
  /** Pay that waits for a claim, wei; always 0 for a connected sink. */
  claimable: bigint;
  /** Whether pay goes to the balance by itself; see `connectPool`. */
  connected: boolean;
  ledger: SinkLedger;
};

/** What a sink said last, and for how long it counts. */
export type SinkSignal = {
  /** When the latest signal was given, Unix seconds; undefined if there was none. */
  signalledAt: number | undefined;
  /** Whether it still counts. */
  alive: boolean;
  /** When it stops to count (the end of its last epoch), Unix seconds; undefined if there was none. */
  expiresAt: number | undefined;
  /** Epochs since then; 0 while it is alive. */
  epochsExpired: number;
  /** Epoch in which the sink was last settled; V epochs later its capacity fades. */
  settledEpoch: number;
  /** Block of the commitment that waits for its reveal; undefined for none. */
  committedAtBlock: bigint | undefined;
};

/** The completion tracker's ledger; all zero under another verifier. */
export type SinkLedger = {
  /** Value of the work that all sources have acknowledged, wei. */
  acknowledged: bigint;
  /** Pay that it has not earned, as of the latest window that was judged, wei. */
  owed: bigint;
  /** Pay that it has earned since it last owed nothing, wei. */
  earned: bigint;
  /** Windows in a row that were closed with the sink beyond the horizon; with the third it can be slashed. */
  strikes: number;
  /** Since when the present window is open, Unix seconds; 0 for never. */
  openedAt: number;
  /** What leaving would cost now, wei. */
  exitCharge: bigint;
};

export type GetSinkErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * What a sink looks like now; all zero for a stranger.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const state = await getSink(client, { deployment, taskTypeId, sink });
 * if (!state.signal.alive) console.log("signal, or the pay fades");
 */
export async function getSink(from: ReadClient, parameters: GetSinkParameters): Promise<GetSinkReturnType> {
  const client = readerFor(from, parameters);
  const { deployment, sink } = parameters;
  const [taskType, [gda, timestamp, capacity, bond, ledger]] = await withTaskType(client, parameters, () =>
    Promise.all([
      getGda(client, deployment),
      getNow(client, deployment),
      readCapacity(client, parameters),
      readBond(client, parameters),
      readLedger(client, parameters),
    ]),
  );
  const pay = await readPay(client, sink, taskType, gda);
  const { stored, ...declared } = capacity;
  return { sink, timestamp, ...declared, signal: signalOf(stored, timestamp, taskType), ...bond, ...pay, ledger };
}

async function readCapacity(client: ReadClient, { deployment, taskTypeId, sink }: GetSinkParameters) {
  const { backpressurePool, capacityRegistry } = contractsOf(deployment);
  const [stored, smoothed, effectiveCapacity, units, needsRebalance] = await Promise.all([
    read(client, capacityRegistry.sinkOf(taskTypeId, sink)),
    read(client, capacityRegistry.smoothedCapacity(taskTypeId, sink)),
    read(client, capacityRegistry.effectiveCapacity(taskTypeId, sink)),
    read(client, backpressurePool.unitsOf(taskTypeId, sink)),
    read(client, capacityRegistry.needsRebalance(taskTypeId, [sink])),
  ]);
  return {
    stored,
    registered: stored.registered,
    capacityCap: BigInt(stored.cap),
    declaredCapacity: BigInt(stored.capacity),
    smoothedCapacity: Number(smoothed) / Number(CAPACITY_SCALE),
    effectiveCapacity,
    units,
    needsRebalance,
    declaredBacklog: stored.backlog,
    verifiedBacklog: stored.verifiedBacklog,
  };
}

type StoredSink = Awaited<ReturnType<typeof readCapacity>>["stored"];

function signalOf(stored: StoredSink, now: number, taskType: GetTaskTypeReturnType): SinkSignal {
  // Registering sets `signalledAt`, so that older attestations do not count.
  const hasSignalled = stored.capacity !== 0 || stored.backlog !== 0n || stored.baseScaled !== 0n;
  const signalledAt = hasSignalled ? stored.signalledAt : undefined;
  return {
    ...signalLife(signalledAt, stored.settledEpoch, now, taskType),
    committedAtBlock: stored.committedAtBlock === 0 ? undefined : BigInt(stored.committedAtBlock),
  };
}

/**
 * A signal lives in every epoch up to that of `signalledAt` + time-to-live, and, where somebody verifies, up to V epochs
 * after its sink was settled.
 */
function signalLife(
  signalledAt: number | undefined,
  settledEpoch: number,
  now: number,
  { epochLength, receiptEpochs, signalTimeToLive, verifier }: GetTaskTypeReturnType,
) {
  const life = { signalledAt, settledEpoch };
  if (signalledAt === undefined) return { ...life, alive: false, expiresAt: undefined, epochsExpired: 0 };
  const ownEnd = Math.floor((signalledAt + signalTimeToLive) / epochLength);
  const lastLiveEpoch = verifier === zeroAddress ? ownEnd : Math.min(ownEnd, settledEpoch + receiptEpochs);
  const epochsExpired = Math.max(0, Math.floor(now / epochLength) - lastLiveEpoch);
  return { ...life, alive: epochsExpired === 0, expiresAt: (lastLiveEpoch + 1) * epochLength, epochsExpired };
}

async function readBond(client: ReadClient, { deployment, taskTypeId, sink }: GetSinkParameters) {
  const { stakeManager } = contractsOf(deployment);
  const [stake, unbonding, unbondedAt] = await read(client, stakeManager.bondOf(taskTypeId, sink));
  return { stake, unbonding, unbondedAt: unbonding === 0n ? undefined : Number(unbondedAt) };
}

async function readPay(client: ReadClient, sink: Address, { distributionPool }: GetTaskTypeReturnType, gda: Address) {
  const pool = distributionPoolAt(distributionPool);
  const [flowRate, paid, [claimable], connected] = await Promise.all([
    read(client, pool.getMemberFlowRate(sink)),
    read(client, pool.getTotalAmountReceivedByMember(sink)),
    read(client, pool.getClaimableNow(sink)),
    read(client, gdaAt(gda).isMemberConnected(distributionPool, sink)),
  ]);
  return { flowRate, paid, claimable: connected ? 0n : claimable, connected };
}

async function readLedger(
  client: ReadClient,
  { deployment, taskTypeId, sink }: GetSinkParameters,
): Promise<SinkLedger> {
  const { completionTracker } = contractsOf(deployment);
  const [{ acknowledged, owed, earned, strikes, openedAt }, exitCharge] = await Promise.all([
    read(client, completionTracker.ledgerOf(taskTypeId, sink)),
    read(client, completionTracker.exitChargeOf(taskTypeId, sink)),
  ]);
  return { acknowledged, owed, earned, strikes, openedAt, exitCharge };
}
