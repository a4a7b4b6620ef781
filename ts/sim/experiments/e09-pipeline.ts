import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, FLUID_PARAMETERS, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, mean, smallest } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import type { Case, Experiment } from "./types.ts";

const RATES = [12, 11, 13, 10, 10];
const STEPS = 1000;
const SLOW = 300;
const FAST = 500;
/** Shown in the charts. */
const FROM = 280;
const TO = 560;

export interface ChainOptions {
  horizon: number;
  reserve?: boolean;
  effective?: boolean;
  bucketEpochs?: number;
  noise?: number;
  seed?: number;
}

/** Five stages of one sink each, C = 1.5 μ, input 30; the last stage slows to half between epochs 300 and 500. */
export function chain(options: ChainOptions): Scenario {
  const { horizon, reserve = true, effective = true, bucketEpochs = 1, noise = 0, seed = 1 } = options;
  return scenarioOf({
    steps: STEPS,
    seed,
    sinks: sinksOf(RATES.map((rate) => [{ rate, claim: 1.5 * rate }])),
    sources: [constantSource(0, 30, STEPS)],
    parameters: { ...FLUID_PARAMETERS, horizon, bucketEpochs },
    links: RATES.slice(1).map((_, i) => ({ upstream: i, downstream: i + 1, ratio: 1, reserve, effective })),
    serviceNoise: noise,
    events: [
      { step: SLOW, kind: "slowDown", sinks: [4], value: 0.5 },
      { step: FAST, kind: "slowDown", sinks: [4], value: 2 },
    ],
  });
}

interface Mode extends ChainOptions {
  mode: string;
  strategy?: Strategy;
}

const MODES: readonly Mode[] = [
  { mode: "as designed, T = 180 s", horizon: 180 },
  { mode: "limit passed on exactly", horizon: 180, reserve: false },
  { mode: "limit by declared capacity", horizon: 180, effective: false },
  { mode: "T = 25 s", horizon: 25 },
  { mode: "T = 25 s, limit exactly", horizon: 25, reserve: false },
  // With one sink a stage, all rules that pay by the job are one: whatever comes is sent on.
  { mode: "paid by the job", horizon: 180, strategy: "trueRate" },
];

const cases: Case[] = [0, 0.2].flatMap((noise) =>
  MODES.map(({ mode, strategy = "closed", ...options }) => ({
    values: { mode, "noise of service": noise },
    seeds: noise === 0 ? 1 : 40,
    run: (seed: number) => {
      const result = simulate(chain({ ...options, noise, seed }), strategy, { probes: [0, 4] });
      const [firstStage, lastStage] = result.probes;
      const stages = firstStage && lastStage ? { first: firstStage.pay, output: lastStage.served } : undefined;
      if (!stages) throw new Error("stages are probed");
      const between = (step: number) =>
        result.recording.levels.slice(1).reduce((sum, level) => sum + (level[step] as number), 0);
      return {
        metrics: {
          output_before_units: mean(stages.output, 100, SLOW),
          output_slow_units: mean(stages.output, 400, FAST),
          output_after_units: mean(stages.output, 700, STEPS),
          first_stage_pay_slow_units: mean(stages.first, 400, FAST),
          first_stage_late_swing_units: largest(stages.first, 900) - smallest(stages.first, 900),
          waiting_between_stages_before_s: between(SLOW - 1),
          waiting_between_stages_after_s: between(STEPS - 1),
          waiting_at_sinks_after_s: result.recording.backlog[STEPS - 1] as number,
          paid_not_served: (result.paid - result.served) / result.paid,
        },
        series: { pay: stages.first.slice(FROM, TO) },
      };
    },
  })),
);

export const pipeline: Experiment = {
  name: "E9",
  title: "A pipeline with a bottleneck at its end",
  about:
    "The first stage is paid for what the last one can take, within a few horizons, and the escrows between the stages " +
    "clear; passing the limit on exactly leaves them full for ever. Against it: a horizon below the bound makes the " +
    "chain oscillate, and pressure needs one keeper call per link and epoch. Paid by the job, without limit, work piles up, " +
    "prepaid, at the slow stages.",
  seeds: 40,
  cases,
  charts: [
    { file: "stable", title: "Pay of the first stage while the last one slows, T = 180 s", horizon: 180 },
    { file: "unstable", title: "The same below the bound, T = 25 s", horizon: 25 },
  ].map(({ file, title, horizon }) => ({
    kind: "lines" as const,
    file,
    title,
    series: "pay",
    x: "Time (epochs of 60 s)",
    y: "Pay of the first stage (units)",
    start: FROM,
    step: 1,
    color: "mode",
    only: (values: Case["values"]) =>
      values["noise of service"] === 0 && MODES.some((mode) => mode.mode === values.mode && mode.horizon === horizon),
  })),
};
