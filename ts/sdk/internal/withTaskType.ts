import { type GetTaskTypeReturnType, getTaskType } from "../read/getTaskType.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";

/**
 * Reads a task type and what else can be read without it, in one request.
 * @throws {TaskTypeNotFoundError} before anything that the other reads fail with: they fail because of it.
 */
export async function withTaskType<others>(
  client: ReadClient,
  parameters: TaskTypeParameter,
  readOthers: () => Promise<others>,
): Promise<[GetTaskTypeReturnType, others]> {
  const [taskType, others] = await Promise.allSettled([getTaskType(client, parameters), readOthers()]);
  if (taskType.status === "rejected") throw taskType.reason;
  if (others.status === "rejected") throw others.reason;
  return [taskType.value, others.value];
}
