import { simulate } from "../fluid/fluidEngine.ts";
import { paidOnDelivery } from "../result.ts";
import { Rng } from "../rng.ts";
import type { Scenario } from "../scenario.ts";
import { sum } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import { MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const SHARES = [0.1, 0.3, 0.5];
const LOADS = [0.5, 1.2];
const OVER = 2;
interface Rule {
  rule: string;
  strategy: Strategy;
  /** Liars declare their backlog. */
  truthful?: boolean;
  verified?: boolean;
  onDelivery?: boolean;
}

const RULES: readonly Rule[] = [
  { rule: "open loop", strategy: "open", truthful: true },
  { rule: "closed, honest backlog", strategy: "closed", truthful: true },
  { rule: "closed, backlog denied", strategy: "closed" },
  { rule: "closed, denied but verified", strategy: "closed", verified: true },
  { rule: "shortest queue, denied", strategy: "shortest" },
  { rule: "shortest queue, denied, paid on delivery", strategy: "shortest", onDelivery: true },
  { rule: "shortest queue, weighted, honest backlog", strategy: "shortestWeighted", truthful: true },
  { rule: "shortest queue, weighted, denied", strategy: "shortestWeighted" },
  { rule: "max-weight, denied", strategy: "maxWeight" },
  { rule: "true rate", strategy: "trueRate" },
];

function liarsOf(seed: number, share: number): number[] {
  return new Rng(seed, 7).sample(MARKET.sinks, Math.round(share * MARKET.sinks));
}

function withLiars(seed: number, share: number, load: number, rule: Rule): Scenario {
  const scenario = market(seed, { load });
  for (const i of liarsOf(seed, share)) {
    scenario.sinks.claim[i] = OVER * (scenario.sinks.rate[i] as number);
    scenario.sinks.truthful[i] = rule.truthful ? 1 : 0;
  }
  if (!rule.verified) return scenario;
  return { ...scenario, verification: { ledger: "evidence", latencySteps: 0, slashing: false } };
}

const cases: Case[] = LOADS.flatMap((load) =>
  SHARES.flatMap((share) =>
    RULES.map((rule) => ({
      values: { rule: `${rule.rule}, load ${load}`, "liars' share": share },
      run: (seed: number) => {
        const scenario = withLiars(seed, share, load, rule);
        const run = simulate(scenario, rule.strategy);
        const result = rule.onDelivery ? paidOnDelivery(run) : run;
        const liars = new Set(liarsOf(seed, share));
        const per = { liar: [0, 0], honest: [0, 0] };
        scenario.sinks.rate.forEach((rate, i) => {
          const group = liars.has(i) ? per.liar : per.honest;
          group[0] = (group[0] as number) + (result.received[i] as number);
          group[1] = (group[1] as number) + rate;
        });
        const rateOf = ([paid, rate]: number[]) => (paid as number) / (rate as number) / (MARKET.steps * 60);
        return {
          metrics: {
            liar_pay_per_capacity: rateOf(per.liar),
            honest_pay_per_capacity: rateOf(per.honest),
            advantage_of_lying: rateOf(per.liar) / rateOf(per.honest),
            paid_not_served: (result.paid - result.served) / result.paid,
            served_of_possible: sum(result.recording.served) / sum(result.recording.possible),
          },
        };
      },
    })),
  ),
);

/** As many lines as a chart has colours. */
const SHOWN = RULES.filter(({ onDelivery, strategy }) => !onDelivery && strategy !== "trueRate").map(
  ({ rule }) => rule,
);

export const liars: Experiment = {
  name: "E6",
  title: "Sinks that declare twice what they can do",
  about:
    "Saturated, backlog takes the advantage away, if it is declared or verified; denied and unverified it does not. " +
    "Against it: below saturation over-declaring wins share under every rule, because nobody builds a backlog; only the " +
    "cost of the larger bond limits it. The shortest queue does not listen to declarations, but to queues: who denies its " +
    "own is fed without end, and if pay comes on delivery the work is lost instead of the money.",
  seeds: 40,
  cases,
  charts: LOADS.map((load) => ({
    kind: "points" as const,
    file: `load-${load}`,
    title: `Pay per capacity of liars over honest sinks, load ${load}`,
    metric: "advantage_of_lying",
    by: "liars' share",
    x: "Share of sinks that lie",
    y: "Pay of liars / pay of honest sinks",
    color: "rule",
    only: ({ rule }: Case["values"]) => SHOWN.some((name) => rule === `${name}, load ${load}`),
  })),
};
