import type { Hex } from "viem";
import { isChainsAnswer } from "../../core/rpcErrors.ts";
import { readerOfSeveral } from "../../sdk/internal/reader.ts";
import { type GetPoolReturnType, getPool } from "../../sdk/read/getPool.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";

/** What became of reading each pool, by task type. */
export type PoolsRead = Map<Hex, PromiseSettledResult<GetPoolReturnType>>;

/** How long a task type is read by itself after what was read together with it has failed, milliseconds. */
const APART_FOR = 600_000;

/**
 * Reads pools together, for as few requests as possible. Tokens are strangers' code, and one could burn the gas of all that
 * is read with it: what fails together is read again in halves, and who is left over stays alone for a while.
 */
export class PoolReader {
  readonly #client: ServiceClient;
  readonly #deployment: Deployment;
  /** Until when a task type is read by itself, milliseconds. */
  readonly #apart = new Map<Hex, number>();

  constructor({ client, deployment }: { client: ServiceClient; deployment: Deployment }) {
    this.#client = client;
    this.#deployment = deployment;
  }

  /** @param taskTypeIds Whose token can be trusted most comes first: what burns gas has none of what comes before it. */
  async read(taskTypeIds: readonly Hex[]): Promise<PoolsRead> {
    const now = Date.now();
    const isApart = (id: Hex): boolean => (this.#apart.get(id) ?? 0) > now;
    const groups = [taskTypeIds.filter((id) => !isApart(id)), ...taskTypeIds.filter(isApart).map((id) => [id])];
    const read: PoolsRead = new Map();
    await Promise.all(groups.map((some) => this.#readTogether(some, read)));
    return read;
  }

  async #readTogether(taskTypeIds: readonly Hex[], read: PoolsRead): Promise<void> {
    const several = taskTypeIds.length > 1;
    const client = several ? readerOfSeveral(this.#client) : this.#client;
    const deployment = this.#deployment;
    const pools = await Promise.allSettled(
      taskTypeIds.map((taskTypeId) => getPool(client, { deployment, taskTypeId })),
    );
    const failed = pools.find((each): each is PromiseRejectedResult => each.status === "rejected");
    if (!several || failed === undefined) {
      for (const [index, id] of taskTypeIds.entries()) read.set(id, pools[index] as (typeof pools)[number]);
      return;
    }
    const halves = [taskTypeIds.slice(0, taskTypeIds.length / 2), taskTypeIds.slice(taskTypeIds.length / 2)];
    // If the chain has not answered, who is too slow for the endpoint is one of them, or the endpoint is: next looks will show.
    const answered = isChainsAnswer(failed.reason);
    if (!answered || taskTypeIds.length === 2) {
      for (const id of taskTypeIds) this.#apart.set(id, Date.now() + APART_FOR);
    }
    if (!answered) for (const id of taskTypeIds) read.set(id, failed);
    else await Promise.all(halves.map((half) => this.#readTogether(half, read)));
  }
}
