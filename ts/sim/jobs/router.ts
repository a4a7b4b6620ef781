import { Rng } from "../rng.ts";
import { type Dispatch, type JobScenario, QUANTA } from "./jobScenario.ts";
import type { SinkQueues } from "./sinkQueues.ts";

/** Where a job goes under the rules that look at queues or draw lots: `Dispatch` says how. */
export class Router {
  readonly #scenario: JobScenario;
  readonly #queues: SinkQueues;
  readonly #weights: Float64Array;
  readonly #rng: Rng;
  /** Per source, the latest report in use and what it has sent since that was made, quanta. */
  readonly #known: Float64Array[];
  /** Reports that are not in use yet, oldest first, and what each source sent in their epochs. */
  readonly #reports: { queued: Float64Array; sent: Float64Array[] }[] = [];

  /** @param weights What is drawn by, or what a queue is measured in: units, true rates, declared capacities. */
  constructor(scenario: JobScenario, queues: SinkQueues, weights: Float64Array) {
    this.#scenario = scenario;
    this.#queues = queues;
    this.#weights = weights;
    this.#rng = new Rng(scenario.seed, 12);
    this.#known = Array.from({ length: scenario.sources }, () => new Float64Array(weights.length));
  }

  /** A new epoch: sinks report their queues, and what they reported some epochs ago comes into use. */
  report(): void {
    const { liars, reportEpochs, sources } = this.#scenario;
    const queued = this.#queues.queued.map((quanta, k) => (liars[k] === 1 ? 0 : quanta));
    const sent = Array.from({ length: sources }, () => new Float64Array(queued.length));
    this.#reports.push({ queued, sent });
    if (this.#reports.length > reportEpochs + 1) this.#reports.shift();
    this.#known.forEach((known, s) => {
      known.set((this.#reports[0] as { queued: Float64Array }).queued);
      for (const report of this.#reports) {
        const more = report.sent[s] as Float64Array;
        for (let k = 0; k < known.length; k++) known[k] = (known[k] as number) + (more[k] as number);
      }
    });
  }

  /** @param waiting What waits at the source, this job included, quanta. @returns The sink; −1 if the job waits. */
  choose(rule: Dispatch, source: number, size: number, waiting: number): number {
    const chosen = rule === "random" || rule === "trueRate" ? this.#draw() : this.#compare(rule, source, size, waiting);
    if (chosen === -1) return -1;
    const sent = this.#reports.at(-1)?.sent[source] as Float64Array;
    const known = this.#known[source] as Float64Array;
    sent[chosen] = (sent[chosen] as number) + size;
    known[chosen] = (known[chosen] as number) + size;
    return chosen;
  }

  #draw(): number {
    let total = 0;
    for (let k = 0; k < this.#weights.length; k++) total += this.#weights[k] as number;
    if (total === 0) return -1;
    let left = this.#rng.uniform() * total;
    for (let k = 0; k < this.#weights.length; k++) {
      left -= this.#weights[k] as number;
      if (left < 0) return k;
    }
    return this.#weights.length - 1;
  }

  /** Equal queues are as likely as each other: many are empty. */
  #compare(rule: Dispatch, source: number, size: number, waiting: number): number {
    let [best, chosen, ties] = [Number.NEGATIVE_INFINITY, -1, 0];
    for (let k = 0; k < this.#weights.length; k++) {
      const weight = this.#weights[k] as number;
      const queue = this.#seen(source, k);
      let value = -queue;
      if (rule === "shortestWeighted") value = -(queue + size) / weight;
      if (rule === "maxWeight") value = (weight * (waiting - queue)) / QUANTA;
      if (value < best) continue;
      ties = value === best ? ties + 1 : 1;
      if (value > best || this.#rng.below(ties) === 0) [best, chosen] = [value, k];
    }
    return rule === "maxWeight" && best <= 0 ? -1 : chosen;
  }

  #seen(source: number, k: number): number {
    const { liars, live } = this.#scenario;
    const isSeen = live && liars[k] === 0;
    return (isSeen ? this.#queues.queued : (this.#known[source] as Float64Array))[k] as number;
  }
}
