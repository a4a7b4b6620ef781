import { estimate } from "../stats.ts";
import type { JobPool } from "./jobPool.ts";
import { type JobScenario, QUANTA } from "./jobScenario.ts";
import type { SinkQueues } from "./sinkQueues.ts";
import type { Waiting } from "./waiting.ts";

/** What one run says. Work and money in unit-seconds. */
export interface JobResult {
  /** Work done, and the most that one server as fast as all sinks together could have done of these jobs. */
  done: number;
  bound: number;
  paid: number;
  escrow: number;
  slashed: number;
  moves: number;
  epochs: number;
  /** Per sink: by streams and drains, or for the jobs that it was sent, or did. */
  paidTo: Float64Array;
  doneBy: Float64Array;
  /** From arrival to answer, seconds: of jobs that were done. */
  wait: { mean: number; late: number };
  /** Means over time, in seconds of what all sinks can do: work at sinks, at sources, money in the escrow. */
  atSinks: number;
  atSources: number;
  inEscrow: number;
  /** Work at sinks and sources, in seconds of what all sinks can do: means over stretches of time. */
  waiting: Float64Array;
}

/** Counts along a run. */
export class JobLog {
  /** Per sink, unit-seconds. */
  readonly doneBy: Float64Array;
  readonly #scenario: JobScenario;
  readonly #waits: number[] = [];
  readonly #sums = { atSinks: 0, atSources: 0, inEscrow: 0 };
  readonly #capacity: number;
  readonly #waiting: Float64Array;
  readonly #stepsPerPoint: number;
  #steps = 0;
  #bound = 0;
  /** The job that the one server does, and what of it is done. */
  #pooled = 0;
  #begun = 0;

  constructor(scenario: JobScenario, pointSeconds: number) {
    this.#scenario = scenario;
    this.doneBy = new Float64Array(scenario.rates.length);
    this.#capacity = scenario.rates.reduce((sum, rate) => sum + rate, 0);
    this.#stepsPerPoint = Math.round(pointSeconds / scenario.stepSeconds);
    this.#waiting = new Float64Array(Math.floor(scenario.seconds / pointSeconds));
  }

  done(job: number, sink: number, finishedAt: number): void {
    const { jobs } = this.#scenario;
    this.doneBy[sink] = (this.doneBy[sink] as number) + (jobs.size[job] as number) / QUANTA;
    this.#waits.push(finishedAt - (jobs.at[job] as number));
  }

  /** The end of a step. */
  step(rates: Float64Array, queues: SinkQueues, pool: JobPool, waiting: Waiting): void {
    this.#pool(rates);
    let atSinks = 0;
    for (let k = 0; k < rates.length; k++) atSinks += queues.queued[k] as number;
    this.#sums.atSinks += atSinks / QUANTA;
    this.#sums.atSources += waiting.work() / QUANTA;
    this.#sums.inEscrow += pool.level() / QUANTA;
    const point = Math.floor(this.#steps / this.#stepsPerPoint);
    const waits = (atSinks + waiting.work()) / QUANTA / this.#capacity / this.#stepsPerPoint;
    if (point < this.#waiting.length) this.#waiting[point] = (this.#waiting[point] as number) + waits;
    this.#steps++;
  }

  /** The bound: all rates as one server, which takes the jobs as they come and rests only when there are none. */
  #pool(rates: Float64Array): void {
    const { jobs, stepSeconds } = this.#scenario;
    let able = this.#begun;
    for (let k = 0; k < rates.length; k++) able += (rates[k] as number) * stepSeconds;
    const now = this.#steps * stepSeconds;
    for (; this.#pooled < jobs.at.length && (jobs.at[this.#pooled] as number) <= now; this.#pooled++) {
      const effort = jobs.effort[this.#pooled] as number;
      if (effort > able) {
        this.#begun = able;
        return;
      }
      able -= effort;
      this.#bound += (jobs.size[this.#pooled] as number) / QUANTA;
    }
    this.#begun = 0;
  }

  result(totals: Pick<JobResult, "done" | "paid" | "escrow" | "slashed" | "moves" | "paidTo">): JobResult {
    const waits = Float64Array.from(this.#waits).sort();
    const mean = (sum: number) => sum / this.#steps / this.#capacity;
    const { stepSeconds, terms } = this.#scenario;
    return {
      ...totals,
      bound: this.#bound,
      epochs: (this.#steps * stepSeconds) / terms.epochLength,
      doneBy: this.doneBy,
      wait: { mean: estimate(waits).mean, late: waits[Math.floor(0.95 * waits.length)] ?? Number.NaN },
      atSinks: mean(this.#sums.atSinks),
      atSources: mean(this.#sums.atSources),
      inEscrow: mean(this.#sums.inEscrow),
      waiting: this.#waiting,
    };
  }
}
