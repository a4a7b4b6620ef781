import type { Link, Scenario, Source } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import { ConservationError } from "./quanta.ts";

/** One pool's money, all in whole quanta except what is only a ceiling. */
export interface FluidPool {
  units: number;
  /** Σ C̄ of its sinks; what the ablation of a pipeline looks at. */
  capacity: number;
  /** Most that the sinks may be paid, units. */
  limit: number;
  inflow: number;
  paid: number;
  level: number;
  bucket: number;
  emptySteps: number;
  streamedTotal: number;
  paidTotal: number;
  returnedTotal: number;
  deposited: number;
  slashedTotal: number;
}

/** Wei that came in, and where they are. */
export class Pools {
  readonly all: FluidPool[];
  /** Per source. */
  readonly streamed: Float64Array;
  readonly returned: Float64Array;
  readonly #scenario: Scenario;
  readonly #state: SinkState;
  readonly #quanta: number;
  readonly #limited: boolean;
  readonly #sourcesOf: number[][];
  readonly #window: Float64Array;
  readonly #before: Float64Array;

  constructor(scenario: Scenario, state: SinkState, quanta: number) {
    this.#scenario = scenario;
    this.#state = state;
    this.#quanta = quanta;
    this.#limited = scenario.links.length !== 0;
    this.streamed = new Float64Array(scenario.sources.length);
    this.returned = new Float64Array(scenario.sources.length);
    this.#window = new Float64Array(scenario.sources.length);
    this.#before = new Float64Array(scenario.sources.length);
    this.#sourcesOf = Array.from({ length: scenario.pools }, () => []);
    scenario.sources.forEach((source, s) => {
      this.#sourcesOf[source.pool]?.push(s);
    });
    this.all = Array.from({ length: scenario.pools }, (_, p) => {
      const deposited = Math.floor((scenario.deposits[p] ?? 0) * quanta);
      return {
        units: 0,
        capacity: 0,
        limit: Number.POSITIVE_INFINITY,
        inflow: 0,
        paid: 0,
        level: deposited,
        bucket: 0,
        emptySteps: 0,
        streamedTotal: 0,
        paidTotal: 0,
        returnedTotal: 0,
        deposited,
        slashedTotal: 0,
      };
    });
  }

  /** Totals of units, streams of this step, and limits from the last stage of each pipeline upwards. */
  open(step: number): void {
    const { units, smoothed } = this.#state;
    const { first } = this.#scenario.sinks;
    this.all.forEach((pool, p) => {
      const to = first[p + 1] as number;
      let total = 0;
      for (let i = first[p] as number; i < to; i++) total += units[i] as number;
      pool.units = total;
      pool.inflow = 0;
      if (!this.#limited) return;
      let capacity = 0;
      for (let i = first[p] as number; i < to; i++) capacity += smoothed[i] as number;
      pool.capacity = capacity;
    });
    this.#stream(step);
    if (this.#limited) this.#propagate();
  }

  #stream(step: number): void {
    const perStep = this.#scenario.stepSeconds * this.#quanta;
    const windowSteps = Math.max(1, Math.round(3600 / this.#scenario.stepSeconds));
    if (step % windowSteps === 0) {
      this.#before.set(this.#window);
      this.#window.fill(0);
    }
    this.#scenario.sources.forEach((source: Source, s) => {
      const amount = Math.floor((source.rates[step] as number) * perStep);
      this.streamed[s] = (this.streamed[s] as number) + amount;
      this.#window[s] = (this.#window[s] as number) + amount;
      const pool = this.all[source.pool] as FluidPool;
      pool.inflow += amount;
      pool.streamedTotal += amount;
    });
  }

  #propagate(): void {
    const { horizon } = this.#scenario.parameters;
    for (let l = this.#scenario.links.length - 1; l >= 0; l--) {
      const link = this.#scenario.links[l] as Link;
      const below = this.all[link.downstream] as FluidPool;
      const intake = Math.min(link.effective ? below.units : below.capacity, below.limit);
      const reserved = link.reserve ? below.level / this.#quanta / (3 * horizon) : 0;
      (this.all[link.upstream] as FluidPool).limit = Math.max(0, intake - reserved) / link.ratio;
    }
  }

  /** Work delivered upstream becomes inflow downstream: who ordered it there pays for it there. */
  feed(link: Link, delivered: number): void {
    const pool = this.all[link.downstream] as FluidPool;
    const amount = Math.floor(delivered * link.ratio * this.#quanta);
    pool.inflow += amount;
    pool.streamedTotal += amount;
  }

  /** Streams, and what drains in this step, go to the sinks; the rest stays in the escrow. */
  pay(p: number, everything: boolean, keeperIsHere: boolean): void {
    const pool = this.all[p] as FluidPool;
    const perStep = this.#scenario.stepSeconds * this.#quanta;
    const ceiling = Math.min(pool.units, pool.limit) * perStep;
    const flow = everything && pool.units > 0 ? pool.inflow : Math.min(pool.inflow, ceiling);
    const depth = this.#scenario.parameters.bucketEpochs * this.#scenario.parameters.epochLength * this.#quanta;
    const spare = Math.max(0, ceiling - flow);
    pool.bucket = Math.min(pool.bucket + spare, Math.max(spare, pool.units * depth));
    const drains = keeperIsHere && flow === pool.inflow;
    const drain = drains ? Math.min(pool.level, pool.bucket) : 0;
    pool.bucket -= drain;
    pool.paid = this.#distribute(p, pool.units > 0 ? (flow + drain) / pool.units : 0);
    pool.paidTotal += pool.paid;
    pool.level += pool.inflow - pool.paid;
    if (pool.level < 0) throw new ConservationError(`pool ${p} paid more than it had`, pool.inflow, pool.paid);
  }

  #distribute(p: number, perUnit: number): number {
    const { units, paid, received } = this.#state;
    const { first } = this.#scenario.sinks;
    const to = first[p + 1] as number;
    // The last bits of a division must not pay a quantum that is not there.
    const safe = perUnit * (1 - 2 ** -40);
    let total = 0;
    for (let i = first[p] as number; i < to; i++) {
      const amount = Math.floor((units[i] as number) * safe);
      paid[i] = amount;
      received[i] = (received[i] as number) + amount;
      total += amount;
    }
    return total;
  }

  /** Returns what is above `bufferMax`, or everything once there has been no capacity for a time-to-live. */
  release(p: number): void {
    const pool = this.all[p] as FluidPool;
    pool.emptySteps = pool.units > 0 ? 0 : pool.emptySteps + 1;
    const grace = this.#scenario.parameters.timeToLive / this.#scenario.stepSeconds;
    const kept = pool.emptySteps > grace ? 0 : (this.#scenario.bufferMax[p] as number) * this.#quanta;
    const excess = pool.level - kept;
    if (excess <= 0) return;
    const sources = this.#sourcesOf[p] as number[];
    const streamed = (s: number) => (this.#window[s] as number) + (this.#before[s] as number);
    const all = sources.reduce((sum, s) => sum + streamed(s), 0);
    if (all === 0) return;
    for (const s of sources) {
      const amount = Math.floor(Math.floor(excess) * (streamed(s) / all) * (1 - 2 ** -40));
      this.returned[s] = (this.returned[s] as number) + amount;
      pool.returnedTotal += amount;
      pool.level -= amount;
    }
  }

  /** What a source has spent for good, quanta; of what its pool's escrow holds, its part by what it streamed. */
  spentOf(s: number): number {
    const pool = this.all[(this.#scenario.sources[s] as Source).pool] as FluidPool;
    const own = (this.streamed[s] as number) - (this.returned[s] as number);
    const all = pool.streamedTotal - pool.returnedTotal;
    return all === 0 ? 0 : own * Math.max(0, 1 - pool.level / all);
  }

  /** What a slashed bond pays goes to the escrow of the same pool. */
  slash(p: number, unitSeconds: number): void {
    const pool = this.all[p] as FluidPool;
    const amount = Math.floor(unitSeconds * this.#quanta);
    pool.slashedTotal += amount;
    pool.level += amount;
  }

  /** Called after every step. Compares totals that were kept apart. */
  audit(): void {
    this.all.forEach((pool, p) => {
      const inside = pool.streamedTotal + pool.deposited + pool.slashedTotal;
      const outside = pool.paidTotal + pool.returnedTotal + pool.level;
      if (inside !== outside || !Number.isSafeInteger(inside)) {
        throw new ConservationError(`pool ${p}`, inside, outside);
      }
    });
  }
}
