import type { Scenario, Verification } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import type { Pools } from "./fluidPools.ts";
import { Bonds, DueWork, InflowShares, type Ledger } from "./ledger.ts";

const STRIKES = 3;
const BEYOND = 0.9;
const PENALTY = 1.1;

/**
 * The ledgers that the deployed rule is compared with, without windows, quorum or tolerance: a sink owes what it was paid
 * (`absolute`), or the share of it that the pool as a whole acknowledges (`relative`), less what is acknowledged to it.
 * Settles and assesses everybody once per step.
 */
export class PlainLedger implements Ledger {
  readonly bonds: Bonds;
  readonly #scenario: Scenario;
  readonly #rules: Verification;
  readonly #state: SinkState;
  readonly #secondsPerQuantum: number;
  readonly #owed: Float64Array;
  /** Per sink, paid and acknowledged since it last owed nothing, unit-seconds. */
  readonly #paidSinceClear: Float64Array;
  readonly #acknowledgedSinceClear: Float64Array;
  readonly #strikes: Uint8Array;
  readonly #due: DueWork;
  readonly #shares: InflowShares;
  readonly #acknowledged: Float64Array;

  constructor(scenario: Scenario, rules: Verification, state: SinkState, quanta: number) {
    const { count } = scenario.sinks;
    this.#scenario = scenario;
    this.#rules = rules;
    this.#state = state;
    this.#secondsPerQuantum = 1 / quanta;
    this.bonds = new Bonds(scenario, state);
    this.#due = new DueWork(count, rules.latencySteps);
    this.#shares = new InflowShares(scenario);
    this.#owed = new Float64Array(count);
    this.#paidSinceClear = new Float64Array(count);
    this.#acknowledgedSinceClear = new Float64Array(count);
    this.#strikes = new Uint8Array(count);
    this.#acknowledged = new Float64Array(count);
  }

  settle(step: number, pools: Pools): void {
    const due = this.#due.next(step, this.#state.work);
    for (let p = 0; p < this.#scenario.pools; p++) {
      this.#acknowledge(p, step, due);
      this.#owe(p);
      if (this.#rules.slashing) this.#assess(p, step, pools);
    }
  }

  #acknowledge(p: number, step: number, due: Float64Array): void {
    const { first } = this.#scenario.sinks;
    const sources = this.#shares.of(p, step);
    let part = 0;
    for (const [, source, share] of sources) if (source.colludesWith < 0) part += share * source.acknowledges;
    for (let i = first[p] as number; i < (first[p + 1] as number); i++) {
      this.#acknowledged[i] = (due[i] as number) * part;
    }
    for (const [, source] of sources) {
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
    const expectedShare = this.#rules.ledger === "absolute" ? 1 : relative;
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
      if (this.#strikes[i] !== STRIKES) continue;
      this.bonds.slash(i, p, PENALTY * this.#unearned(i), step, pools);
      this.#owed[i] = 0;
      this.#strikes[i] = 0;
    }
  }

  /** The part of a sink's pay that it has not earned: `owed` counts only the acknowledged share. Unit-seconds. */
  #unearned(i: number): number {
    const owed = this.#owed[i] as number;
    return ((this.#paidSinceClear[i] as number) * owed) / (owed + (this.#acknowledgedSinceClear[i] as number));
  }
}
