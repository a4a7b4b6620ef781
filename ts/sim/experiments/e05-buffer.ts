import { STREAM } from "../agents.ts";
import { simulateExact } from "../exact/exactEngine.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { markovRates } from "../rates.ts";
import type { Result } from "../result.ts";
import { Rng } from "../rng.ts";
import type { Scenario } from "../scenario.ts";
import { largest, mean } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import { capacityOf, MARKET, market, onceEach } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const FACTORS = [0, 0.1, 0.5, 1];
const SPANS = [
  { span: "epoch", seconds: 60 },
  { span: "hour", seconds: 3600 },
] as const;
const LOAD = 0.9;

/** All money of a pool comes from one crowd that is there for ten epochs and gone for ten, on average. */
function bursty(seed: number, buffer: number): Scenario {
  const scenario = market(seed, { load: LOAD });
  const rng = new Rng(seed, STREAM.demand);
  const crowds = Array.from({ length: MARKET.pools }, () => markovRates(rng, MARKET.steps, 2, 10, 10));
  return {
    ...scenario,
    sources: scenario.sources.map((source) => ({
      ...source,
      rates: source.rates.map((rate, step) => rate * (crowds[source.pool]?.[step] as number)),
    })),
    bufferMax: crowds.map((_, pool) => buffer * LOAD * capacityOf(scenario.sinks, pool)),
  };
}

const BY_JOB: readonly { rule: string; strategy: Strategy }[] = [
  { rule: "shortest queue", strategy: "shortest" },
  { rule: "shortest queue, weighted", strategy: "shortestWeighted" },
  { rule: "max-weight", strategy: "maxWeight" },
  { rule: "true rate", strategy: "trueRate" },
];

type Run = (scenario: Scenario) => Result;
const unlimitedOf = onceEach<number>();

function caseOf(rule: string, simulateIt: Run, factor: number, span: string, buffer: number): Case {
  return {
    values: { rule, "buffer over inflow": factor, "inflow of one": span },
    run: (seed) => {
      const scenario = bursty(seed, buffer);
      const result = simulateIt(scenario);
      const unlimited = unlimitedOf(String(seed), () => {
        return simulate({ ...scenario, bufferMax: scenario.bufferMax.map(() => Number.POSITIVE_INFINITY) }).served;
      });
      const epochOfInflow = 60 * mean(result.recording.inflow);
      return {
        metrics: {
          served_of_streamed: result.served / result.streamed,
          served_of_unlimited: result.served / unlimited,
          returned_share: result.returned / result.streamed,
          received_of_streamed: result.paid / result.streamed,
          escrow_peak_epochs_of_inflow: largest(result.recording.escrow) / epochOfInflow,
          prepaid_peak_epochs_of_inflow: largest(result.recording.backlog) / epochOfInflow,
        },
      };
    },
  };
}

const cases: Case[] = [
  ...SPANS.flatMap(({ span, seconds }) =>
    FACTORS.map((factor) => caseOf("closed", (scenario) => simulate(scenario), factor, span, factor * seconds)),
  ),
  // In the contracts a crowd that is gone for longer than a horizon takes what waits of its money with it.
  caseOf("closed, contract arithmetic", (scenario) => simulateExact(scenario), 1, "hour", 3600),
  ...BY_JOB.map(({ rule, strategy }) => caseOf(rule, (scenario) => simulate(scenario, strategy), 0, "no escrow", 0)),
];

export const buffer: Experiment = {
  name: "E5",
  title: "How much escrow bursts need",
  about:
    "Demand is on for ten epochs and off for ten, on average, at 90 % of capacity. Sinks never receive more than was " +
    "streamed, whatever the buffer. Against it: a buffer of an epoch's inflow is almost no buffer for bursts of ten " +
    "epochs; what does not fit goes back to the sources. Rules that pay by the job queue bursts at sinks, prepaid, or, with " +
    "max-weight, in part at the sources.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "served",
      title: "Served share of what was streamed",
      metric: "served_of_streamed",
      by: "buffer over inflow",
      x: "Buffer over the inflow of one epoch or one hour",
      y: "Served / streamed",
      color: "inflow of one",
      only: ({ rule }) => rule === "closed",
    },
  ],
};
