import { simulateExact } from "../exact/exactEngine.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { sum } from "../stats.ts";
import { market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

/** The longest first, so that no core waits for it at the end. */
const SIZES = [
  { sinks: 1_000_000, seeds: 1, exact: false },
  { sinks: 100_000, seeds: 2, exact: true },
  { sinks: 10_000, seeds: 10, exact: true },
  { sinks: 1_000, seeds: 40, exact: true },
];
const STEPS = 1000;

const cases: Case[] = SIZES.flatMap(({ sinks, seeds, exact }) =>
  ["fluid", ...(exact ? ["contract arithmetic"] : [])].map((engine) => ({
    values: { sinks, engine },
    seeds: engine === "fluid" ? seeds : Math.min(seeds, 4),
    run: (seed: number) => {
      const scenario = market(seed, { load: 0.9, bursty: true, sinks, steps: STEPS });
      const result = engine === "fluid" ? simulate(scenario) : simulateExact(scenario);
      const { served, possible, inflow } = result.recording;
      return {
        metrics: {
          served_of_streamed: sum(served, 100, STEPS) / sum(inflow, 100, STEPS),
          served_of_possible: sum(served, 100, STEPS) / sum(possible, 100, STEPS),
          escrow_seconds_of_inflow: result.escrow / (sum(inflow) / STEPS),
        },
      };
    },
  })),
);

export const scale: Experiment = {
  name: "E11",
  title: "From a thousand to a million sinks",
  about:
    "What a sink gets depends on its own report and three numbers of the pool, so size changes nothing but luck: more " +
    "sinks average more noise. How fast the model runs is `npm run bench:sim`.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "served",
      title: "Served share by number of sinks",
      metric: "served_of_streamed",
      by: "sinks",
      x: "Sinks",
      y: "Served / streamed",
      color: "engine",
      logX: true,
    },
  ],
};
