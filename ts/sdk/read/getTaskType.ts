import { type Address, zeroAddress } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import { type ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";

export type GetTaskTypeParameters = TaskTypeParameter;

export type GetTaskTypeReturnType = {
  taskTypeId: `0x${string}`;
  /** Who registered it. */
  creator: Address;
  /** Super token that sources stream, sinks earn and bond. */
  superToken: Address;
  /** The Superfluid pool that sources stream to, with `openStream`; never transfer to it. */
  distributionPool: Address;
  /** q: the most that one unit may be paid, wei per second. */
  unitRate: bigint;
  /** h: how often a sink signals, seconds. */
  epochLength: number;
  /** T: backlog, in seconds of own capacity, at which a sink gets nothing. */
  horizon: number;
  /** D: how long an acknowledgement may take, seconds. */
  acknowledgementGrace: number;
  /** d: how old an attestation may be, seconds. */
  reportDelay: number;
  /** Age after which a signal counts as capacity 0, seconds. */
  signalTimeToLive: number;
  /** V: longest time between receipts, epochs. Who is not settled for as long fades. */
  receiptEpochs: number;
  /** α of the moving average, 0.01 to 1. */
  smoothing: number;
  /** Who judges sinks; the zero address for nobody. */
  verifier: Address;
  /** Who is asked whether a sink may register; the zero address for nobody. */
  admission: Address;
  /** m: the part of a stake that backs no capacity, wei. */
  minimumStake: bigint;
  /** b: stake that backs one unit, wei. */
  bondPerUnit: bigint;
  /** How long unstaked money waits, seconds. */
  unbondingPeriod: number;
  /** Escrow level above which money returns to the sources, wei. */
  bufferMax: bigint;
};

export type GetTaskTypeErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * Reads the immutable terms of a task type, and its pool.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const taskType = await getTaskType(client, { deployment, taskTypeId });
 * // taskType.unitRate: wei per second and unit
 */
export async function getTaskType(
  client: ReadClient,
  { deployment, taskTypeId }: GetTaskTypeParameters,
): Promise<GetTaskTypeReturnType> {
  const { backpressurePool, capacityRegistry } = contractsOf(deployment);
  const [creator, parameters, [minimumStake, bondPerUnit], unbondingPeriod, distributionPool] = await Promise.all([
    read(client, capacityRegistry.creatorOf(taskTypeId)),
    read(client, capacityRegistry.parametersOf(taskTypeId)),
    read(client, capacityRegistry.bondTerms(taskTypeId)),
    read(client, capacityRegistry.unbondingPeriod(taskTypeId)),
    read(client, backpressurePool.distributionPoolOf(taskTypeId)),
  ]);
  if (creator === zeroAddress) throw new TaskTypeNotFoundError(taskTypeId);
  return {
    taskTypeId,
    creator,
    distributionPool,
    ...parameters,
    smoothing: Number(parameters.smoothing) / 1e18,
    minimumStake,
    bondPerUnit,
    unbondingPeriod: Number(unbondingPeriod),
  };
}
