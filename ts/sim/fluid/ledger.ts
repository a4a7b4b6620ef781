import type { Scenario, Source } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import type { Pools } from "./fluidPools.ts";

/** What is known of the sinks' work, and what follows: verified backlog, and slashes. */
export interface Ledger {
  /** After the work of a step: writes `verified` of the state, and slashes. */
  settle(step: number, pools: Pools): void;
  readonly bonds: Bonds;
}

/** What a unit's bond is worth, unit-seconds: 2 (T + D + h) + V h (spec 4.2). */
export function bondPerUnit({ horizon, grace, epochLength, receiptEpochs }: Scenario["parameters"]): number {
  return 2 * (horizon + grace + epochLength) + receiptEpochs * epochLength;
}

/** Slashes: the bond pays, the cap falls, and the sink starts again from zero at its next signal. */
export class Bonds {
  /** Per sink, unit-seconds that were slashed. */
  readonly slashed: Float64Array;
  /** Per sink, step of the first slash; −1 for none. */
  readonly slashedAt: Int32Array;
  readonly #state: SinkState;
  readonly #perUnit: number;

  constructor(scenario: Scenario, state: SinkState) {
    this.slashed = new Float64Array(scenario.sinks.count);
    this.slashedAt = new Int32Array(scenario.sinks.count).fill(-1);
    this.#state = state;
    this.#perUnit = bondPerUnit(scenario.parameters);
  }

  /** @param charge Unit-seconds; what no bond is left for is not taken. */
  slash(i: number, p: number, charge: number, step: number, pools: Pools): void {
    const { stake, cap, declared, smoothed, base, verified } = this.#state;
    const amount = Math.min(stake[i] as number, charge);
    stake[i] = (stake[i] as number) - amount;
    cap[i] = Math.min(cap[i] as number, (stake[i] as number) / this.#perUnit);
    this.slashed[i] = (this.slashed[i] as number) + amount;
    if (this.slashedAt[i] === -1) this.slashedAt[i] = step;
    pools.slash(p, amount);
    for (const array of [declared, smoothed, base, verified]) array[i] = 0;
  }
}

/** Work waits for some steps until its sources acknowledge it. */
export class DueWork {
  /** By age. */
  readonly #pending: Float64Array[];

  constructor(sinks: number, latencySteps: number) {
    this.#pending = Array.from({ length: latencySteps + 1 }, () => new Float64Array(sinks));
  }

  /** @returns Per sink, the work whose acknowledgement is due now, unit-seconds. */
  next(step: number, work: Float64Array): Float64Array {
    // The slot filled now is the one read `latencySteps` later.
    (this.#pending[step % this.#pending.length] as Float64Array).set(work);
    return this.#pending[(step + 1) % this.#pending.length] as Float64Array;
  }
}

/** The sources of each pool, with their parts of its inflow: work is ordered in proportion. */
export class InflowShares {
  readonly #sources: readonly (readonly [s: number, source: Source][])[];

  constructor({ pools, sources }: Scenario) {
    this.#sources = Array.from({ length: pools }, (_, p) =>
      [...sources.entries()].filter(([, { pool }]) => pool === p),
    );
  }

  /** The sources of a pool by their index, each with its part of the inflow of a step. */
  of(p: number, step: number): [s: number, source: Source, share: number][] {
    const own = this.#sources[p] ?? [];
    const inflow = own.reduce((sum, [, source]) => sum + (source.rates[step] as number), 0);
    return own.map(([s, source]) => [s, source, inflow === 0 ? 0 : (source.rates[step] as number) / inflow]);
  }
}
