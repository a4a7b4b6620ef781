import type { Scenario } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import type { QueueStrategy } from "../strategy.ts";
import type { FluidPool } from "./fluidPools.ts";

/**
 * Rules that pay by the job and look at queues, in the limit of small jobs: what is sent in a step fills the shortest
 * queues up to one level. They know a queue as it was last reported, and what they have sent since then. Nobody is sent
 * anything whose report is older than the time-to-live, or who says that it can do nothing.
 *
 * - `shortest` measures queues in work, `shortestWeighted` in seconds of declared capacity.
 * - `maxWeight` sends a job where capacity times the difference of both queues is largest, while there is one. As jobs
 *   get small the capacities cancel: what waits at the source is one more queue, filled to the same level.
 */
export class QueueRule {
  readonly #scenario: Scenario;
  readonly #state: SinkState;
  readonly #rule: QueueStrategy;
  readonly #quanta: number;
  readonly #ttlSteps: number;
  /** By step, what each sink had been sent before it. */
  readonly #before: Float64Array[];
  readonly #seen: Float64Array;

  constructor(scenario: Scenario, state: SinkState, rule: QueueStrategy, quanta: number) {
    const { count } = scenario.sinks;
    this.#scenario = scenario;
    this.#state = state;
    this.#rule = rule;
    this.#quanta = quanta;
    this.#ttlSteps = Math.ceil(scenario.parameters.timeToLive / scenario.stepSeconds);
    this.#before = Array.from({ length: this.#ttlSteps + 1 }, () => new Float64Array(count));
    this.#seen = new Float64Array(count);
  }

  /** After the reports of a step, and before it pays. */
  begin(step: number): void {
    const { received, reported, issuedAt } = this.#state;
    this.#slot(step).set(received);
    for (let i = 0; i < received.length; i++) {
      const sent = (received[i] as number) - (this.#slot(issuedAt[i] as number)[i] as number);
      this.#seen[i] = (reported[i] as number) + sent / this.#quanta;
    }
  }

  /** Sets the units of a pool's sinks so that they are paid exactly what is sent to them now. */
  route(step: number, p: number, pool: FluidPool): void {
    const { units } = this.#state;
    const { sinks, stepSeconds } = this.#scenario;
    units.fill(0, sinks.first[p], sinks.first[p + 1]);
    const queues = this.#queuesOf(p, step);
    const level = levelOf(queues, (pool.inflow + pool.level) / this.#quanta, this.#rule === "maxWeight" ? 1 : 0);
    pool.units = 0;
    for (const { sink, length, weight } of queues) {
      const sent = Math.max(0, weight * (level - length)) / stepSeconds;
      units[sink] = sent;
      pool.units += sent;
    }
  }

  /** From the shortest. */
  #queuesOf(p: number, step: number): Queue[] {
    const { declared, issuedAt } = this.#state;
    const { first } = this.#scenario.sinks;
    const queues: Queue[] = [];
    for (let sink = first[p] as number; sink < (first[p + 1] as number); sink++) {
      const says = declared[sink] as number;
      if (says <= 0 || step - (issuedAt[sink] as number) > this.#ttlSteps) continue;
      const weight = this.#rule === "shortestWeighted" ? says : 1;
      queues.push({ sink, length: (this.#seen[sink] as number) / weight, weight });
    }
    return queues.sort((a, b) => a.length - b.length);
  }

  #slot(step: number): Float64Array {
    return this.#before[step % this.#before.length] as Float64Array;
  }
}

interface Queue {
  sink: number;
  /** Work as seen, over the weight. */
  length: number;
  weight: number;
}

/** How full the shortest queues become with so much work; a queue of weight `kept` at the source fills up with them. */
function levelOf(queues: readonly Queue[], work: number, kept: number): number {
  let [area, width, level] = [work, kept, Number.POSITIVE_INFINITY];
  for (const { length, weight } of queues) {
    if (length >= level) break;
    area += weight * length;
    width += weight;
    level = area / width;
  }
  return level;
}
