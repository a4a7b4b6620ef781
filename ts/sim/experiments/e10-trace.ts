import { simulate } from "../fluid/fluidEngine.ts";
import { generateTrace, traceRates } from "../rates.ts";
import { Rng } from "../rng.ts";
import { type Scenario, type Sinks, scenarioOf } from "../scenario.ts";
import { largest, mean } from "../stats.ts";
import { STRATEGIES } from "../strategy.ts";
import type { TraceRequest } from "../trace.ts";
import { against, runStrategy } from "./e01-convergence.ts";
import { market } from "./standardMarket.ts";
import type { Case, Experiment, Settings } from "./types.ts";

const LOADS = [0.7, 0.9, 1.1];
const STEP = 12;

/** One pool of 50 sinks, epochs of 12 s (the shortest allowed), one source that streams what the requests ask for. */
function build(seed: number, requests: readonly TraceRequest[], load: number): Scenario {
  const drawn = market(seed, { load: 1, bonded: [1, 2] }).sinks;
  const sinks: Sinks = { ...drawn, first: Int32Array.of(0, drawn.count) };
  const capacity = sinks.rate.reduce((sum, rate) => sum + rate, 0);
  const rates = traceRates(requests, STEP, load * capacity);
  return scenarioOf({
    steps: rates.length,
    stepSeconds: STEP,
    seed,
    sinks,
    sources: [{ pool: 0, rates, acknowledges: 1, colludesWith: -1 }],
    parameters: {
      epochLength: STEP,
      horizon: 72,
      smoothing: 0.3,
      timeToLive: 60,
      hysteresis: 0.05,
      overdueEpochs: 10,
      grace: 12,
      bucketEpochs: 1,
    },
    start: "warm",
    serviceNoise: 0.2,
    declareNoise: 0.05,
  });
}

export function requestTrace({ trace }: Settings): Experiment {
  const cases: Case[] = LOADS.flatMap((load) =>
    STRATEGIES.map((strategy) => ({
      values: { strategy, load },
      run: (seed: number) => {
        const scenario = build(seed, trace ?? generateTrace(new Rng(seed, 9)), load);
        const result = runStrategy(scenario, strategy);
        const { metrics } = against(simulate(scenario, "waterFilling"), result, 0);
        const { escrow, backlog, possible } = result.recording;
        const waiting = escrow.map((held, i) => held + (backlog[i] as number));
        return {
          metrics: {
            ...metrics,
            waiting_mean_s: mean(waiting) / mean(possible),
            waiting_peak_s: largest(waiting) / mean(possible),
            unpaid_share: result.escrow / result.streamed,
          },
          series: { waiting: waiting.map((w) => w / mean(possible)) },
        };
      },
    })),
  );
  return {
    name: "E10",
    title: "An hour of requests to a language model",
    about:
      `Demand: ${trace ? "the given trace" : "a seeded generator of bursty requests with heavy tails"}. Served work over ` +
      "the optimum, and how much work waits, in the escrow or at sinks, in seconds of the pool's capacity. Against it: " +
      "in saturation noise costs the closed loop about 4 % against the open one while everybody is honest. Rules that " +
      "ignore capacity let queues grow at some sinks while others idle.",
    seeds: 40,
    cases,
    charts: LOADS.map((load) => ({
      kind: "lines" as const,
      file: `waiting-${load}`,
      title: `Work waiting, load ${load}`,
      series: "waiting",
      x: "Time (epochs of 12 s)",
      y: "Waiting (s of the pool's capacity)",
      start: 0,
      step: 1,
      color: "strategy",
      only: (values: Case["values"]) => values.load === load,
    })),
  };
}
