import { simulate } from "../fluid/fluidEngine.ts";
import type { Scenario, Source, Verification } from "../scenario.ts";
import { MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const WITHHELD = [0, 0.2, 0.4, 0.6, 0.8, 0.95];
const LEDGERS = ["evidence", "relative", "absolute"] as const;
/** Who withholds: a part of the money acknowledges nothing, or everybody acknowledges a part. */
const KINDS = ["some of the money", "all, in part"] as const;
type Kind = (typeof KINDS)[number];
const DEATH = 300;

function withholding(sources: readonly Source[], kind: Kind, withheld: number): Source[] {
  if (kind === "all, in part") return sources.map((source) => ({ ...source, acknowledges: 1 - withheld }));
  const part = (source: Source, share: number) => source.rates.map((rate) => rate * share);
  return sources.flatMap((source) => [
    { ...source, rates: part(source, 1 - withheld) },
    { ...source, rates: part(source, withheld), acknowledges: 0 },
  ]);
}

/** All sinks honest, but sources keep receipts back; one sink of each pool dies at epoch 300 and goes on signalling. */
function build(seed: number, ledger: Verification["ledger"], kind: Kind, withheld: number) {
  const scenario = market(seed, { load: 1.2, bonded: [1, 1.2] });
  const dead = [...scenario.sinks.first.subarray(0, MARKET.pools)];
  for (const i of dead) scenario.sinks.truthful[i] = 0;
  return {
    dead,
    scenario: {
      ...scenario,
      sources: withholding(scenario.sources, kind, withheld),
      events: [{ step: DEATH, kind: "slowDown", sinks: dead, value: 0 }],
      verification: { ledger, latencySteps: 1, slashing: true },
    } satisfies Scenario,
  };
}

const RULES = LEDGERS.flatMap((ledger) => KINDS.map((kind) => ({ ledger, kind })));

const cases: Case[] = RULES.flatMap(({ ledger, kind }) =>
  WITHHELD.map((withheld) => ({
    values: { ledger, "who withholds": kind, "withheld share": withheld },
    run: (seed: number) => {
      const { scenario, dead } = build(seed, ledger, kind, withheld);
      const result = simulate(scenario, "closed", { probes: dead });
      let honest = 0;
      let could = 0;
      let slashedHonest = 0;
      scenario.sinks.rate.forEach((rate, i) => {
        if (dead.includes(i)) return;
        honest += result.received[i] as number;
        could += rate * 60 * MARKET.steps;
        if ((result.slashedAt[i] as number) >= 0) slashedHonest++;
      });
      const found = dead.map((i) => result.slashedAt[i] as number).filter((step) => step >= DEATH);
      const times = found.length === 0 ? [MARKET.steps - DEATH] : found.map((step) => step - DEATH);
      const last = MARKET.steps - 1;
      const pay = result.probes.reduce((sum, probe) => sum + (probe.pay[last] as number), 0);
      const capacity = dead.reduce((sum, i) => sum + (scenario.sinks.rate[i] as number), 0);
      return {
        metrics: {
          honest_pay_of_capacity: honest / could,
          epochs_to_find_the_dead: times.reduce((a, b) => a + b, 0) / times.length,
          dead_found_share: found.length / dead.length,
          dead_pay_at_the_end: pay / capacity,
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
    "Some of the money may be silent: honest sinks keep their pay whatever part it is, and the dead are found while a " +
    "third acknowledges; an absolute ledger takes honest pay and slashes. Against it: beyond that nobody is judged and " +
    "the dead are paid on; if all sources acknowledge less than half of what is done, honest sinks starve; and a dead " +
    "sink that had earned more than it owed is paid nothing, but is not slashed before it leaves.",
  seeds: 40,
  cases,
  charts: [
    ...KINDS.map((kind) => ({
      kind: "points" as const,
      file: kind === "all, in part" ? "pay-in-part" : "pay",
      title: `Pay of honest sinks; ${kind} is not acknowledged`,
      metric: "honest_pay_of_capacity",
      by: "withheld share",
      x: "Share of acknowledgements withheld",
      y: "Pay / what they could do",
      color: "ledger",
      only: (values: Case["values"]) => values["who withholds"] === kind,
    })),
    {
      kind: "points",
      file: "detection",
      title: "Time to find a dead sink that goes on signalling",
      metric: "epochs_to_find_the_dead",
      by: "withheld share",
      x: "Share of acknowledgements withheld",
      y: "Epochs until slashed",
      color: "who withholds",
      only: (values) => values.ledger === "evidence",
    },
  ],
};
