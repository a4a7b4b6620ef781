import { Random } from "../model/random.ts";

/** Draws from distributions, the same on every machine for the same seed. */
export class Draws {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(BigInt(seed));
  }

  /** Uniform from 0 up to, not including, 1. */
  uniform(): number {
    return Number(this.#random.bits(53)) / 2 ** 53;
  }

  /** Waiting time of a Poisson process with `rate` events per second. */
  exponential(rate: number): number {
    return -Math.log(1 - this.uniform()) / rate;
  }

  /** Log-normal with the given mean; `sigma` is the standard deviation of the logarithm. */
  logNormal(mean: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
    return mean * Math.exp(sigma * normal - sigma ** 2 / 2);
  }
}
