import { max, min } from "../../core/bigints.ts";

/** Work that is asked for, smoothed: what came long ago counts less and less. It reads no clock. */
export class Demand {
  #level = 0;
  #at = 0;

  /** @param memory Seconds until what was asked for counts for a third. */
  constructor(private readonly memory: number) {}

  /** @param value What was asked for, wei. @param now Unix seconds. */
  asked(value: bigint, now: number): void {
    this.#level = this.#decayed(now) + Number(value) / this.memory;
    this.#at = now;
  }

  /** Wei per second, rounded up. */
  rate(now: number): bigint {
    return BigInt(Math.ceil(this.#decayed(now)));
  }

  #decayed(now: number): number {
    return this.#level * Math.exp(-Math.max(0, now - this.#at) / this.memory);
  }
}

export type RateBounds = {
  /** What a stream has at least, wei per second. */
  floor: bigint;
  /** What it has at most, wei per second. */
  ceiling: bigint;
  /** How long less must be wanted before it is lowered, seconds. */
  calm: number;
};

/**
 * When the rate of a stream follows what is wanted: up as soon as a quarter more is wanted, down only when half of it has
 * been enough for long. Each change is a transaction, and money on its way is confirmed anew.
 */
export class Hysteresis {
  #lowSince: number | undefined;

  constructor(readonly bounds: RateBounds) {}

  /** What is wanted, within the bounds. @param wanted Wei per second. */
  within(wanted: bigint): bigint {
    const { floor, ceiling } = this.bounds;
    return min(max(wanted, floor), ceiling);
  }

  /**
   * @param running What streams, wei per second, above 0. @param wanted Wei per second. @param now Unix seconds.
   * @returns The new rate; undefined for none.
   */
  next(running: bigint, wanted: bigint, now: number): bigint | undefined {
    const rate = this.within(wanted);
    const isLow = 2n * rate <= running;
    this.#lowSince = isLow ? (this.#lowSince ?? now) : undefined;
    const isCalm = this.#lowSince !== undefined && now - this.#lowSince >= this.bounds.calm;
    if (4n * rate < 5n * running && !isCalm) return undefined;
    if (rate === running) return undefined;
    this.#lowSince = undefined;
    return rate;
  }
}
