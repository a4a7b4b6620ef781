import { InvalidParameterError } from "../errors.ts";

export type ServedMeterParameters = {
  /** Tasks that run at the same time. */
  concurrency: number;
  /** T of the task type, seconds. */
  horizon: number;
  /** Work of a typical task, unit-seconds. A guess; measurements replace it. */
  expectedWork: number;
  /** How long a typical task runs, seconds. A guess; measurements replace it. */
  expectedServiceTime: number;
  /** Weight of the latest task in the moving averages, above 0 to 1; 0.05 if not said. */
  smoothing?: number | undefined;
};

/** A served task. */
export type Served = {
  /** What it really cost, unit-seconds. */
  work: number;
  /** How long it ran, seconds. */
  serviceTime: number;
};

const MAX_CAPACITY = 2 ** 40 - 1;

/** Part of the standard deviation of the work done within T that is declared on top of the mean. */
const HEADROOM = 1.4;

/**
 * Tells from served work what a sink declares. A sink whose pay is exactly what it does on average loses pay whenever it is
 * slow by chance, because backlog costs units and idle time earns none. It therefore declares 1.4 standard deviations of the
 * work done within the horizon more than the mean μ: μ(1 + 1.4·√(D/(μT))), where D is the variance of the work done per
 * unit-second of its mean. D is measured; it is 1 for tasks of one unit-second that take exponential time, and smaller for
 * steady ones.
 * @example
 * const meter = new ServedMeter({ concurrency: 4, horizon: 360, expectedWork: 50, expectedServiceTime: 2 });
 * meter.record({ work: 50, serviceTime: 1.8 });
 * const capacity = meter.capacity(); // units
 */
export class ServedMeter {
  readonly #concurrency: number;
  readonly #horizon: number;
  readonly #smoothing: number;
  #work: number;
  #serviceTime: number;
  /** Moving average of (work − rate · time)², which is the variance of one task's part in the work done. */
  #squares: number;

  constructor(parameters: ServedMeterParameters) {
    const { concurrency, horizon, expectedWork, expectedServiceTime, smoothing = 0.05 } = parameters;
    for (const [name, value] of Object.entries({
      concurrency,
      horizon,
      expectedWork,
      expectedServiceTime,
      smoothing,
    })) {
      assertPositive(name, value);
    }
    if (smoothing > 1) throw new InvalidParameterError(`smoothing is at most 1, not ${smoothing}`);
    [this.#concurrency, this.#horizon, this.#smoothing] = [concurrency, horizon, smoothing];
    [this.#work, this.#serviceTime] = [expectedWork, expectedServiceTime];
    // Until something is measured: as if tasks took exponential time.
    this.#squares = expectedWork ** 2;
  }

  /** Counts a finished task; a failed one says nothing about how much can be done. */
  record({ work, serviceTime }: Served): void {
    assertPositive("work", work);
    assertPositive("serviceTime", serviceTime);
    const deviation = work - (this.#work / this.#serviceTime) * serviceTime;
    this.#squares += this.#smoothing * (deviation ** 2 - this.#squares);
    this.#work += this.#smoothing * (work - this.#work);
    this.#serviceTime += this.#smoothing * (serviceTime - this.#serviceTime);
  }

  /** μ: work done per second when busy, unit-seconds per second, which is units. */
  get rate(): number {
    return (this.#concurrency * this.#work) / this.#serviceTime;
  }

  /** D: variance of the work done, per unit-second of its mean. */
  get dispersion(): number {
    return this.#squares / this.#work;
  }

  /** By what the mean is multiplied to declare it: 1 + 1.4·√(D/(μT)). */
  get headroom(): number {
    return 1 + HEADROOM * Math.sqrt(this.dispersion / (this.rate * this.#horizon));
  }

  /** c, what to declare: whole units, rounded down. */
  capacity(): bigint {
    return BigInt(Math.min(Math.floor(this.rate * this.headroom), MAX_CAPACITY));
  }
}

function assertPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidParameterError(`${name} is above 0, not ${value}`);
}
