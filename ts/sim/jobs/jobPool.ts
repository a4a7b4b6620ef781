import type { JobScenario } from "./jobScenario.ts";
import { QUANTA } from "./jobScenario.ts";

/**
 * The money of one pool: units, streams, escrow, token bucket. Money is whole quanta, and where it came from is kept per
 * source, so that each source knows what it has paid each sink.
 */
export class JobPool {
  readonly units: Float64Array;
  /** Paid to each sink since the beginning, quanta. */
  readonly received: Float64Array;
  /** Per source: what it streamed, and what of it is in the escrow, quanta. */
  readonly streamed: Float64Array;
  readonly escrow: Float64Array;
  paid = 0;
  /** Changes of a sink's units. */
  moves = 0;
  readonly #scenario: JobScenario;
  readonly #smoothed: Float64Array;
  readonly #movedAt: Int32Array;
  #total = 0;
  #bucket = 0;

  /** @param declared At the start: averages begin there. */
  constructor(scenario: JobScenario, declared: Float64Array) {
    const { rates, sources } = scenario;
    this.#scenario = scenario;
    this.#smoothed = declared.slice();
    this.units = declared.slice();
    this.received = new Float64Array(rates.length);
    this.streamed = new Float64Array(sources);
    this.escrow = new Float64Array(sources);
    this.#movedAt = new Int32Array(rates.length);
    this.#sum();
  }

  /** C̄ of a sink. */
  capacityOf(sink: number): number {
    return this.#smoothed[sink] as number;
  }

  /** A new epoch's reports: smoothing, backpressure, hysteresis. Backlogs in unit-seconds. */
  update(epoch: number, declared: Float64Array, backlogs: Float64Array): void {
    const { horizon, hysteresis, overdueEpochs, smoothing } = this.#scenario.terms;
    for (let k = 0; k < this.units.length; k++) {
      const before = this.#smoothed[k] as number;
      const capacity = before + smoothing * ((declared[k] as number) - before);
      this.#smoothed[k] = capacity;
      const pressure = this.#scenario.closed ? (backlogs[k] as number) / horizon : 0;
      const next = Math.max(0, capacity - pressure);
      const now = this.units[k] as number;
      const low = Math.min(next, now);
      const waits = low !== 0 && Math.abs(next - now) < hysteresis * low;
      if (next === now || (waits && epoch - (this.#movedAt[k] as number) < overdueEpochs)) continue;
      this.units[k] = next;
      this.#movedAt[k] = epoch;
      this.moves++;
    }
    this.#sum();
  }

  /**
   * Streams for a step. What all units can take is paid by them, the rest goes to the escrow.
   *
   * @param inflow What each source streams in this step, quanta, whole
   * @param take Told what each source pays each sink
   */
  stream(inflow: Float64Array, seconds: number, take: Taker): void {
    let all = 0;
    for (let s = 0; s < inflow.length; s++) all += inflow[s] as number;
    const most = this.#total * seconds * QUANTA;
    const share = all > most ? most / all : 1;
    for (let s = 0; s < inflow.length; s++) {
      const given = inflow[s] as number;
      this.streamed[s] = (this.streamed[s] as number) + given;
      this.escrow[s] = (this.escrow[s] as number) + given - this.#divide(s, given * share, take);
    }
    const deepest = this.#total * this.#scenario.terms.epochLength * QUANTA;
    this.#bucket = Math.min(deepest, this.#bucket + Math.max(0, most - all));
  }

  /** Pays from the escrow what the bucket allows, at once. */
  drain(take: Taker): void {
    const level = this.level();
    if (level === 0) return;
    const share = Math.min(1, this.#bucket / level);
    for (let s = 0; s < this.escrow.length; s++) {
      const held = this.escrow[s] as number;
      const paid = this.#divide(s, held * share, take);
      this.escrow[s] = held - paid;
      this.#bucket -= paid;
    }
  }

  /** In the escrow, quanta. */
  level(): number {
    let level = 0;
    for (let s = 0; s < this.escrow.length; s++) level += this.escrow[s] as number;
    return level;
  }

  /** Divides by units, in whole quanta rounded down; returns what was paid. */
  #divide(source: number, amount: number, take: Taker): number {
    if (this.#total === 0) return 0;
    const perUnit = amount / this.#total;
    let paid = 0;
    for (let k = 0; k < this.units.length; k++) {
      const part = Math.floor(perUnit * (this.units[k] as number));
      this.received[k] = (this.received[k] as number) + part;
      paid += part;
      take(source, k, part);
    }
    this.paid += paid;
    return paid;
  }

  #sum(): void {
    this.#total = 0;
    for (let k = 0; k < this.units.length; k++) this.#total += this.units[k] as number;
  }
}

export type Taker = (source: number, sink: number, quanta: number) => void;
