import type { Market } from "./market.ts";
import { CONFIRM_DELAY, UNIT_RATE } from "./scenario.ts";
import type { StageState, State } from "./state.ts";
import type { StreamLedger } from "./streamLedger.ts";

/** An invariant that did not hold, and the first time that it did not. */
export type Violation = { invariant: string; reason: string };

/**
 * After a change of its inflow, a pool is *unconfirmed* until money has confirmed the change (`CONFIRM_DELAY`) and a
 * keeper has had this many seconds to say so. The sinks may be over-paid meanwhile, by at most the new inflow times this
 * time (I2). Everything else is checked at all times.
 */
const KEEPER_DELAY = 5;

/** A sink may be paid for up to a twentieth more units than its effective capacity: smaller changes wait. */
const HYSTERESIS = { numerator: 21n, denominator: 20n };

/** Watches, block by block, what must always hold. */
export class Audit {
  readonly violations: Violation[] = [];
  /** Highest flow per unit, as a share of q: outside and inside of unconfirmed windows. */
  highest = { confirmed: 0, unconfirmed: 0 };
  /** Looks at pools so far: outside and inside of unconfirmed windows. */
  looks = { confirmed: 0, unconfirmed: 0 };
  readonly #start: number;

  constructor(
    readonly market: Market,
    readonly ledger: StreamLedger,
    start: number,
  ) {
    this.#start = start;
  }

  /** Checks what must hold at the end of every block: I2 for pools, I8. */
  afterBlock(state: State): void {
    state.stages.forEach((stage, index) => {
      this.#checkPrice(stage, index, state.timestamp);
      if (stage.totalUnits < 1n) this.#violated("I8", `the pool of ${this.#name(index)} has no units`, state.timestamp);
    });
  }

  /** Checks what must hold once a keeper has looked: I2 for sinks, nobody is paid above its capacity. */
  afterKeeper(state: State): void {
    state.stages.forEach((stage, index) => {
      if (!this.#confirmed(index, state.timestamp)) return;
      stage.sinks.forEach(({ flow, effective }, sink) => {
        const most = (effective * UNIT_RATE * HYSTERESIS.numerator) / HYSTERESIS.denominator;
        if (flow <= most) return;
        const name = this.market.stages[index]?.sinks[sink]?.name;
        this.#violated("I2", `${name} is paid ${flow} wei/s, its capacity is worth ${most} wei/s`, state.timestamp);
      });
    });
  }

  /** Adds a violation found elsewhere. */
  report(invariant: string, reason: string): void {
    if (!this.violations.some((known) => known.invariant === invariant)) this.violations.push({ invariant, reason });
  }

  #checkPrice({ price }: StageState, index: number, timestamp: number): void {
    const kind = this.#confirmed(index, timestamp) ? "confirmed" : "unconfirmed";
    this.looks[kind] += 1;
    // Twelve digits after the point, so that one wei too much is seen.
    this.highest[kind] = Math.max(this.highest[kind], Number((price * 10n ** 12n) / UNIT_RATE) / 1e12);
    if (kind === "confirmed" && price > UNIT_RATE) {
      this.#violated("I2", `a unit of ${this.#name(index)} is paid ${price} wei/s, at most ${UNIT_RATE}`, timestamp);
    }
  }

  #confirmed(index: number, timestamp: number): boolean {
    const pool = this.market.stages[index]?.distributionPool;
    const changedAt = pool === undefined ? undefined : this.ledger.changedAt(pool);
    return changedAt === undefined || timestamp >= changedAt + CONFIRM_DELAY + KEEPER_DELAY;
  }

  #name(index: number): string {
    return this.market.stages[index]?.plan.name ?? String(index);
  }

  #violated(invariant: string, reason: string, timestamp: number): void {
    const seconds = timestamp - this.#start;
    this.report(invariant, `${reason} (${seconds} s after the start)`);
  }
}
