import { type GetSinkReturnType, getSink } from "../../sdk/index.ts";
import type { Reads } from "./reads.ts";
import type { Seller } from "./seller.ts";

/** What the chain said of every sink at the end of every hour. */
export class History {
  readonly #seen = new Map<string, GetSinkReturnType>();

  constructor(readonly reads: Reads) {}

  async note(hour: number): Promise<void> {
    for (const { plan, address, task } of this.reads.sellers) {
      this.#seen.set(`${plan.name} ${hour}`, await getSink(this.reads.chain.client, { ...task, sink: address }));
    }
  }

  at(name: string, hour: number): GetSinkReturnType {
    const seen = this.#seen.get(`${name} ${hour}`);
    if (seen === undefined) throw new RangeError(`nobody looked at ${name} in hour ${hour}`);
    return seen;
  }

  /** What some sinks were paid, and had acknowledged, from one hour to another. */
  between(some: readonly Seller[], from: number, to: number) {
    const sum = (hour: number, of: (sink: GetSinkReturnType) => bigint): number =>
      Number(some.reduce((total, { plan }) => total + of(this.at(plan.name, hour)), 0n));
    const change = (of: (sink: GetSinkReturnType) => bigint): number => sum(to, of) - sum(from, of);
    const [name] = some.map(({ plan }) => plan.name);
    return {
      paid: change(({ paid }) => paid),
      acknowledged: change(({ ledger }) => ledger.acknowledged),
      seconds: name === undefined ? 0 : this.at(name, to).timestamp - this.at(name, from).timestamp,
    };
  }
}
