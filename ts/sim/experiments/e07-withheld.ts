import { simulate } from "../fluid/fluidEngine.ts";
import type { Scenario, Verification } from "../scenario.ts";
import { MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const WITHHELD = [0, 0.2, 0.4, 0.6, 0.8, 0.95];
const LEDGERS = ["tolerant", "relative", "absolute"] as const;
const DEATH = 300;

/** All honest, but sources keep back acknowledgements; one sink of each pool dies at epoch 300 and goes on signalling. */
function build(seed: number, ledger: Verification["ledger"], withheld: number): { scenario: Scenario; dead: number[] } {
  const scenario = market(seed, { load: 1.2, bonded: [1, 1.2] });
  const dead = [...scenario.sinks.first.subarray(0, MARKET.pools)];
  for (const i of dead) scenario.sinks.truthful[i] = 0;
  return {
    dead,
    scenario: {
      ...scenario,
      sources: scenario.sources.map((source) => ({ ...source, acknowledges: 1 - withheld })),
      events: [{ step: DEATH, kind: "slowDown", sinks: dead, value: 0 }],
      verification: { ledger, latencySteps: 1, slashing: true },
    },
  };
}

const cases: Case[] = LEDGERS.flatMap((ledger) =>
  WITHHELD.map((withheld) => ({
    values: { ledger, "withheld share": withheld },
    run: (seed: number) => {
      const { scenario, dead } = build(seed, ledger, withheld);
      const result = simulate(scenario);
      let honest = 0;
      let could = 0;
      let slashedHonest = 0;
      scenario.sinks.rate.forEach((rate, i) => {
        if (dead.includes(i)) return;
        honest += result.received[i] as number;
        could += rate * 60 * MARKET.steps;
        if ((result.slashedAt[i] as number) >= 0) slashedHonest++;
      });
      const found = dead.map((i) => result.slashedAt[i] as number);
      const times = found.map((step) => (step < DEATH ? MARKET.steps - DEATH : step - DEATH));
      return {
        metrics: {
          honest_pay_of_capacity: honest / could,
          epochs_to_find_the_dead: times.reduce((a, b) => a + b, 0) / times.length,
          dead_found_share: found.filter((step) => step >= DEATH).length / found.length,
          honest_sinks_slashed: slashedHonest,
        },
      };
    },
  })),
);

export const withheld: Experiment = {
  name: "E7",
  title: "Sources that withhold acknowledgements",
  about:
    "The relative ledger expects of a sink only the share that is acknowledged to the pool as a whole, so honest sinks " +
    "keep their pay whatever sources withhold; an absolute ledger takes it and slashes them. Against it: finding a dead " +
    "sink takes about 1/π times longer.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "pay",
      title: "Pay of honest sinks",
      metric: "honest_pay_of_capacity",
      by: "withheld share",
      x: "Share of acknowledgements withheld",
      y: "Pay / what they could do",
      color: "ledger",
    },
    {
      kind: "points",
      file: "detection",
      title: "Time to find a dead sink that goes on signalling",
      metric: "epochs_to_find_the_dead",
      by: "withheld share",
      x: "Share of acknowledgements withheld",
      y: "Epochs until slashed",
      color: "ledger",
      only: (values) => values.ledger === "tolerant",
    },
  ],
};
