import type { Scenario, Verification } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import type { Pools } from "./fluidPools.ts";

const STRIKES = 3;
const BEYOND = 0.9;
const PENALTY = 1.1;
const TOLERANCE = 0.1;

const EXPECTED_SHARE: Record<Verification["ledger"], (acknowledgedShare: number) => number> = {
  absolute: () => 1,
  relative: (share) => share,
  tolerant: (share) => share * (1 - TOLERANCE * (1 - share)),
};

/** Acknowledgements, verified backlog, slashing (spec 9.3 to 9.6). Assesses once per step. */
export class LedgerBook {
  /** Per sink, unit-seconds that were slashed. */
  readonly slashed: Float64Array;
  /** Per sink, step of the first slash; −1 for none. */
  readonly slashedAt: Int32Array;
  readonly #scenario: Scenario;
  readonly #rules: Verification;
  readonly #state: SinkState;
  readonly #secondsPerQuantum: number;
  readonly #owed: Float64Array;
  /** Per sink, paid and acknowledged since it last owed nothing, unit-seconds. */
  readonly #paidSinceClear: Float64Array;
  readonly #acknowledgedSinceClear: Float64Array;
  readonly #strikes: Uint8Array;
  /** Work whose acknowledgement is on its way, by age. */
  readonly #pending: Float64Array[];
  readonly #acknowledged: Float64Array;

  constructor(scenario: Scenario, rules: Verification, state: SinkState, secondsPerQuantum: number) {
    this.#scenario = scenario;
    this.#rules = rules;
    this.#state = state;
    this.#secondsPerQuantum = secondsPerQuantum;
    const count = scenario.sinks.count;
    this.slashed = new Float64Array(count);
    this.slashedAt = new Int32Array(count).fill(-1);
    this.#owed = new Float64Array(count);
    this.#paidSinceClear = new Float64Array(count);
    this.#acknowledgedSinceClear = new Float64Array(count);
    this.#strikes = new Uint8Array(count);
    this.#acknowledged = new Float64Array(count);
    this.#pending = Array.from({ length: rules.latencySteps + 1 }, () => new Float64Array(count));
  }

  /** After the work of this step: settles every sink. */
  settle(step: number, pools: Pools): void {
    const { work } = this.#state;
    // The slot filled now is the one read `latencySteps` later.
    (this.#pending[step % this.#pending.length] as Float64Array).set(work);
    const due = this.#pending[(step + 1) % this.#pending.length] as Float64Array;
    for (let p = 0; p < this.#scenario.pools; p++) {
      this.#acknowledge(p, step, due);
      this.#owe(p);
      if (this.#rules.slashing) this.#assess(p, step, pools);
    }
  }

  #acknowledge(p: number, step: number, due: Float64Array): void {
    const { first } = this.#scenario.sinks;
    const sources = this.#scenario.sources.filter((source) => source.pool === p);
    const inflow = sources.reduce((sum, source) => sum + (source.rates[step] as number), 0);
    let share = 0;
    for (const source of sources) {
      if (inflow > 0 && source.colludesWith < 0) {
        share += ((source.rates[step] as number) / inflow) * source.acknowledges;
      }
    }
    for (let i = first[p] as number; i < (first[p + 1] as number); i++) {
      this.#acknowledged[i] = (due[i] as number) * share;
    }
    for (const source of sources) {
      if (source.colludesWith < 0) continue;
      const given = (source.rates[step] as number) * this.#scenario.stepSeconds;
      this.#acknowledged[source.colludesWith] = (this.#acknowledged[source.colludesWith] as number) + given;
    }
  }

  #owe(p: number): void {
    const { paid, verified, smoothed } = this.#state;
    const { first } = this.#scenario.sinks;
    const { grace } = this.#scenario.parameters;
    const [from, to] = [first[p] as number, first[p + 1] as number];
    let acknowledged = 0;
    let received = 0;
    for (let i = from; i < to; i++) {
      acknowledged += this.#acknowledged[i] as number;
      received += (paid[i] as number) * this.#secondsPerQuantum;
    }
    const relative = received === 0 ? 0 : Math.min(1, acknowledged / received);
    const expectedShare = EXPECTED_SHARE[this.#rules.ledger](relative);
    for (let i = from; i < to; i++) {
      const pay = (paid[i] as number) * this.#secondsPerQuantum;
      const done = this.#acknowledged[i] as number;
      const owed = Math.max(0, (this.#owed[i] as number) + expectedShare * pay - done);
      this.#owed[i] = owed;
      this.#paidSinceClear[i] = owed === 0 ? 0 : (this.#paidSinceClear[i] as number) + pay;
      this.#acknowledgedSinceClear[i] = owed === 0 ? 0 : (this.#acknowledgedSinceClear[i] as number) + done;
      verified[i] = Math.max(0, owed - (smoothed[i] as number) * grace);
    }
  }

  #assess(p: number, step: number, pools: Pools): void {
    const { verified, smoothed } = this.#state;
    const { first } = this.#scenario.sinks;
    const { horizon } = this.#scenario.parameters;
    for (let i = first[p] as number; i < (first[p + 1] as number); i++) {
      const backlog = verified[i] as number;
      const beyond = backlog > 0 && backlog >= BEYOND * (smoothed[i] as number) * horizon;
      this.#strikes[i] = beyond ? (this.#strikes[i] as number) + 1 : 0;
      if (this.#strikes[i] === STRIKES) this.#slash(p, i, step, pools);
    }
  }

  /** The part of a sink's pay that it has not earned: `owed` counts only the acknowledged share. Unit-seconds. */
  #unearned(i: number): number {
    const owed = this.#owed[i] as number;
    return ((this.#paidSinceClear[i] as number) * owed) / (owed + (this.#acknowledgedSinceClear[i] as number));
  }

  #slash(p: number, i: number, step: number, pools: Pools): void {
    const { stake, cap, declared, smoothed, base, verified } = this.#state;
    const { horizon, grace, epochLength } = this.#scenario.parameters;
    const amount = Math.min(stake[i] as number, PENALTY * this.#unearned(i));
    stake[i] = (stake[i] as number) - amount;
    cap[i] = Math.min(cap[i] as number, (stake[i] as number) / (2 * (horizon + grace + epochLength)));
    this.slashed[i] = (this.slashed[i] as number) + amount;
    if (this.slashedAt[i] === -1) this.slashedAt[i] = step;
    pools.slash(p, amount);
    this.#owed[i] = 0;
    this.#strikes[i] = 0;
    // A slash forgets the signal: the sink starts again from zero at its next one.
    for (const array of [declared, smoothed, base, verified]) array[i] = 0;
  }
}
