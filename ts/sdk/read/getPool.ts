import { type Address, maxUint96 } from "viem";
import { getBlock } from "viem/actions";
import {
  backpressurePoolAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
  pipelineAbi,
} from "../../abi/generated.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { type GetTaskTypeReturnType, getTaskType } from "./getTaskType.ts";

export type GetPoolParameters = TaskTypeParameter;

export type GetPoolReturnType = {
  taskType: GetTaskTypeReturnType;
  /** When this was read, Unix seconds by the chain's clock. */
  timestamp: number;
  /** Units of all sinks together, of the escrow, of the fee, and of all three. */
  units: { sinks: bigint; escrow: bigint; fee: bigint; total: bigint };
  /** What all sources together stream to the members, wei per second. */
  flowRate: bigint;
  /** What could not be split evenly and goes to the pool's admin until somebody sweeps it, wei per second. */
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
  inflow: bigint;
  /** What the sinks have been paid so far, drains included, wei. */
  paid: bigint;
  /** Amounts in wei. */
  escrow: {
    /** B: what came from streams, slashing, dust and gifts and is still here. */
    overflow: bigint;
    /** Unspent prepayments. */
    deposits: bigint;
    /** What `drain` would pay to the sinks now. */
    drainable: bigint;
    /** What `release` would return to the sources now. */
    releasable: bigint;
    /** Donated (slashed, swept or given), drained from the overflow, and released so far. */
    donated: bigint;
    drained: bigint;
    released: bigint;
  };
  /** Since when there is no sink with units, Unix seconds; undefined if there is one. */
  emptySince: number | undefined;
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
export async function getPool(client: ReadClient, parameters: GetPoolParameters): Promise<GetPoolReturnType> {
  const { deployment, taskTypeId } = parameters;
  const taskType = await getTaskType(client, parameters);
  const [flows, prices, escrow, { timestamp }] = await Promise.all([
    readFlows(client, parameters, taskType),
    readPrices(client, parameters),
    readEscrow(client, parameters),
    getBlock(client),
  ]);
  const pool = { address: deployment.backpressurePool, abi: backpressurePoolAbi } as const;
  const [[basisPoints, recipient], needsRebalance] = await Promise.all([
    read(client, { ...pool, functionName: "fee" }),
    read(client, { ...pool, functionName: "needsRebalance", args: [taskTypeId, []] }),
  ]);
  const fee = { basisPoints: Number(basisPoints), recipient };
  return { taskType, timestamp: Number(timestamp), ...flows, ...prices, escrow, fee, needsRebalance };
}

async function readFlows(
  client: ReadClient,
  { deployment, taskTypeId }: GetPoolParameters,
  taskType: GetTaskTypeReturnType,
) {
  const pool = { address: deployment.backpressurePool, abi: backpressurePoolAbi, args: [taskTypeId] } as const;
  const gda = await getGda(client, deployment);
  const [[sinks, escrow, fee], flowRate, adjustmentFlowRate, inflow, paid, emptySince] = await Promise.all([
    read(client, { ...pool, functionName: "unitsOfPool" }),
    read(client, { address: taskType.distributionPool, abi: iSuperfluidPoolAbi, functionName: "getTotalFlowRate" }),
    read(client, {
      address: gda,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "getPoolAdjustmentFlowRate",
      args: [taskType.distributionPool],
    }),
    read(client, { ...pool, functionName: "inflowOf" }),
    read(client, { ...pool, functionName: "paidOf" }),
    read(client, { ...pool, functionName: "emptySince" }),
  ]);
  return {
    units: { sinks, escrow, fee, total: sinks + escrow + fee },
    flowRate,
    adjustmentFlowRate,
    inflow,
    paid,
    emptySince: emptySince === 0n ? undefined : Number(emptySince),
  };
}

async function readPrices(client: ReadClient, { deployment, taskTypeId }: GetPoolParameters) {
  const pool = { address: deployment.backpressurePool, abi: backpressurePoolAbi, args: [taskTypeId] } as const;
  const pipeline = { address: deployment.pipeline, abi: pipelineAbi, args: [taskTypeId] } as const;
  const [price, priceCap, totalUnits, intake, limit] = await Promise.all([
    read(client, { ...pool, functionName: "spotPrice" }),
    read(client, { ...pool, functionName: "priceCap" }),
    read(client, { ...pool, functionName: "totalUnits" }),
    read(client, { ...pool, functionName: "intakeOf" }),
    read(client, { ...pipeline, functionName: "limitOf" }),
  ]);
  return { price, priceCap, totalUnits, intake, limit: limit === maxUint96 ? undefined : limit };
}

async function readEscrow(client: ReadClient, { deployment, taskTypeId }: GetPoolParameters) {
  const escrow = { address: deployment.escrowBuffer, abi: escrowBufferAbi, args: [taskTypeId] } as const;
  const [overflow, deposits, drainable, releasable, [donated, drained, released]] = await Promise.all([
    read(client, { ...escrow, functionName: "overflowOf" }),
    read(client, { ...escrow, functionName: "depositsOf" }),
    read(client, { ...escrow, functionName: "drainable" }),
    read(client, { ...escrow, functionName: "releasable" }),
    read(client, { ...escrow, functionName: "totalsOf" }),
  ]);
  return { overflow, deposits, drainable, releasable, donated, drained, released };
}
