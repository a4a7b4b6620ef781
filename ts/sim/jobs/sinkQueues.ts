import { QUANTA } from "./jobScenario.ts";

/** Nobody. */
const NONE = -1;

/** Called for each job that is done. Times in seconds. */
export type OnDone = (job: number, sink: number, finishedAt: number, serviceTime: number) => void;

/** One queue per sink, first come, first served, one job at a time. */
export class SinkQueues {
  /** Work sent and not done, quanta: a job counts whole until it is done, as in the kit's queue. */
  readonly queued: Float64Array;
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #next: Int32Array;
  /** What the job at the head still takes, unit-seconds. */
  readonly #left: Float64Array;
  readonly #startedAt: Float64Array;
  readonly #size: Float64Array;
  readonly #effort: Float64Array;

  constructor(sinks: number, { size, effort }: { size: Float64Array; effort: Float64Array }) {
    this.queued = new Float64Array(sinks);
    this.#first = new Int32Array(sinks).fill(NONE);
    this.#last = new Int32Array(sinks).fill(NONE);
    this.#next = new Int32Array(size.length).fill(NONE);
    this.#left = new Float64Array(sinks);
    this.#startedAt = new Float64Array(sinks);
    this.#size = size;
    this.#effort = effort;
  }

  push(sink: number, job: number, now: number): void {
    this.queued[sink] = (this.queued[sink] as number) + (this.#size[job] as number);
    if (this.#first[sink] === NONE) this.#begin(sink, job, now);
    else this.#next[this.#last[sink] as number] = job;
    this.#last[sink] = job;
  }

  /** Works from `now` on for a step, at the given rates; returns what was done, unit-seconds. */
  work(rates: Float64Array, now: number, seconds: number, onDone: OnDone): number {
    let done = 0;
    for (let sink = 0; sink < rates.length; sink++) {
      const rate = rates[sink] as number;
      let time = seconds;
      for (let job = this.#first[sink] as number; job !== NONE; job = this.#first[sink] as number) {
        const needs = (this.#left[sink] as number) / rate;
        if (needs > time) {
          this.#left[sink] = (this.#left[sink] as number) - time * rate;
          break;
        }
        time -= needs;
        const at = now + seconds - time;
        done += (this.#size[job] as number) / QUANTA;
        this.#end(sink, job);
        onDone(job, sink, at, at - (this.#startedAt[sink] as number));
        const next = this.#first[sink] as number;
        if (next !== NONE) this.#begin(sink, next, at);
      }
    }
    return done;
  }

  #begin(sink: number, job: number, now: number): void {
    this.#first[sink] = job;
    this.#left[sink] = this.#effort[job] as number;
    this.#startedAt[sink] = now;
  }

  #end(sink: number, job: number): void {
    this.queued[sink] = (this.queued[sink] as number) - (this.#size[job] as number);
    this.#first[sink] = this.#next[job] as number;
  }
}
