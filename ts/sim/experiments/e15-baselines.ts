import { simulateJobs } from "../jobs/jobEngine.ts";
import { DEFAULT_TERMS, type JobScenario } from "../jobs/jobScenario.ts";
import { generateTrace } from "../rates.ts";
import { Rng } from "../rng.ts";
import { JOB_RULES, JOB_SINKS, jobMarket, jobMetrics } from "./jobMarket.ts";
import type { Case, Experiment } from "./types.ts";

const LOADS = [0.9, 1.1];
/** Age of the reports in use, epochs; −1: queues are seen as they are at any time. */
const AGES = [-1, 1, 5];
const LIARS = [0, 0.1];
const HOURS = 2;
const RULES = ["closed", "open", "shortest queue", "shortest queue, weighted", "max-weight", "true rate"];

function liarsOf(seed: number, share: number): Uint8Array {
  const liars = new Uint8Array(JOB_SINKS);
  for (const k of new Rng(seed, 7).sample(JOB_SINKS, Math.round(share * JOB_SINKS))) liars[k] = 1;
  return liars;
}

/** Who gets reports that are older needs a longer horizon: T = 3(h + d), as the protocol asks for. */
const reportsOf = (age: number): Partial<JobScenario> => ({
  live: age < 0,
  reportEpochs: Math.max(0, age),
  terms: { ...DEFAULT_TERMS, horizon: 3 * DEFAULT_TERMS.epochLength * (1 + Math.max(1, age)) },
});

function caseOf(name: string, load: number, age: number, share: number, pay: JobScenario["pay"] = "ahead"): Case {
  const rule = JOB_RULES[name] as (typeof JOB_RULES)[string];
  const shown = pay === "delivered" ? `${name}, paid on delivery` : name;
  return {
    values: { rule: shown, load, "age of reports": age, "liars' share": share },
    run: (seed) => {
      const requests = generateTrace(new Rng(seed, 9), HOURS * 3600);
      const liars = liarsOf(seed, share);
      const scenario = jobMarket(seed, requests, load, { ...rule, pay }, { ...reportsOf(age), liars });
      const result = simulateJobs(scenario);
      return { metrics: { ...jobMetrics(scenario, result), advantage_of_lying: advantage(scenario, result.paidTo) } };
    },
  };
}

/** Pay of liars per true rate, over the same of honest sinks. */
function advantage({ liars, rates }: JobScenario, paidTo: Float64Array): number {
  const paid = [0, 0] as [number, number];
  const rate = [0, 0] as [number, number];
  rates.forEach((can, k) => {
    const group = liars[k] as 0 | 1;
    paid[group] += paidTo[k] as number;
    rate[group] += can;
  });
  return rate[1] === 0 ? 1 : paid[1] / rate[1] / (paid[0] / rate[0]);
}

const cases: Case[] = LOADS.flatMap((load) =>
  LIARS.flatMap((share) => [
    ...RULES.flatMap((rule) => AGES.map((age) => caseOf(rule, load, age, share))),
    caseOf("shortest queue", load, -1, share, "delivered"),
  ]),
);

export const baselines: Experiment = {
  name: "E15",
  title: "Stale reports, liars, and rules that pay by the job",
  about:
    "Two hours of jobs. Liars declare twice what they can do and deny their backlog. Join the shortest queue serves most " +
    "where queues are seen as they are, and prepays what it queues in overload; paid on delivery it " +
    "prepays nothing, and sinks give the credit. Against it: over-declaring takes pay from the closed loop until the " +
    "ledger has found it, and the tolerance leaves a liar an eighth.",
  seeds: 40,
  cases,
  charts: LIARS.flatMap((share) =>
    LOADS.map((load) => ({
      kind: "points" as const,
      file: `served-${load}-${share}`,
      title: `Served work over the bound, load ${load}, liars ${100 * share} %`,
      metric: "served_of_bound",
      by: "age of reports",
      x: "Age of reports (epochs; −1: none)",
      y: "Served / bound",
      color: "rule",
      only: (values: Case["values"]) => values.load === load && values["liars' share"] === share,
    })),
  ),
};
