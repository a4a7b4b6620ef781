import { simulate } from "../fluid/fluidEngine.ts";
import { paidOnDelivery, type Result } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { mean, sum } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import { against, runStrategy } from "./e01-convergence.ts";
import { aFifth, MARKET, market, onceEach } from "./standardMarket.ts";
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
  const { received, state } = result;
  const lost = aFifth(seed).reduce((total, i) => total + (received[i] as number) - (state.served[i] as number), 0);
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

const RULES: readonly { rule: string; strategy: Strategy; verified?: boolean; onDelivery?: boolean }[] = [
  { rule: "closed", strategy: "closed" },
  { rule: "closed, verified", strategy: "closed", verified: true },
  { rule: "open", strategy: "open" },
  { rule: "predecessor", strategy: "predecessor" },
  { rule: "roundRobin", strategy: "roundRobin" },
  { rule: "stake", strategy: "stake" },
  { rule: "shortest", strategy: "shortest" },
  { rule: "shortest, paid on delivery", strategy: "shortest", onDelivery: true },
  { rule: "shortestWeighted", strategy: "shortestWeighted" },
  { rule: "maxWeight", strategy: "maxWeight" },
  { rule: "trueRate", strategy: "trueRate" },
];

/** As many lines as a chart has colours. */
const SHOWN = [
  "closed",
  "closed, verified",
  "open",
  "predecessor",
  "stake",
  "shortest",
  "shortestWeighted",
  "trueRate",
];

const optima = onceEach<Result>();

const cases: Case[] = KINDS.flatMap((death) =>
  RULES.map(({ rule, strategy, verified = false, onDelivery = false }) => ({
    values: { rule, death },
    run: (seed: number) => {
      const scenario = shocked(seed, death, verified);
      const result = runStrategy(scenario, strategy);
      const optimum = optima(`${death} ${verified} ${seed}`, () => simulate(scenario, "waterFilling"));
      return outcome(seed, onDelivery ? paidOnDelivery(result) : result, optimum);
    },
  })),
);

export const shock: Experiment = {
  name: "E2",
  title: "A fifth of the sinks dies at epoch 500",
  about:
    "Announced, silent, or undead (still signalling, saying that there is no backlog). Nobody resets anything by hand: " +
    "silence fades by the time-to-live, and the undead are found by the ledger of acknowledgements. Against it: without " +
    "acknowledgements the undead are paid for ever, and silence costs a time-to-live plus the fading of the average. " +
    "Whoever pays by the job and sees a queue that does not move stops filling it; one that says it is empty is fed for ever.",
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
    only: ({ death: how, rule }: Case["values"]) => how === death && SHOWN.includes(String(rule)),
  })),
};
