import type { Rng } from "./rng.ts";
import type { TraceRequest } from "./trace.ts";

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

/**
 * An hour of made-up requests with what makes real ones hard: bursts (a rate that wanders, and spikes) and heavy tails
 * (log-normal sizes with mean 1,370 and standard deviation 1,100 tokens, as in the Azure conversation trace of 2023).
 * A request's tokens are drawn as a whole, all of them as generated.
 */
export function generateTrace(rng: Rng, seconds = 3600, perSecond = 5.4): TraceRequest[] {
  const requests: TraceRequest[] = [];
  let mood = 0;
  for (let second = 0; second < seconds; second++) {
    mood = 0.995 * mood + 0.04 * rng.normal();
    const spike = rng.uniform() < 1 / 400 ? 6 : 1;
    const count = rng.poisson(perSecond * Math.exp(mood - 0.08) * spike);
    for (let k = 0; k < count; k++) {
      requests.push({
        at: second + k / count,
        context: 0,
        generated: Math.round(Math.exp(6.97 + 0.71 * rng.normal())),
      });
    }
  }
  return requests;
}

/** Tokens per second in every step, scaled so that the mean is `meanRate` units. */
export function traceRates(requests: readonly TraceRequest[], stepSeconds: number, meanRate: number): Float64Array {
  const last = requests.at(-1)?.at ?? 0;
  const steps = Math.max(1, Math.floor(last / stepSeconds));
  const rates = new Float64Array(steps);
  let total = 0;
  for (const { at, context, generated } of requests) {
    const step = Math.floor(at / stepSeconds);
    if (step >= steps) continue;
    const tokens = context + generated;
    rates[step] = (rates[step] as number) + tokens;
    total += tokens;
  }
  return rates.map((tokens) => (total === 0 ? 0 : (tokens * meanRate * steps) / total));
}
