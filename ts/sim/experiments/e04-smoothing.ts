import { simulateExact } from "../exact/exactEngine.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, FLUID_PARAMETERS, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, mean, sum, thin } from "../stats.ts";
import { MARKET, market, STEADY } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const SMOOTHING = [0.1, 0.2, 0.3, 0.5, 0.8];
const NOISE = [0.05, 0.2, 0.5];
const DOWN = 500;
const UP = 750;

/** Every sink halves its capacity at epoch 500, says so, and doubles it again at 750. */
function stepped(seed: number, smoothing: number, declareNoise: number): Scenario {
  const scenario = market(seed, { load: 1.2 }, { declareNoise });
  const all = Array.from({ length: MARKET.sinks }, (_, i) => i);
  return {
    ...scenario,
    parameters: { ...scenario.parameters, smoothing },
    events: [
      { step: DOWN, kind: "scale", sinks: all, value: 0.5 },
      { step: UP, kind: "scale", sinks: all, value: 2 },
    ],
  };
}

const cases: Case[] = NOISE.flatMap((noise) =>
  SMOOTHING.map((alpha) => ({
    values: { alpha, "noise of declarations": noise },
    run: (seed: number) => {
      const scenario = stepped(seed, alpha, noise);
      const probes = Array.from({ length: 10 }, (_, i) => 5 * i);
      const result = simulateExact(scenario, { probes });
      const optimum = simulate(scenario, "waterFilling");
      const { units, served, backlog } = result.recording;
      const wobble = result.probes.map((probe) => spread(probe.units, STEADY, DOWN));
      return {
        metrics: {
          unit_moves_per_sink_and_epoch: result.moves / (MARKET.sinks * MARKET.steps),
          wobble_of_units: mean(wobble),
          served_of_optimum: sum(served, STEADY, DOWN) / sum(optimum.recording.served, STEADY, DOWN),
          epochs_to_halve: epochsToFollow(units, DOWN, UP),
          epochs_to_double: epochsToFollow(units, UP, MARKET.steps),
          backlog_peak_after_step_s: largest(backlog, DOWN, UP) / mean(result.recording.possible, DOWN, UP),
        },
        series: {
          units: thin(
            units.map((u, i) => u / (result.recording.possible[i] as number)),
            200,
          ),
        },
      };
    },
  })),
);

function spread(values: Float64Array, from: number, to: number): number {
  const center = mean(values, from, to);
  let squares = 0;
  for (let i = from; i < to; i++) squares += ((values[i] as number) / center - 1) ** 2;
  return Math.sqrt(squares / (to - from));
}

/** Epochs until the total of units first comes within 5 % of where it ends up. */
function epochsToFollow(units: Float64Array, from: number, to: number): number {
  const end = mean(units, to - 50, to);
  let step = from;
  while (step < to && Math.abs((units[step] as number) / end - 1) > 0.05) step++;
  return step - from;
}

/** What smoothing the effective instead of the declared capacity would do: one saturated sink, T = 3 h. */
const ablation: Case[] = [undefined, ...SMOOTHING].map((inertia) => ({
  values: { alpha: inertia ?? 1, "noise of declarations": "smoothing u instead, T = 3 h" },
  seeds: 1,
  run: () => {
    const steps = 400;
    const scenario = scenarioOf({
      steps,
      sinks: sinksOf([[{ rate: 10, claim: 20 }]]),
      sources: [constantSource(0, 100, steps)],
      parameters: { ...FLUID_PARAMETERS, smoothing: 1 },
    });
    const options = inertia === undefined ? {} : { ablation: { smoothEffective: inertia } };
    const result = simulate(scenario, "closed", options);
    return { metrics: { backlog_overshoot: largest(result.recording.backlog) / 1800 - 1 } };
  },
}));

export const smoothing: Experiment = {
  name: "E4",
  title: "Smoothing where it matters: noise and steps",
  about:
    "In the contracts' arithmetic. Smoothing trades how fast units follow a real change against how often units move, " +
    "and every move is a transaction of about 200,000 gas. It does not change how much is served: that is what backlog " +
    "is for. Smoothing the effective capacity instead would overshoot (last rows).",
  seeds: 40,
  cases: [...cases, ...ablation],
  charts: [
    {
      kind: "points",
      file: "moves",
      title: "What noise costs: unit updates",
      metric: "unit_moves_per_sink_and_epoch",
      by: "alpha",
      x: "Smoothing factor",
      y: "Unit updates per sink and epoch",
      color: "noise of declarations",
    },
    {
      kind: "points",
      file: "following",
      title: "What smoothing costs: epochs to follow a halving",
      metric: "epochs_to_halve",
      by: "alpha",
      x: "Smoothing factor",
      y: "Epochs to within 5 %",
      color: "noise of declarations",
    },
    {
      kind: "lines",
      file: "units",
      title: "Units over true capacity, declarations with 20 % noise",
      series: "units",
      x: "Time (epochs of 60 s)",
      y: "Total units / true capacity",
      start: 2.5,
      step: 5,
      color: "alpha",
      only: (values) => values["noise of declarations"] === 0.2,
    },
  ],
};
