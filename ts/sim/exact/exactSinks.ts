import { remainingShareDown, WAD } from "../../model/exact.ts";

const SCALE = 1e9;
const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * floor(distance · (1 − α)ⁿ), exactly as the contracts compute it, with doubles.
 *
 * `distance` counts billionths of a unit and is below 2^53; (1 − α)ⁿ has 18 decimals, so their product does not fit.
 * Three ways, each exact:
 * 1. (1 − α)ⁿ reduced to a fraction a/b with distance · a < 2^53: a quotient of two such integers never rounds up to
 *    an integer that it does not reach, because the gap 1/b is larger than half an ulp.
 * 2. Otherwise the product of the doubles is off by less than 2^-51 of itself: three roundings of 2^-53. Unless an
 *    integer lies that close, its floor is the true one.
 * 3. Else, about once in a hundred times, bigint.
 */
export class SmoothingTable {
  readonly #smoothing: bigint;
  readonly #shares: bigint[] = [];
  readonly #ratios: number[] = [];
  readonly #numerators: number[] = [];
  readonly #denominators: number[] = [];

  constructor(smoothing: bigint) {
    this.#smoothing = smoothing;
  }

  remaining(distance: number, epochs: number): number {
    if (epochs >= this.#shares.length) this.#extend(epochs);
    const numerator = distance * (this.#numerators[epochs] as number);
    if (numerator <= LARGEST) return Math.floor(numerator / (this.#denominators[epochs] as number));
    const product = distance * (this.#ratios[epochs] as number);
    const whole = Math.floor(product);
    const margin = product * 2 ** -51;
    if (product - whole > margin && product - whole < 1 - margin) return whole;
    return Number((BigInt(distance) * (this.#shares[epochs] as bigint)) / WAD);
  }

  #extend(epochs: number): void {
    for (let n = this.#shares.length; n <= epochs; n++) {
      const share = remainingShareDown(this.#smoothing, BigInt(n));
      const divisor = gcd(share, WAD);
      this.#shares.push(share);
      this.#ratios.push(Number(share) / 1e18);
      this.#numerators.push(share === 0n ? 0 : Number(share / divisor));
      this.#denominators.push(Number(WAD / divisor));
    }
  }
}

function gcd(a: bigint, b: bigint): bigint {
  return a === 0n ? b : gcd(b % a, a);
}

/**
 * u = C̄ − min(C̄, Q/T) in whole units; C̄ in billionths of a unit, Q in whole unit-seconds. Exact for T < 2^22, where
 * (Q mod T)·10⁹ stays below 2^52.
 */
export function effectiveUnits(capacityScaled: number, backlog: number, horizon: number): number {
  const whole = Math.floor(backlog / horizon);
  const rest = backlog - whole * horizon;
  const pressure = whole * SCALE + Math.ceil((rest * SCALE) / horizon);
  return pressure >= capacityScaled ? 0 : Math.floor((capacityScaled - pressure) / SCALE);
}

/** Whether units move now (5 % of the smaller, to or from zero, or overdue). */
export function shouldMove(current: number, target: number, overdue: boolean): boolean {
  if (current === target) return false;
  if (overdue || current === 0 || target === 0) return true;
  return current < target ? (target - current) * 20 >= current : (current - target) * 20 >= target;
}

/** What the registry stores per sink, as doubles that hold integers; epochs count from the beginning of the run. */
export class ExactSinks {
  readonly units: Float64Array;
  readonly #baseScaled: Float64Array;
  /** −1 before the first signal. */
  readonly #baseEpoch: Int32Array;
  readonly #lastLiveEpoch: Int32Array;
  readonly #capacity: Float64Array;
  readonly #backlog: Float64Array;
  readonly #movedAtEpoch: Int32Array;
  readonly #table: SmoothingTable;
  readonly #horizon: number;
  readonly #overdueEpochs: number;

  constructor(count: number, smoothing: bigint, horizon: number, overdueEpochs: number) {
    this.units = new Float64Array(count);
    this.#baseScaled = new Float64Array(count);
    this.#baseEpoch = new Int32Array(count).fill(-1);
    this.#lastLiveEpoch = new Int32Array(count);
    this.#capacity = new Float64Array(count);
    this.#backlog = new Float64Array(count);
    this.#movedAtEpoch = new Int32Array(count);
    this.#table = new SmoothingTable(smoothing);
    this.#horizon = horizon;
    this.#overdueEpochs = overdueEpochs;
  }

  /** @param lastLiveEpoch The last epoch in which this signal counts. */
  signal(i: number, epoch: number, capacity: number, backlog: number, lastLiveEpoch: number): void {
    const baseEpoch = this.#baseEpoch[i] as number;
    if (baseEpoch === -1) this.#baseEpoch[i] = epoch - 1;
    else if (epoch - 1 > baseEpoch) {
      this.#baseScaled[i] = this.smoothedAt(i, epoch - 1);
      this.#baseEpoch[i] = epoch - 1;
    }
    this.#capacity[i] = capacity;
    this.#backlog[i] = backlog;
    this.#lastLiveEpoch[i] = lastLiveEpoch;
  }

  /** C̄ in billionths of a unit. */
  smoothedAt(i: number, epoch: number): number {
    const lastLive = this.#lastLiveEpoch[i] as number;
    const live = Math.min(epoch, lastLive);
    const base = this.#baseScaled[i] as number;
    const target = (this.#capacity[i] as number) * SCALE;
    const epochs = live - (this.#baseEpoch[i] as number);
    const scaled =
      base < target
        ? target - this.#table.remaining(target - base, epochs)
        : target + this.#table.remaining(base - target, epochs);
    return epoch > lastLive ? this.#table.remaining(scaled, epoch - lastLive) : scaled;
  }

  /** Where the units of this sink belong now; what they are if they wait. */
  target(i: number, epoch: number): number {
    const now = this.units[i] as number;
    if (this.#baseEpoch[i] === -1) return now;
    const next = effectiveUnits(this.smoothedAt(i, epoch), this.#backlog[i] as number, this.#horizon);
    const overdue = epoch >= (this.#movedAtEpoch[i] as number) + this.#overdueEpochs;
    return shouldMove(now, next, overdue) ? next : now;
  }

  move(i: number, epoch: number, units: number): void {
    this.units[i] = units;
    this.#movedAtEpoch[i] = epoch;
  }
}
