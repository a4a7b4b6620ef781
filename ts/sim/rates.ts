import type { Rng } from "./rng.ts";

/** Stream rates of sources, step by step, in units. */

export function constantRates(steps: number, rate: number): Float64Array {
  return new Float64Array(steps).fill(rate);
}

/** `rate` for `on` steps, nothing for `off` steps, and so on. */
export function squareWave(steps: number, rate: number, on: number, off: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, step) => (step % (on + off) < on ? rate : 0));
}

/** A two-state Markov chain with these mean dwell times, in steps; `rate` while on. Starts in its stationary state. */
export function markovRates(rng: Rng, steps: number, rate: number, meanOn: number, meanOff: number): Float64Array {
  let on = rng.uniform() < meanOn / (meanOn + meanOff);
  return Float64Array.from({ length: steps }, () => {
    const now = on ? rate : 0;
    if (rng.uniform() < 1 / (on ? meanOn : meanOff)) on = !on;
    return now;
  });
}
