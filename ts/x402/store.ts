import { DurableMap } from "../sdk/work/durableMap.ts";
import type { Table } from "../sdk/work/orders.ts";

/**
 * Everything that one party must not forget, in one durable map: one lock, one log, one write for all that changed. Without
 * a folder it is kept in memory, and forgotten.
 */
export class Store {
  private constructor(
    private readonly map: Table<unknown>,
    private readonly log: DurableMap<unknown> | undefined,
  ) {}

  /** @param owner Chain, contracts and account that it belongs to. @throws {StoreInUseError} */
  static async open(folder: string | undefined, owner: string): Promise<Store> {
    const log = folder === undefined ? undefined : await DurableMap.open<unknown>({ folder, owner });
    return new Store(log ?? new Map(), log);
  }

  /** A part of it, under a name. */
  table<value>(name: string): Table<value> {
    const { map } = this;
    const prefix = `${name}/`;
    return {
      get: (key) => map.get(prefix + key) as value | undefined,
      set: (key, value) => map.set(prefix + key, value),
      delete: (key) => map.delete(prefix + key),
      *entries() {
        for (const [key, value] of map.entries()) {
          if (key.startsWith(prefix)) yield [key.slice(prefix.length), value as value];
        }
      },
    };
  }

  /** Resolves once every change so far is on disk. */
  async durable(): Promise<void> {
    await this.log?.durable();
  }

  async close(): Promise<void> {
    await this.log?.close();
  }
}
