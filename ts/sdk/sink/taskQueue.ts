import { InvalidParameterError, QueueClosedError, QueueFullError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import type { CapacityMeter } from "./capacityMeter.ts";

export type TaskQueueParameters<task, result> = {
  /** Does the work. `abort` fires when a drain runs out of patience. */
  run: (task: task, abort: AbortSignal) => Promise<result>;
  /** Work of a task, unit-seconds: its price in wei, divided by q. */
  workOf: (task: task) => number;
  /** Learns from every task, and says how much the sink can do. */
  meter: CapacityMeter;
  /** How long an admitted task may have to wait, seconds. Well below the horizon T, or backlog costs all units. */
  maxWait: number;
  /** Takes what is not admitted: hands it to another sink, for example. Without it, `push` rejects. */
  onOverflow?: ((task: task) => Promise<result>) | undefined;
  /** A clock, seconds; the process's own if not said. */
  now?: (() => number) | undefined;
};

type Waiting<task, result> = {
  task: task;
  work: number;
  resolve: (result: result) => void;
  reject: (error: unknown) => void;
};

/**
 * First come, first served, with as many tasks at once as the meter's concurrency; admits only what can be done within
 * `maxWait`. An idle queue admits a task of any size.
 * @example
 * const meter = new CapacityMeter({ concurrency: 2, expectedWork: 50, expectedServiceTime: 1 });
 * const queue = new TaskQueue({ run: async (task) => `${task}: done`, workOf: () => 50, meter, maxWait: 60 });
 * const answer = await queue.push("translate this"); // "translate this: done"
 * const { capacity, backlog } = queue.measure(); // what to signal: units, unit-seconds
 * await queue.drain();
 */
export class TaskQueue<task, result> {
  readonly #parameters: TaskQueueParameters<task, result>;
  readonly #waiting: Waiting<task, result>[] = [];
  readonly #abort = new AbortController();
  #running = 0;
  #backlog = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(parameters: TaskQueueParameters<task, result>) {
    if (!(parameters.maxWait >= 0)) throw new InvalidParameterError(`maxWait is 0 or more, not ${parameters.maxWait}`);
    this.#parameters = parameters;
  }

  /**
   * Runs a task, now or when its turn comes.
   * @returns What `run` returns for it, or `onOverflow`.
   * @throws {QueueFullError} @throws {QueueClosedError} without `onOverflow`.
   */
  async push(task: task): Promise<result> {
    const work = this.#parameters.workOf(task);
    if (!(work > 0 && Number.isFinite(work))) throw new InvalidParameterError(`work is above 0, not ${work}`);
    const refusal = this.#refusal(work);
    if (refusal !== undefined) {
      if (this.#parameters.onOverflow === undefined) throw refusal;
      return this.#parameters.onOverflow(task);
    }
    return new Promise<result>((resolve, reject) => {
      this.#waiting.push({ task, work, resolve, reject });
      this.#backlog += work;
      this.#next();
    });
  }

  /** Admitted and not finished, unit-seconds. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Tasks that run, and tasks that wait. */
  get size(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** What to signal now: capacity in units, 0 once the queue is closed; backlog in unit-seconds, rounded up. */
  measure(): Signal {
    const capacity = this.#closed ? 0n : this.#parameters.meter.capacity();
    return { capacity, backlog: BigInt(Math.ceil(this.#backlog)) };
  }

  /**
   * Takes no more tasks, finishes the admitted ones, and resolves when the last has ended.
   * @param timeout Seconds after which running tasks are aborted and waiting ones rejected; never if not said.
   */
  async drain({ timeout }: { timeout?: number | undefined } = {}): Promise<void> {
    this.#closed = true;
    const timer = timeout === undefined ? undefined : setTimeout(() => this.#giveUp(), timeout * 1000);
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#tellIfIdle();
    });
    clearTimeout(timer);
  }

  #refusal(work: number): QueueFullError | QueueClosedError | undefined {
    if (this.#closed) return new QueueClosedError();
    const { meter, maxWait } = this.#parameters;
    const maxBacklog = meter.rate * maxWait;
    if (this.#backlog === 0 || this.#backlog + work <= maxBacklog) return undefined;
    return new QueueFullError(Math.ceil(this.#backlog), Math.floor(maxBacklog));
  }

  #next(): void {
    if (this.#running >= this.#parameters.meter.concurrency) return;
    const entry = this.#waiting.shift();
    if (entry !== undefined) void this.#run(entry);
  }

  async #run({ task, work, resolve, reject }: Waiting<task, result>): Promise<void> {
    const { run, meter, now = () => performance.now() / 1000 } = this.#parameters;
    this.#running += 1;
    const startedAt = now();
    try {
      const result = await run(task, this.#abort.signal);
      // A failed task says nothing about how much can be done. A clock may stand still for a short one.
      meter.record({ work, serviceTime: Math.max(now() - startedAt, 1e-6) });
      resolve(result);
    } catch (error) {
      reject(error);
    } finally {
      this.#running -= 1;
      this.#finish(work);
      this.#next();
    }
  }

  #finish(work: number): void {
    // Sums of fractions leave crumbs behind.
    this.#backlog = this.#running + this.#waiting.length === 0 ? 0 : this.#backlog - work;
    this.#tellIfIdle();
  }

  #tellIfIdle(): void {
    if (!this.#closed || this.#running + this.#waiting.length > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #giveUp(): void {
    const reason = new QueueClosedError();
    this.#abort.abort(reason);
    for (const { work, reject } of this.#waiting.splice(0)) {
      reject(reason);
      this.#finish(work);
    }
  }
}
