import { DurableMap } from "../sdk/work/durableMap.ts";
import type { Table } from "../sdk/work/orders.ts";

/**
 * Everything that one party must not forget, in one durable map: one lock, one log, one write for all that changed. Without
 * a folder it is kept in memory, and forgotten.
 */
export class Store {
  private constructor(private readonly log: DurableMap | undefined) {}

  /** @param owner Chain, contracts and account that it belongs to. @throws {StoreInUseError} */
  static async open(folder: string | undefined, owner: string): Promise<Store> {
    return new Store(folder === undefined ? undefined : await DurableMap.open({ folder, owner }));
  }

  /** A part of it, under a name. */
  table<value>(name: string): Table<value> {
    return this.log?.table(name) ?? new Map<string, value>();
  }

  /** Resolves once every change so far is on disk. */
  async durable(): Promise<void> {
    await this.log?.durable();
  }

  async close(): Promise<void> {
    await this.log?.close();
  }
}
