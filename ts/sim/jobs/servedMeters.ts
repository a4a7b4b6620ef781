import { QUANTA } from "./jobScenario.ts";

/** As in the kit: weight of the latest job, and the margin in standard deviations of the work done within T. */
const SMOOTHING = 0.05;
const HEADROOM = 1.4;

/** The kit's `ServedMeter` for all sinks, in arrays: what each declares, by its own served jobs. A test compares them. */
export class ServedMeters {
  readonly #horizon: number;
  readonly #work: Float64Array;
  readonly #serviceTime: Float64Array;
  readonly #squares: Float64Array;

  /** @param expected What each sink guesses that a job takes, before it has served one, unit-seconds. */
  constructor(rates: Float64Array, expected: number, horizon: number) {
    this.#horizon = horizon;
    this.#work = new Float64Array(rates.length).fill(expected);
    this.#serviceTime = rates.map((rate) => expected / rate);
    this.#squares = new Float64Array(rates.length).fill(expected ** 2);
  }

  /** @param size Quanta. @param serviceTime Seconds. */
  record(sink: number, size: number, serviceTime: number): void {
    const work = size / QUANTA;
    const [mean, time] = [this.#work[sink] as number, this.#serviceTime[sink] as number];
    const deviation = work - (mean / time) * serviceTime;
    const squares = this.#squares[sink] as number;
    this.#squares[sink] = squares + SMOOTHING * (deviation ** 2 - squares);
    this.#work[sink] = mean + SMOOTHING * (work - mean);
    this.#serviceTime[sink] = time + SMOOTHING * (serviceTime - time);
  }

  /** Units; not rounded, since the rates here are not wei. */
  capacity(sink: number): number {
    const work = this.#work[sink] as number;
    const rate = work / (this.#serviceTime[sink] as number);
    return rate * (1 + HEADROOM * Math.sqrt((this.#squares[sink] as number) / work / (rate * this.#horizon)));
  }
}
