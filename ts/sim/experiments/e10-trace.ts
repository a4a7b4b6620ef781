import { simulateJobs } from "../jobs/jobEngine.ts";
import type { JobScenario } from "../jobs/jobScenario.ts";
import { SHORT_TERMS } from "../jobs/jobScenario.ts";
import { generateTrace, TRACE_SHAPES } from "../rates.ts";
import { Rng } from "../rng.ts";
import type { TraceRequest } from "../trace.ts";
import { JOB_RULES, jobMarket, jobMetrics } from "./jobMarket.ts";
import type { Case, Experiment, NamedTrace, Settings } from "./types.ts";

const LOADS = [0.7, 0.9, 1.1];
/** Epochs of 12 s: nine requests per sink and horizon instead of forty-four. */
const SHORT_RULES = ["closed", "closed, C = μ", "closed, C = 1.5 μ"];
const SHOWN_RULES = ["closed", "closed, random by units", "open", "shortest queue", "max-weight", "true rate"];
const MINUTE = 60;

type Demand = { name: string; requests: (seed: number) => readonly TraceRequest[] };

const generated: readonly Demand[] = (["conversation", "code"] as const).map((kind) => ({
  name: kind,
  requests: (seed) => generateTrace(new Rng(seed, 9), 3600, TRACE_SHAPES[kind]),
}));

const given = ({ name, requests }: NamedTrace): Demand => ({ name, requests: () => requests });

export function requestTrace({ traces }: Settings): Experiment {
  const demands = traces?.map(given) ?? generated;
  const cases: Case[] = demands.flatMap((demand) => [
    ...Object.keys(JOB_RULES).flatMap((rule) => LOADS.map((load) => caseOf(demand, rule, load))),
    ...SHORT_RULES.flatMap((rule) =>
      LOADS.map((load) => caseOf(demand, rule, load, ", epochs of 12 s", { terms: SHORT_TERMS })),
    ),
  ]);
  return {
    name: "E10",
    title: "Hours of requests to language models, as whole jobs",
    about:
      `Demand: ${traces ? "the given traces" : "seeded generators of bursty requests with heavy tails"}. Each request is one ` +
      "job of one sink. Served work over what one server as fast as all sinks together does, pay for work not done, and " +
      "how long requests wait. Against it: among honest sinks whose queues everybody sees, join the shortest queue serves " +
      "more; with epochs of 12 s a horizon holds nine requests, and the closed loop loses some 5 % in saturation.",
    seeds: 40,
    cases,
    charts: demands.map(({ name }) => ({
      kind: "lines" as const,
      file: `waiting-${name}`,
      title: `Work waiting, ${name}, load 0.9`,
      series: "waiting",
      x: "Time (minutes)",
      y: "Waiting (s of the pool's capacity)",
      start: 1,
      step: 1,
      color: "rule",
      only: ({ load, rule, trace }: Case["values"]) =>
        load === 0.9 && trace === name && SHOWN_RULES.includes(String(rule)),
    })),
  };
}

function caseOf(demand: Demand, rule: string, load: number, suffix = "", change: Partial<JobScenario> = {}): Case {
  return {
    values: { trace: demand.name, rule: `${rule}${suffix}`, load },
    run: (seed) => {
      const requests = demand.requests(seed);
      const scenario = jobMarket(seed, requests, load, JOB_RULES[rule] as (typeof JOB_RULES)[string], change);
      const result = simulateJobs(scenario, MINUTE);
      return { metrics: jobMetrics(scenario, result), series: { waiting: result.waiting } };
    },
  };
}
