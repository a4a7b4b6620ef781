import type { Address, Hex } from "viem";
import { InvalidParameterError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import { CreditQueue } from "./creditQueue.ts";
import { type MachineQueue, nextQueue, residual } from "./residual.ts";
import type { Served, ServedMeter } from "./servedMeter.ts";

/** A task type that the machine works for. */
export type MachineTaskType = {
  taskTypeId: Hex;
  /** q, wei per second and unit. */
  unitRate: bigint;
  /** T, seconds. */
  horizon: number;
  /** Value of the work that was taken and is not done, wei: `admission.backlog`. */
  backlog: () => bigint;
  /** What a source may still order, wei: `admission.available`. */
  creditOf: (source: Address) => bigint;
};

export type SharedMachineParameters = {
  /** Of the whole machine: it learns from `record`. Its horizon is the shortest of the task types'. */
  meter: ServedMeter;
  /** Tasks that run at the same time, of all task types together. */
  concurrency: number;
  /** h, seconds; the longest of the task types'. */
  epochLength: number;
  taskTypes: readonly MachineTaskType[];
};

type Branch = MachineTaskType & {
  /** Whose turn it is within the task type: one at a time waits for the machine. */
  line: CreditQueue;
  /** Work done since the latest update, unit-seconds. */
  done: number;
  /** s and C̄, units. */
  served: number;
  capacity: number;
  /** Who waits for the machine. */
  start: ((release: () => void) => void) | undefined;
};

/** α: weight of the latest epoch in what is served and in what is declared, as most task types smooth it. */
const SMOOTHING = 0.3;

/**
 * One machine that sells work of several task types, as one sink in each of their pools. It declares for each what it does
 * for it and what is left (`residual`), and takes the next task from the queue that `nextQueue` names; within a task type
 * from the source with most credit. Unit-seconds of all task types are taken to cost the machine the same.
 * @example
 * const machine = new SharedMachine({ meter, concurrency: 4, epochLength: 60, taskTypes: [translate, summarise] });
 * const sell = createSeller(client, { ...seller, queue: machine.queueOf(taskTypeId) }); // one for each task type
 * machine.record(taskTypeId, { work: 50, serviceTime: 1.8 }); // after each task
 * machine.update(now); // every epoch
 * startSignalLoop(client, { deployment, taskTypeId, measure: () => machine.signal(taskTypeId) }); // one for each
 */
export class SharedMachine {
  readonly #meter: ServedMeter;
  readonly #concurrency: number;
  readonly #epochLength: number;
  readonly #branches: Map<Hex, Branch>;
  #running = 0;
  #updatedAt: number | undefined;

  constructor({ meter, concurrency, epochLength, taskTypes }: SharedMachineParameters) {
    if (!(Number.isSafeInteger(concurrency) && concurrency > 0)) {
      throw new InvalidParameterError(`a machine runs one task or more at a time, not ${concurrency}`);
    }
    if (!(epochLength > 0)) throw new InvalidParameterError(`an epoch is longer than 0 s, not ${epochLength}`);
    [this.#meter, this.#concurrency, this.#epochLength] = [meter, concurrency, epochLength];
    const branches = taskTypes.map((taskType): [Hex, Branch] => {
      const { taskTypeId, unitRate, horizon, creditOf } = taskType;
      if (unitRate <= 0n || !(horizon > 0)) {
        throw new InvalidParameterError(`unit rate and horizon are above 0, not ${unitRate} and ${horizon}`);
      }
      const line = new CreditQueue({ concurrency: 1, creditOf });
      return [taskTypeId, { ...taskType, line, done: 0, served: 0, capacity: 0, start: undefined }];
    });
    this.#branches = new Map(branches);
    if (branches.length === 0 || this.#branches.size !== branches.length) {
      throw new InvalidParameterError("a machine works for one task type or more, each named once");
    }
    for (const branch of this.#branches.values()) branch.capacity = this.#left()[0] as number;
  }

  /** The queue of one task type, for its seller. */
  queueOf(taskTypeId: Hex): Pick<CreditQueue, "enter"> {
    const branch = this.#of(taskTypeId);
    return {
      enter: async (source) => {
        const step = await branch.line.enter(source);
        const release = await new Promise<() => void>((start) => {
          branch.start = start;
          this.#next();
        });
        step();
        return release;
      },
    };
  }

  /** Counts a finished task. Work is its value in wei, divided by q. */
  record(taskTypeId: Hex, served: Served): void {
    const branch = this.#of(taskTypeId);
    this.#meter.record(served);
    branch.done += served.work;
  }

  /** Takes an epoch into account once it is over. @param now Unix seconds. */
  update(now: number): void {
    this.#updatedAt ??= now;
    const elapsed = now - this.#updatedAt;
    if (elapsed < this.#epochLength) return;
    // A pause of several epochs counts as so many.
    const weight = 1 - (1 - SMOOTHING) ** (elapsed / this.#epochLength);
    for (const branch of this.#branches.values()) {
      branch.served += weight * (branch.done / elapsed - branch.served);
      branch.done = 0;
    }
    const left = this.#left();
    [...this.#branches.values()].forEach((branch, i) => {
      branch.capacity += weight * ((left[i] as number) - branch.capacity);
    });
    this.#updatedAt = now;
  }

  /** What to signal: capacity in units, rounded down; backlog in unit-seconds, rounded up. */
  signal(taskTypeId: Hex): Signal {
    const { backlog, unitRate } = this.#of(taskTypeId);
    const index = [...this.#branches.keys()].indexOf(taskTypeId);
    const capacity = BigInt(Math.floor(this.#left()[index] as number));
    return { capacity, backlog: (backlog() + unitRate - 1n) / unitRate };
  }

  #left(): number[] {
    const served = [...this.#branches.values()].map((branch) => branch.served);
    return residual({ rate: this.#meter.rate, served, headroom: this.#meter.headroom });
  }

  #of(taskTypeId: Hex): Branch {
    const branch = this.#branches.get(taskTypeId);
    if (branch === undefined) throw new InvalidParameterError(`the machine does not work for ${taskTypeId}`);
    return branch;
  }

  /** Starts whatever comes next, if there is room. */
  #next(): void {
    const waiting = [...this.#branches.values()].filter(({ start }) => start !== undefined);
    if (this.#running >= this.#concurrency || waiting.length === 0) return;
    const queues = waiting.map(
      ({ backlog, unitRate, capacity, horizon }): MachineQueue => ({
        backlog: Number(backlog()) / Number(unitRate),
        ...{ capacity, horizon, unitRate: Number(unitRate) },
      }),
    );
    const chosen = waiting[nextQueue(queues) ?? 0] as Branch;
    const { start } = chosen;
    chosen.start = undefined;
    this.#running += 1;
    let isReleased = false;
    start?.(() => {
      if (isReleased) return;
      isReleased = true;
      this.#running -= 1;
      this.#next();
    });
  }
}
