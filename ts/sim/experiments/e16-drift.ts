import { simulateJobs } from "../jobs/jobEngine.ts";
import type { JobScenario } from "../jobs/jobScenario.ts";
import { generateTrace } from "../rates.ts";
import { Rng } from "../rng.ts";
import { JOB_RULES, jobMarket, jobMetrics } from "./jobMarket.ts";
import type { Case, Experiment } from "./types.ts";

const LOADS = [0.9, 1.1];
/** Standard deviation of the logarithm of each sink's rate, which forgets itself in twenty minutes. */
const DEVIATIONS = [0, 0.3];
const HOURS = 4;
const RULES = ["closed", "open", "shortest queue", "shortest queue, weighted", "true rate"];

function caseOf(rule: string, load: number, deviation: number, shown = rule, change: Partial<JobScenario> = {}): Case {
  return {
    values: { rule: shown, load, drift: deviation },
    run: (seed) => {
      const requests = generateTrace(new Rng(seed, 9), HOURS * 3600);
      const drift = { deviation, seconds: 1200 };
      const scenario = jobMarket(seed, requests, load, JOB_RULES[rule] as (typeof JOB_RULES)[string], {
        drift,
        ...change,
      });
      return { metrics: jobMetrics(scenario, simulateJobs(scenario)) };
    },
  };
}

const cases: Case[] = LOADS.flatMap((load) =>
  DEVIATIONS.flatMap((deviation) => [
    ...RULES.map((rule) => caseOf(rule, load, deviation)),
    caseOf("closed", load, deviation, "closed, four sources", { sources: 4 }),
    caseOf("closed", load, deviation, "closed, one of four silent", { sources: 4, silentSources: 1 }),
  ]),
);

export const drifting: Experiment = {
  name: "E16",
  title: "Four hours in which sinks get faster and slower",
  about:
    "Rates wander; sinks declare what their meters measured. Backlog corrects what a declaration has not followed yet. " +
    "Against it: whoever sees all queues at any time needs no declaration, and several sources divide credit into smaller " +
    "parts, so that jobs wait longer for a whole one.",
  seeds: 40,
  cases,
  charts: LOADS.map((load) => ({
    kind: "points" as const,
    file: `served-${load}`,
    title: `Served work over the bound, load ${load}`,
    metric: "served_of_bound",
    by: "drift",
    x: "Deviation of the logarithm of rates",
    y: "Served / bound",
    color: "rule",
    only: (values: Case["values"]) => values.load === load,
  })),
};
