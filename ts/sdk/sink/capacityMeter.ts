import { InvalidParameterError } from "../errors.ts";

export type CapacityMeterParameters = {
  /** Tasks that run at the same time. */
  concurrency: number;
  /** Work of a typical task, unit-seconds: its price in wei, divided by q. A guess; measurements replace it. */
  expectedWork: number;
  /** How long a typical task runs, seconds. A guess; measurements replace it. */
  expectedServiceTime: number;
  /** Weight of the latest task in the moving averages, above 0 to 1; 0.1 if not said. */
  smoothing?: number | undefined;
  /** Share of what was measured that is declared, above 0 to 1; 0.9 if not said: a sink that declares all that it can
   * do on average has a queue that grows without end. */
  utilisation?: number | undefined;
};

/** A task that is done. */
export type RecordParameters = {
  /** Work of the task, unit-seconds. */
  work: number;
  /** How long it ran, seconds. */
  serviceTime: number;
};

const MAX_CAPACITY = 2 ** 40 - 1;

/**
 * Tells from running tasks what a sink can absorb. Work is measured in unit-seconds, so capacity comes out in units:
 * concurrency × work per task / time per task.
 * @example
 * const meter = new CapacityMeter({ concurrency: 4, expectedWork: 50, expectedServiceTime: 2 });
 * meter.record({ work: 50, serviceTime: 1.8 });
 * const capacity = meter.capacity(); // 90n units: 4 slots × 50.0 / 1.98 s × 0.9
 */
export class CapacityMeter {
  readonly concurrency: number;
  readonly #smoothing: number;
  readonly #utilisation: number;
  #work: number;
  #serviceTime: number;

  constructor(parameters: CapacityMeterParameters) {
    const { concurrency, expectedWork, expectedServiceTime, smoothing = 0.1, utilisation = 0.9 } = parameters;
    if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
      throw new InvalidParameterError(`concurrency is a whole number from 1 on, not ${concurrency}`);
    }
    this.concurrency = concurrency;
    this.#work = positive("expectedWork", expectedWork);
    this.#serviceTime = positive("expectedServiceTime", expectedServiceTime);
    this.#smoothing = share("smoothing", smoothing);
    this.#utilisation = share("utilisation", utilisation);
  }

  /** Counts a finished task. */
  record({ work, serviceTime }: RecordParameters): void {
    // Two averages and their quotient, not an average of quotients: short tasks would count for more than they did.
    this.#work += this.#smoothing * (positive("work", work) - this.#work);
    this.#serviceTime += this.#smoothing * (positive("serviceTime", serviceTime) - this.#serviceTime);
  }

  /** How much work is done per second, unit-seconds per second, which is units, without rounding or reserve. */
  get rate(): number {
    return (this.concurrency * this.#work) / this.#serviceTime;
  }

  /** Average time of a task, seconds. */
  get serviceTime(): number {
    return this.#serviceTime;
  }

  /** c, what to declare: whole units, rounded down. */
  capacity(): bigint {
    return BigInt(Math.min(Math.floor(this.rate * this.#utilisation), MAX_CAPACITY));
  }
}

function positive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidParameterError(`${name} is above 0, not ${value}`);
  return value;
}

function share(name: string, value: number): number {
  if (!(value > 0 && value <= 1)) throw new InvalidParameterError(`${name} is above 0 and at most 1, not ${value}`);
  return value;
}
