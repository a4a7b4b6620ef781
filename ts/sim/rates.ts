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

/** What makes requests of one kind hard to serve: how many, how unevenly, and how different they are. */
export interface TraceShape {
  /** Requests per second, mean without the spikes. */
  perSecond: number;
  /** Step of the wandering logarithm of the rate, per second. */
  restless: number;
  /** A second in so many has so many times the requests. */
  spikeEvery: number;
  spike: number;
  /** Tokens of a request: log-normal with these, at most `longest`. */
  logMean: number;
  logDeviation: number;
  longest: number;
}

/**
 * Like the Azure traces of 2023. Conversation: 5.4 requests a second of 1,370 tokens, deviation 1,100. Code: half as many of
 * 2,080 tokens, deviation 1,970, in bursts: 13 times the variance of chance from second to second.
 */
export const TRACE_SHAPES: Readonly<Record<"conversation" | "code", TraceShape>> = {
  conversation: {
    ...{ perSecond: 5.4, restless: 0.04, spikeEvery: 400, spike: 6 },
    ...{ logMean: 6.97, logDeviation: 0.71, longest: Number.POSITIVE_INFINITY },
  },
  code: {
    ...{ perSecond: 2, restless: 0.09, spikeEvery: 60, spike: 15 },
    ...{ logMean: 7.1, logDeviation: 1.25, longest: 7500 },
  },
};

/** Made-up requests with bursts (a rate that wanders, and spikes) and heavy tails. A request's tokens are drawn as a whole. */
export function generateTrace(rng: Rng, seconds = 3600, shape = TRACE_SHAPES.conversation): TraceRequest[] {
  const { logDeviation, logMean, longest, perSecond, restless, spike, spikeEvery } = shape;
  const keep = 0.995;
  const offset = restless ** 2 / (1 - keep ** 2) / 2;
  const requests: TraceRequest[] = [];
  let mood = 0;
  for (let second = 0; second < seconds; second++) {
    mood = keep * mood + restless * rng.normal();
    const times = rng.uniform() < 1 / spikeEvery ? spike : 1;
    const count = rng.poisson(perSecond * Math.exp(mood - offset) * times);
    for (let k = 0; k < count; k++) {
      const tokens = Math.exp(logMean + logDeviation * rng.normal());
      requests.push({ at: second + k / count, context: 0, generated: Math.round(Math.min(longest, tokens)) });
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
