import type { JobResult } from "../jobs/jobLog.ts";
import { DEFAULT_TERMS, type JobScenario, jobsOf } from "../jobs/jobScenario.ts";
import type { TraceRequest } from "../trace.ts";
import { market } from "./standardMarket.ts";

/** Sinks of the job experiments. */
export const JOB_SINKS = 50;
const STEP = 3;
const EFFORT_NOISE = 0.2;

/** A way to pay sinks and to choose who gets a job. */
export type JobRule = Pick<JobScenario, "dispatch" | "closed" | "declaration" | "pay">;

const streamed = { closed: true, declaration: "measured", pay: "ahead" } as const;
const byJob = { closed: false, declaration: "rate", pay: "ahead" } as const;

/** The rules of the comparison: this protocol first, then what it leaves out, then those that pay by the job. */
export const JOB_RULES: Readonly<Record<string, JobRule>> = {
  closed: { ...streamed, dispatch: "owed" },
  "closed, C = μ": { ...streamed, dispatch: "owed", declaration: "rate" },
  "closed, C = 1.5 μ": { ...streamed, dispatch: "owed", declaration: "oneAndAHalf" },
  "closed, random by units": { ...streamed, dispatch: "random" },
  open: { ...streamed, dispatch: "owed", closed: false },
  "shortest queue": { ...byJob, dispatch: "shortest" },
  "shortest queue, weighted": { ...byJob, dispatch: "shortestWeighted" },
  "max-weight": { ...byJob, dispatch: "maxWeight" },
  "true rate": { ...byJob, dispatch: "trueRate" },
};

/** The default terms of 0.2, fifty sinks with log-normal rates, one source, all honest, queues seen as they are. */
export function jobMarket(
  seed: number,
  requests: readonly TraceRequest[],
  load: number,
  rule: JobRule,
  given: Partial<JobScenario> = {},
): JobScenario {
  const rates = market(seed, { load: 1, sinks: JOB_SINKS, steps: 1 }).sinks.rate;
  const capacity = rates.reduce((sum, rate) => sum + rate, 0);
  const jobs = jobsOf(requests, { capacity, load, effortNoise: EFFORT_NOISE, seed });
  return {
    seed,
    terms: DEFAULT_TERMS,
    stepSeconds: STEP,
    seconds: Math.floor((jobs.at.at(-1) ?? 0) / STEP) * STEP,
    rates,
    liars: new Uint8Array(rates.length),
    drift: { deviation: 0, seconds: 1200 },
    reportEpochs: 0,
    live: true,
    sources: 1,
    silentSources: 0,
    jobs,
    ...rule,
    ...given,
  };
}

/** What the tables of all job experiments have. */
export function jobMetrics(scenario: JobScenario, result: JobResult): Record<string, number> {
  return {
    served_of_bound: result.done / result.bound,
    paid_not_served: Math.max(0, result.paid - result.done) / result.paid,
    wait_mean_s: result.wait.mean,
    wait_95_percent_s: result.wait.late,
    at_sinks_s: result.atSinks,
    at_sources_s: result.atSources,
    escrow_mean_s: result.inEscrow,
    slashed_share_of_pay: result.slashed / result.paid,
    moves_per_sink_and_epoch: result.moves / scenario.rates.length / result.epochs,
  };
}
