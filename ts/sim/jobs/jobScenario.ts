import { Rng } from "../rng.ts";
import type { TraceRequest } from "../trace.ts";

/** What is simulated where work comes in whole jobs. Pure data. Times in seconds, work in unit-seconds, rates in units. */

/** A unit-second of full pay in whole quanta, so that money adds up exactly in doubles. */
export const QUANTA = 1e6;

/**
 * Who gets the next job.
 *
 * - `owed`: this protocol with the kit's dispatcher. Money flows by units; whoever owes most of it gets the job.
 * - `random`: the same money, but each job goes to a sink drawn by its units, once the pool has been paid for it.
 * - `shortest`: join the shortest queue.
 * - `shortestWeighted`: join the queue that is shortest in seconds of declared capacity.
 * - `maxWeight`: the largest product of declared capacity and how much longer the queue of the source is; a job waits at
 *   the source while no queue is shorter than its own.
 * - `trueRate`: drawn by what each sink can really do, which nobody knows.
 *
 * The last four pay by the job, ahead or on delivery, and have no pool.
 */
export type Dispatch = "owed" | "random" | "shortest" | "shortestWeighted" | "maxWeight" | "trueRate";

/** What an honest sink declares: exactly what it can do, a fixed multiple, or what the kit's meter makes of its jobs. */
export type Declaration = "rate" | "oneAndAHalf" | "measured";

/** Parameters of a task type, as far as whole jobs feel them (docs/parameters.md). Times in seconds. */
export interface JobTerms {
  /** h */
  epochLength: number;
  /** T */
  horizon: number;
  /** D */
  grace: number;
  /** V, epochs. */
  receiptEpochs: number;
  /** α */
  smoothing: number;
  /** δ */
  hysteresis: number;
  overdueEpochs: number;
}

/** The defaults of docs/parameters.md. */
export const DEFAULT_TERMS: JobTerms = {
  epochLength: 60,
  horizon: 360,
  grace: 120,
  receiptEpochs: 5,
  smoothing: 0.3,
  hysteresis: 0.05,
  overdueEpochs: 10,
};
/** Epochs of 12 s, the shortest that suit jobs of ten seconds. */
export const SHORT_TERMS: JobTerms = { ...DEFAULT_TERMS, epochLength: 12, horizon: 72, grace: 30 };

/** Who sells what to whom, job by job. Times in seconds, rates in units. */
export interface JobScenario {
  seed: number;
  terms: JobTerms;
  /** Length of a step; divides an epoch and a 24th of the horizon. */
  stepSeconds: number;
  seconds: number;
  /** True mean rate of each sink. */
  rates: Float64Array;
  /** 1 for sinks that declare twice what they would and deny their backlog. */
  liars: Uint8Array;
  /** Standard deviation of the logarithm of a rate, and how long a deviation lasts. 0: rates are constant. */
  drift: { deviation: number; seconds: number };
  declaration: Declaration;
  dispatch: Dispatch;
  /** False leaves backlog out of units: the open loop. Only with `owed` and `random`. */
  closed: boolean;
  /** When jobs are paid that are paid one by one. */
  pay: "ahead" | "delivered";
  /** Age of the reports in use, epochs; 0 is this epoch's. */
  reportEpochs: number;
  /** Whether queues are seen as they are, at any time, unless their owner lies. */
  live: boolean;
  sources: number;
  /** Sources that never acknowledge anything, counted from the first. */
  silentSources: number;
  /** By time. */
  jobs: Jobs;
}

/** Jobs as a structure of arrays, by time of arrival. */
export interface Jobs {
  at: Float64Array;
  /** Quanta, whole: what a job costs at full pay. */
  size: Float64Array;
  /** What it really takes, unit-seconds. */
  effort: Float64Array;
}

/**
 * Requests as jobs whose work is what the sinks together can do in the given time, times the load.
 * @param effortNoise Coefficient of variation of how long equal jobs take.
 */
export function jobsOf(
  requests: readonly TraceRequest[],
  { capacity, load, effortNoise, seed }: { capacity: number; load: number; effortNoise: number; seed: number },
): Jobs {
  const tokens = Float64Array.from(requests, ({ context, generated }) => context + generated);
  const seconds = (requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0);
  const perToken = (load * capacity * seconds) / tokens.reduce((sum, count) => sum + count, 0);
  const rng = new Rng(seed, 11);
  // Log-normal with mean 1.
  const spread = Math.sqrt(Math.log(1 + effortNoise ** 2));
  const size = tokens.map((count) => Math.max(1, Math.round(count * perToken * QUANTA)));
  return {
    at: Float64Array.from(requests, ({ at }) => at - (requests[0]?.at ?? 0)),
    size,
    effort: size.map((quanta) => (quanta / QUANTA) * Math.exp(spread * rng.normal() - spread ** 2 / 2)),
  };
}
