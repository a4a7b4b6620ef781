import { simulate } from "../fluid/fluidEngine.ts";
import type { Result } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { mean, sum } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import { against, runStrategy } from "./e01-convergence.ts";
import { aFifth, MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment, Outcome } from "./types.ts";

const SHOCK = 500;
const KINDS = ["announced", "silent", "undead"] as const;
type Kind = (typeof KINDS)[number];

/** A fifth of the sinks dies. The undead stop working, go on signalling, and say that they have no backlog. */
function shocked(seed: number, kind: Kind, verified: boolean): Scenario {
  const dead = aFifth(seed);
  const event = { announced: "dieAnnounced", silent: "dieSilent", undead: "slowDown" } as const;
  const scenario = market(seed, { load: 0.7, bonded: [1, 1.5] });
  if (kind === "undead") for (const i of dead) scenario.sinks.truthful[i] = 0;
  return {
    ...scenario,
    events: [{ step: SHOCK, kind: event[kind], sinks: dead, value: 0 }],
    verification: verified ? { ledger: "evidence", latencySteps: 0, slashing: true } : undefined,
  };
}

function outcome(seed: number, result: Result, optimum: Result): Outcome {
  const { metrics, series } = against(optimum, result);
  const { served } = result.recording;
  const best = optimum.recording.served;
  const windowOf = (from: number) => sum(served, from, from + 10) / sum(best, from, from + 10);
  const before = sum(served, 300, SHOCK) / sum(best, 300, SHOCK);
  let dip = 1;
  let recovered = 0;
  for (let step = SHOCK; step + 10 <= MARKET.steps; step++) {
    const relative = windowOf(step) / before;
    dip = Math.min(dip, relative);
    if (relative < 0.97) recovered = step + 1 - SHOCK;
  }
  const lost = aFifth(seed).reduce((total, i) => total + (result.state.backlog[i] as number), 0);
  return {
    metrics: {
      ...metrics,
      dip_relative: dip,
      epochs_to_recover: recovered,
      last_200_of_optimum: sum(served, 800, 1000) / sum(best, 800, 1000),
      paid_to_dead_unit_s: lost,
      slashed_unit_s: result.slashed,
      mean_inflow_units: mean(result.recording.inflow),
    },
    series: series ?? {},
  };
}

const RULES: readonly { rule: string; strategy: Strategy; verified: boolean }[] = [
  { rule: "closed", strategy: "closed", verified: false },
  { rule: "closed, verified", strategy: "closed", verified: true },
  { rule: "open", strategy: "open", verified: false },
  { rule: "predecessor", strategy: "predecessor", verified: false },
  { rule: "roundRobin", strategy: "roundRobin", verified: false },
  { rule: "stake", strategy: "stake", verified: false },
];

const cases: Case[] = KINDS.flatMap((death) =>
  RULES.map(({ rule, strategy, verified }) => ({
    values: { rule, death },
    run: (seed: number) => {
      const scenario = shocked(seed, death, verified);
      return outcome(seed, runStrategy(scenario, strategy), simulate(scenario, "waterFilling"));
    },
  })),
);

export const shock: Experiment = {
  name: "E2",
  title: "A fifth of the sinks dies at epoch 500",
  about:
    "Announced, silent, or undead (still signalling, saying that there is no backlog). Nobody resets anything by hand: " +
    "silence fades by the time-to-live, and the undead are found by the ledger of acknowledgements. Against it: without " +
    "acknowledgements the undead are paid for ever, and silence costs a time-to-live plus the fading of the average.",
  seeds: 40,
  cases,
  charts: KINDS.map((death) => ({
    kind: "lines" as const,
    file: death,
    title: `Served work over the optimum, death ${death}`,
    series: "efficiency",
    x: "Time (epochs of 60 s)",
    y: "Served / optimum",
    start: 5,
    step: 10,
    color: "rule",
    only: (values: Case["values"]) => values.death === death,
  })),
};
