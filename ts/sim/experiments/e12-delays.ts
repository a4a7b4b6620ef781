import { simulateExact } from "../exact/exactEngine.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, FLUID_PARAMETERS, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, mean, smallest, sum } from "../stats.ts";
import { market, STEADY } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

/** T over τ = h + d. */
const RATIOS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.25, 1.5, 2, Math.E, 3, 4];
const SHAPES = [
  { sampling: "d = 0", everySteps: 6, delaySteps: 0, jitterSteps: 0 },
  { sampling: "d = h", everySteps: 6, delaySteps: 6, jitterSteps: 0 },
  { sampling: "d = 3 h", everySteps: 6, delaySteps: 18, jitterSteps: 0 },
  { sampling: "d = h, irregular", everySteps: 3, delaySteps: 6, jitterSteps: 3 },
];
const STEP = 10;
const STEPS = 12_000;

/** One saturated sink that declares twice what it can do; h = 60 s in steps of 10 s. */
export function loop(ratio: number, shape: (typeof SHAPES)[number], seed = 1): { scenario: Scenario; horizon: number } {
  const tau = (shape.everySteps + shape.jitterSteps + shape.delaySteps) * STEP;
  const horizon = ratio * tau;
  const { everySteps, delaySteps, jitterSteps } = shape;
  return {
    horizon,
    scenario: scenarioOf({
      steps: STEPS,
      stepSeconds: STEP,
      seed,
      sinks: sinksOf([[{ rate: 10, claim: 20 }]]),
      sources: [constantSource(0, 100, STEPS)],
      parameters: { ...FLUID_PARAMETERS, horizon, smoothing: 1, timeToLive: 1e6 },
      reporting: { everySteps, delaySteps, jitterSteps, staggered: false },
    }),
  };
}

const cases: Case[] = SHAPES.flatMap((shape) =>
  RATIOS.map((ratio) => ({
    values: { sampling: shape.sampling, "T over tau": Number(ratio.toFixed(3)) },
    seeds: shape.jitterSteps === 0 ? 1 : 40,
    run: (seed: number) => {
      const { scenario, horizon } = loop(ratio, shape, seed);
      const { backlog, served } = simulate(scenario).recording;
      const rest = horizon * 10;
      return {
        metrics: {
          peak_over_rest: largest(backlog) / rest,
          late_swing_over_rest: (largest(backlog, STEPS - 2000) - smallest(backlog, STEPS - 2000)) / rest,
          served_of_capacity: mean(served, 1000) / 10,
        },
      };
    },
  })),
);

const KEEPER_EPOCHS = [1, 2, 5, 10, 30];

/** Bursts in the contracts' arithmetic: a keeper who comes rarely confirms inflows late and drains late. */
const keepers: Case[] = [true, false].flatMap((bursty) =>
  KEEPER_EPOCHS.map((keeperSteps) => ({
    values: { demand: bursty ? "bursts" : "constant", "keeper every (epochs)": keeperSteps },
    run: (seed: number) => {
      const scenario = market(seed, { load: 0.9, bursty }, { keeperSteps });
      const result = simulateExact(scenario);
      const { served, inflow, paid, units } = result.recording;
      const over = paid.map((rate, i) => Math.max(0, rate - (units[i] as number)));
      return {
        metrics: {
          served_of_streamed: sum(served, STEADY) / sum(inflow, STEADY),
          paid_above_capacity: sum(over, STEADY) / sum(paid, STEADY),
          escrow_at_end_epochs_of_inflow: result.escrow / (60 * mean(inflow)),
        },
      };
    },
  })),
);

export const delays: Experiment = {
  name: "E12",
  title: "Delays and sampling: where the loop stops being stable",
  about:
    "Backlog over its resting value T(C - μ), for a saturated sink, by T over τ = h + d. From e on it never overshoots, " +
    "from 1.5 on it comes to rest whatever the sampling; below the boundary it cycles for ever and serves less. " +
    "The last rows let the keeper come rarely.",
  seeds: 40,
  cases: [...cases, ...keepers],
  charts: [
    {
      kind: "points",
      file: "peak",
      title: "Highest backlog over its resting value",
      metric: "peak_over_rest",
      by: "T over tau",
      x: "T / (h + d)",
      y: "Peak / resting backlog",
      color: "sampling",
    },
    {
      kind: "points",
      file: "swing",
      title: "Swing that remains after three hours and more",
      metric: "late_swing_over_rest",
      by: "T over tau",
      x: "T / (h + d)",
      y: "Swing / resting backlog",
      color: "sampling",
    },
    {
      kind: "points",
      file: "keeper",
      title: "A keeper who comes rarely",
      metric: "served_of_streamed",
      by: "keeper every (epochs)",
      x: "Epochs between two visits of the keeper",
      y: "Served / streamed",
      color: "demand",
    },
  ],
};
