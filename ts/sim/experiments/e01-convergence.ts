import { simulateExact } from "../exact/exactEngine.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { paidOnDelivery, type Result } from "../result.ts";
import { DEFAULT_PARAMETERS, type Scenario } from "../scenario.ts";
import { mean, sum, thin } from "../stats.ts";
import { STRATEGIES, type Strategy } from "../strategy.ts";
import { BOND_PER_UNIT, market, onceEach, STEADY } from "./standardMarket.ts";
import type { Case, Experiment, Outcome } from "./types.ts";

const LOADS = [0.9, 1.2];

/** Served work of a run over that of the myopic optimum on identical inputs. */
export function against(optimum: Result, result: Result, from = STEADY): Outcome {
  const { recording } = result;
  const steps = recording.served.length;
  const best = sum(optimum.recording.served, from, steps);
  return {
    metrics: {
      served_of_optimum: sum(recording.served, from, steps) / best,
      pay_usable_at_once: sum(recording.usable, from, steps) / sum(recording.paid, from, steps),
      paid_not_served: (result.paid - result.served) / result.paid,
      escrow_at_end_unit_s: result.escrow,
      returned_share: result.returned / result.streamed,
      served_rate_units: mean(recording.served, from, steps),
    },
    series: { efficiency: thin(ratio(recording.served, optimum.recording.served), 100) },
  };
}

function ratio(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => ((b[i] as number) > 0 ? value / (b[i] as number) : 1));
}

/** The predecessor caps by the square root of stake; scaled so that a bond for 100 units backs 100 units. */
export function withSquareRootCaps(scenario: Scenario): Scenario {
  const cap = scenario.sinks.stake.map((stake) => 10 * Math.sqrt(stake / BOND_PER_UNIT));
  return { ...scenario, sinks: { ...scenario.sinks, cap } };
}

export function runStrategy(scenario: Scenario, strategy: Strategy): Result {
  return simulate(strategy === "predecessor" ? withSquareRootCaps(scenario) : scenario, strategy);
}

/** Age of old reports, steps; the horizon that the protocol asks for then, T = 3(h + d), and a time-to-live to match. */
const OLD = 5;
const STALE: Partial<Scenario> = {
  reporting: { everySteps: 1, delaySteps: OLD, jitterSteps: 0, staggered: false },
  parameters: { ...DEFAULT_PARAMETERS, horizon: 3 * 60 * (1 + OLD), timeToLive: 600 },
};
const STALE_STRATEGIES: readonly Strategy[] = ["closed", "open", "shortest", "shortestWeighted", "maxWeight"];

const optima = onceEach<Result>();

const cases: Case[] = LOADS.flatMap((load) => {
  const caseOf = (strategy: string, run: (scenario: Scenario) => Result, given: Partial<Scenario> = {}): Case => ({
    values: { strategy, load },
    run: (seed) => {
      const scenario = market(seed, { load, bursty: true, bonded: [1, 2] }, given);
      // It knows what sinks can do, so the age of reports does not matter to it.
      const optimum = optima(`${load} ${seed}`, () => simulate(scenario, "waterFilling"));
      return against(optimum, run(scenario));
    },
  });
  return [
    ...STRATEGIES.map((strategy) => caseOf(strategy, (scenario) => runStrategy(scenario, strategy))),
    caseOf("shortest, paid on delivery", (scenario) => paidOnDelivery(simulate(scenario, "shortest"))),
    caseOf("closed, contract arithmetic", (scenario) => simulateExact(scenario)),
    ...STALE_STRATEGIES.map((strategy) =>
      caseOf(`${strategy}, old reports`, (scenario) => simulate(scenario, strategy), STALE),
    ),
  ];
});

/** As many lines as a chart has colours. */
const SHOWN = ["closed", "open", "predecessor", "stake", "shortest", "shortestWeighted", "maxWeight", "trueRate"];

export const convergence: Experiment = {
  name: "E1",
  title: "Convergence from nothing, honest sinks with noise",
  about:
    "Work served, over what a myopic optimum serves on the same inputs, from epoch 100 on. For it: close to the " +
    "optimum without knowing anything but reports, and next to nothing paid and not done. Against it: in saturation the " +
    "closed loop serves 4 % less than the optimum, because noise of service looks like backlog; as long as everybody is " +
    "honest the open loop, rules that look at queues, and even splitting by stake, serve more. What honesty is worth is " +
    "E2 and E6.",
  seeds: 40,
  cases,
  charts: LOADS.map((load) => ({
    kind: "lines" as const,
    file: `load-${load}`,
    title: `Served work over the optimum, load ${load}`,
    series: "efficiency",
    x: "Time (epochs of 60 s)",
    y: "Served / optimum",
    start: 5,
    step: 10,
    color: "strategy",
    only: (values: Case["values"]) => values.load === load && SHOWN.includes(String(values.strategy)),
  })),
};
