import { InvalidParameterError } from "../errors.ts";
import type { GetTaskTypeReturnType } from "../read/getTaskType.ts";

export type StakeForCapacityParameters = {
  taskType: Pick<GetTaskTypeReturnType, "minimumStake" | "bondPerUnit">;
  /** Units. */
  capacity: bigint;
};

/** Wei. */
export type StakeForCapacityReturnType = bigint;

/**
 * The stake that backs a capacity: m + capacity × b.
 * @returns Wei.
 * @example
 * const taskType = await getTaskType(client, { deployment, taskTypeId });
 * const amount = stakeForCapacity({ taskType, capacity: 100n });
 */
export function stakeForCapacity({ taskType, capacity }: StakeForCapacityParameters): StakeForCapacityReturnType {
  if (capacity < 0n) throw new InvalidParameterError(`a capacity cannot be negative: ${capacity}`);
  return taskType.minimumStake + capacity * taskType.bondPerUnit;
}
