import { type Hex, zeroHash } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { read } from "../internal/call.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { type GetPoolReturnType, getPool } from "./getPool.ts";

export type GetPipelineParameters = TaskTypeParameter;

export type GetPipelineReturnType = {
  /** From the task type that was asked for downwards. */
  stages: PipelineStage[];
  /** Index of the stage that limits the first one; undefined if none does. */
  bottleneck: number | undefined;
};

/** One pool of a pipeline, and what it feeds. */
export type PipelineStage = {
  taskTypeId: Hex;
  /** The task type behind this one; undefined for the last. */
  downstream: Hex | undefined;
  /** Inflow downstream per wei of pay here; undefined for the last. */
  ratio: number | undefined;
  pool: GetPoolReturnType;
};

export type GetPipelineErrorType = TaskTypeNotFoundError | ContractCallError;

/**
 * Follows a pipeline from a task type to its end.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const { stages, bottleneck } = await getPipeline(client, { deployment, taskTypeId });
 * if (bottleneck !== undefined) console.log(`stage ${bottleneck} limits the first`);
 */
export async function getPipeline(
  client: ReadClient,
  { deployment, taskTypeId }: GetPipelineParameters,
): Promise<GetPipelineReturnType> {
  const stages: PipelineStage[] = [];
  // The contract allows neither cycles nor endless chains.
  for (let stage: Hex | undefined = taskTypeId; stage !== undefined; stage = stages.at(-1)?.downstream) {
    stages.push(await readStage(client, { deployment, taskTypeId: stage }));
  }
  return { stages, bottleneck: findBottleneck(stages) };
}

async function readStage(client: ReadClient, parameters: GetPipelineParameters): Promise<PipelineStage> {
  const { deployment, taskTypeId } = parameters;
  const [pool, [downstream, ratio]] = await Promise.all([
    getPool(client, parameters),
    read(client, contractsOf(deployment).pipeline.downstreamOf(taskTypeId)),
  ]);
  if (downstream === zeroHash) return { taskTypeId, pool, downstream: undefined, ratio: undefined };
  return { taskTypeId, pool, downstream, ratio: Number(ratio) / 1e18 };
}

/** A stage below its own capacity is limited by the next; the first that is not is the one that limits the others. */
function findBottleneck(stages: readonly PipelineStage[]): number | undefined {
  const free = stages.findIndex(({ pool }) => pool.intake >= pool.taskType.unitRate * pool.units.sinks);
  return free > 0 ? free : undefined;
}
