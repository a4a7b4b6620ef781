import { max } from "../../core/bigints.ts";
import { getPool } from "../../sdk/read/getPool.ts";
import type { Table } from "../../sdk/work/orders.ts";
import type { PayingClient } from "../../x402/buyer/payingClient.ts";
import { Demand, Hysteresis } from "./demand.ts";

/** What came in and what went out, wei; and since when what streams is not counted yet. */
export type Takings = { income: bigint; streamed: bigint; rate: bigint; since: number };

export type DemandStreamParameters = {
  paying: PayingClient;
  /** How far the stream may be ahead of what was taken in, wei. */
  float: bigint;
  takings: Table<Takings>;
  /** How long a single task may take to be paid for by the slowest stream, seconds; 60 if not said. */
  patience?: number | undefined;
};

/**
 * Makes a buyer's stream as fast as what is asked of it: smoothed demand times what the pool takes for it, with hysteresis,
 * within the budget. What it has streamed is never more than what was taken in and the float; then it ends until money
 * comes. A stranger's text sets no rate: what counts is what was paid for, and what the chain says.
 */
export class DemandStream {
  readonly #demand: Demand;
  readonly #rates: Hysteresis;
  /** How much must be streamed for each wei that reaches sinks that deliver, thousandths. */
  #dearer = 1000n;

  constructor(private readonly parameters: DemandStreamParameters) {
    const { paying, patience = 60 } = parameters;
    const { taskType, fastest } = paying.account.purse;
    this.#demand = new Demand(taskType.horizon);
    const once = paying.parameters.oneTask / BigInt(patience);
    const floor = once > taskType.unitRate ? once : taskType.unitRate;
    this.#rates = new Hysteresis({
      floor: floor < fastest ? floor : fastest,
      ceiling: fastest,
      calm: taskType.horizon,
    });
    this.#count();
    this.#aim();
  }

  /** What may still be streamed, wei. */
  get left(): bigint {
    const { income, streamed } = this.takings;
    return max(0n, income + this.parameters.float - streamed);
  }

  get takings(): Takings {
    const { paying, takings } = this.parameters;
    const { now, purse } = paying.account;
    return takings.get(KEY) ?? { income: 0n, streamed: 0n, rate: purse.flowRate, since: Math.floor(now()) };
  }

  /** Work was asked for, wei. */
  asked(value: bigint): void {
    this.#demand.asked(value, this.parameters.paying.account.now());
    this.#aim();
  }

  /** Money has come, wei. It is durable with whatever else is written at this moment. */
  took(value: bigint): void {
    const takings = this.#count();
    this.parameters.takings.set(KEY, { ...takings, income: takings.income + value });
    this.#aim();
  }

  /** Follows demand; to be called whenever the chain was looked at. @param lookEvery Seconds until the next time. */
  async look(lookEvery: number): Promise<void> {
    const { paying } = this.parameters;
    const { purse, now } = paying.account;
    this.#count();
    await this.#quote();
    this.#aim();
    if (purse.flowRate === 0n) return;
    // Until it is looked at again, and the transaction is in a block.
    const margin = BigInt(Math.ceil(2 * lookEvery + CLOSING));
    if (this.left <= purse.flowRate * margin) return purse.close();
    const rate = this.#rates.next(purse.flowRate, this.#wanted(), now());
    if (rate !== undefined) await purse.change(rate);
  }

  /** What the next stream that is opened will be. */
  #aim(): void {
    const { purse } = this.parameters.paying.account;
    purse.aimAt(this.left === 0n ? 0n : this.#rates.within(this.#wanted()));
  }

  #wanted(): bigint {
    return (this.#demand.rate(this.parameters.paying.account.now()) * this.#dearer + 999n) / 1000n;
  }

  /** Of what streams, a part goes to the escrow and to sinks that do not deliver. */
  async #quote(): Promise<void> {
    const { paying } = this.parameters;
    const { units } = await getPool(paying.parameters.client, paying.parameters);
    const delivering = BigInt(Math.round(1000 * (1 - paying.loss().share)));
    const reaching = units.total === 0n ? 0n : (units.sinks * delivering) / units.total;
    // What is nothing now is not paid for a thousandfold.
    this.#dearer = reaching < 250n ? 4000n : 1_000_000n / reaching;
  }

  /** The faster of what streamed before and what streams now: rounded against the gateway. */
  #count(): Takings {
    const { paying, takings } = this.parameters;
    const { now, purse } = paying.account;
    const before = this.takings;
    const since = Math.floor(now());
    const seconds = BigInt(Math.max(0, since - before.since));
    const streamed = before.streamed + max(before.rate, purse.flowRate) * seconds;
    const counted = { ...before, streamed, rate: purse.flowRate, since: Math.max(since, before.since) };
    takings.set(KEY, counted);
    return counted;
  }
}

const KEY = "all";
/** Seconds that closing takes at most, usually. */
const CLOSING = 12;
