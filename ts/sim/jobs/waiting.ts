import type { Jobs } from "./jobScenario.ts";

/** Jobs that wait at their sources. Job j belongs to source j mod n. */
export class Waiting {
  readonly #jobs: Jobs;
  /** Per source, in order of arrival. */
  readonly #queues: number[][];
  readonly #work: Float64Array;
  #arrived = 0;
  #counted = 0;

  constructor(sources: number, jobs: Jobs) {
    this.#jobs = jobs;
    this.#queues = Array.from({ length: sources }, () => []);
    this.#work = new Float64Array(sources);
  }

  /** Takes in whatever has arrived by now. */
  arrive(now: number): void {
    const { at, size } = this.#jobs;
    for (; this.#arrived < at.length && (at[this.#arrived] as number) <= now; this.#arrived++) {
      const source = this.#arrived % this.#queues.length;
      this.#queues[source]?.push(this.#arrived);
      this.#work[source] = (this.#work[source] as number) + (size[this.#arrived] as number);
    }
  }

  /** What the jobs cost, per source, that come before a time and were not counted before; quanta. */
  costsUntil(time: number): Float64Array {
    const { at, size } = this.#jobs;
    const costs = new Float64Array(this.#queues.length);
    for (; this.#counted < at.length && (at[this.#counted] as number) < time; this.#counted++) {
      const source = this.#counted % costs.length;
      costs[source] = (costs[source] as number) + (size[this.#counted] as number);
    }
    return costs;
  }

  /**
   * Offers the jobs of a source in turn. One that cannot go lets smaller ones pass: whoever owes a little is asked for a
   * little.
   */
  send(source: number, trySend: (job: number, size: number) => boolean): void {
    const queue = this.#queues[source] as number[];
    let [kept, smallest] = [0, Number.POSITIVE_INFINITY];
    for (const job of queue) {
      const size = this.#jobs.size[job] as number;
      if (size < smallest && trySend(job, size)) {
        this.#work[source] = (this.#work[source] as number) - size;
        continue;
      }
      smallest = Math.min(smallest, size);
      queue[kept++] = job;
    }
    queue.length = kept;
  }

  /** What waits at a source, quanta. */
  workOf(source: number): number {
    return this.#work[source] as number;
  }

  /** What waits at all sources, quanta. */
  work(): number {
    let work = 0;
    for (let s = 0; s < this.#work.length; s++) work += this.#work[s] as number;
    return work;
  }
}
