import type { Hex } from "viem";
import { type GetTaskTypeReturnType, getTaskType } from "../../sdk/read/getTaskType.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";
import { Refusal } from "./refusal.ts";

export type TaskTypesParameters = {
  client: ReadClient;
  deployment: Deployment;
  /** The only ones to serve; all if undefined. */
  only?: readonly Hex[] | undefined;
};

/** The terms of task types. They never change, so each is read once. */
export class TaskTypes {
  readonly #parameters: TaskTypesParameters;
  /** Being read, or known; many messages may ask at once. */
  readonly #known = new Map<string, Promise<GetTaskTypeReturnType>>();
  readonly #only: ReadonlySet<string> | undefined;

  constructor(parameters: TaskTypesParameters) {
    this.#parameters = parameters;
    this.#only = parameters.only && new Set(parameters.only.map((id) => id.toLowerCase()));
  }

  /** Whether this service has to do with a task type. */
  serves(taskTypeId: Hex): boolean {
    return this.#only === undefined || this.#only.has(taskTypeId.toLowerCase());
  }

  /**
   * @throws {Refusal} if this service does not serve it.
   * @throws {TaskTypeNotFoundError}
   */
  async get(taskTypeId: Hex): Promise<GetTaskTypeReturnType> {
    if (!this.serves(taskTypeId)) {
      const advice = "ask its operator which it serves";
      throw new Refusal("unknown_task_type", `this service does not serve the task type ${taskTypeId}: ${advice}`);
    }
    const key = taskTypeId.toLowerCase();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { client, deployment } = this.#parameters;
    const reading = getTaskType(client, { deployment, taskTypeId });
    this.#known.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
  }
}
