import { type Address, maxUint96 } from "viem";
import { contractsOf, distributionPoolAt, gdaAt } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { type PoolEvidence, readEvidence } from "../internal/evidence.ts";
import { readerFor } from "../internal/reader.ts";
import { getGda, getNow } from "../internal/superfluid.ts";
import { withTaskType } from "../internal/withTaskType.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import type { GetTaskTypeReturnType } from "./getTaskType.ts";

export type GetPoolParameters = TaskTypeParameter;

export type GetPoolReturnType = {
  taskType: GetTaskTypeReturnType;
  /** When this was read, Unix seconds by the chain's clock. */
  timestamp: number;
  /** Units of all sinks together, of the escrow, of the fee, and of all three. */
  units: { sinks: bigint; escrow: bigint; fee: bigint; total: bigint };
  /** What all sources together stream to the members, wei per second. */
  flowRate: bigint;
  /** What could not be split evenly and goes to the pool's admin until a stream changes, wei per second. */
  adjustmentFlowRate: bigint;
  /** What one unit is paid now, wei per second. */
  price: bigint;
  /** The most that one unit may be paid now, wei per second. */
  priceCap: bigint;
  /** The smallest stream that moves money, wei per second. */
  totalUnits: bigint;
  /** What the sinks together can be paid, wei per second. */
  intake: bigint;
  /** What a pipeline would allow the sinks together if `propagate` were called now, wei per second; undefined without one. */
  limit: bigint | undefined;
  /** What streams have paid through the pool so far, wei. */
  streamed: bigint;
  /** What the sinks have been paid so far, drains included, wei. */
  paid: bigint;
  /** Amounts in wei. */
  escrow: {
    /** B: what came from streams, slashing and gifts and is still here. */
    overflow: bigint;
    /** Unspent prepayments. */
    deposits: bigint;
    /** What `drain` would pay to the sinks now. */
    drainable: bigint;
    /** What `release` would set aside for the sources now. */
    releasable: bigint;
    /** What left the overflow for the sources and waits for them. */
    setAside: bigint;
    /** The smallest deposit that is taken now. */
    minDeposit: bigint;
  };
  /** Undefined where another verifier than the protocol's judges. */
  evidence: PoolEvidence | undefined;
  /** In basis points, and who gets it. */
  fee: { basisPoints: number; recipient: Address };
  /** Whether `rebalance` would move the escrow. */
  needsRebalance: boolean;
};

export type GetPoolErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * What a pool looks like now.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const pool = await getPool(client, { deployment, taskTypeId });
 * const saturated = pool.price >= pool.priceCap; // sinks earn all they can
 */
export async function getPool(from: ReadClient, parameters: GetPoolParameters): Promise<GetPoolReturnType> {
  const client = readerFor(from, parameters);
  const { deployment } = parameters;
  const [taskType, [gda, timestamp, book, prices, escrow]] = await withTaskType(client, parameters, () =>
    Promise.all([
      getGda(client, deployment),
      getNow(client, deployment),
      readBook(client, parameters),
      readPrices(client, parameters),
      readEscrow(client, parameters),
    ]),
  );
  const [flowRate, adjustmentFlowRate, evidence] = await Promise.all([
    read(client, distributionPoolAt(taskType.distributionPool).getTotalFlowRate()),
    read(client, gdaAt(gda).getPoolAdjustmentFlowRate(taskType.distributionPool)),
    readEvidence(client, parameters, taskType),
  ]);
  return { taskType, timestamp, flowRate, adjustmentFlowRate, ...book, ...prices, escrow, evidence };
}

async function readBook(client: ReadClient, { deployment, taskTypeId }: GetPoolParameters) {
  const { backpressurePool, capacityRegistry } = contractsOf(deployment);
  const [[sinks, escrow, fee], streamed, paid, [basisPoints, recipient], needsRebalance] = await Promise.all([
    read(client, backpressurePool.unitsOfPool(taskTypeId)),
    read(client, backpressurePool.streamedOf(taskTypeId)),
    read(client, backpressurePool.paidOf(taskTypeId)),
    read(client, backpressurePool.fee()),
    read(client, capacityRegistry.needsRebalance(taskTypeId, [])),
  ]);
  return {
    units: { sinks, escrow, fee, total: sinks + escrow + fee },
    streamed,
    paid,
    fee: { basisPoints: Number(basisPoints), recipient },
    needsRebalance,
  };
}

async function readPrices(client: ReadClient, { deployment, taskTypeId }: GetPoolParameters) {
  const { backpressurePool, pipeline } = contractsOf(deployment);
  const [price, priceCap, totalUnits, intake, limit] = await Promise.all([
    read(client, backpressurePool.spotPrice(taskTypeId)),
    read(client, backpressurePool.priceCap(taskTypeId)),
    read(client, backpressurePool.totalUnits(taskTypeId)),
    read(client, backpressurePool.intakeOf(taskTypeId)),
    read(client, pipeline.limitOf(taskTypeId)),
  ]);
  return { price, priceCap, totalUnits, intake, limit: limit === maxUint96 ? undefined : limit };
}

async function readEscrow(client: ReadClient, { deployment, taskTypeId }: GetPoolParameters) {
  const { escrowBuffer } = contractsOf(deployment);
  const [overflow, deposits, drainable, releasable, setAside, minDeposit] = await Promise.all([
    read(client, escrowBuffer.overflowOf(taskTypeId)),
    read(client, escrowBuffer.depositsOf(taskTypeId)),
    read(client, escrowBuffer.drainable(taskTypeId)),
    read(client, escrowBuffer.releasable(taskTypeId)),
    read(client, escrowBuffer.setAsideOf(taskTypeId)),
    read(client, escrowBuffer.minDepositOf(taskTypeId)),
  ]);
  return { overflow, deposits, drainable, releasable, setAside, minDeposit };
}
