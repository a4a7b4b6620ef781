import { simulate } from "../fluid/fluidEngine.ts";
import { Rng } from "../rng.ts";
import type { Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const SHARES = [0.1, 0.3, 0.5];
const LOADS = [0.5, 1.2];
const OVER = 2;
const RULES: readonly { rule: string; strategy: Strategy; truthful: boolean; verified: boolean }[] = [
  { rule: "open loop", strategy: "open", truthful: true, verified: false },
  { rule: "closed, honest backlog", strategy: "closed", truthful: true, verified: false },
  { rule: "closed, backlog denied", strategy: "closed", truthful: false, verified: false },
  { rule: "closed, denied but verified", strategy: "closed", truthful: false, verified: true },
];

function liarsOf(seed: number, share: number): number[] {
  return new Rng(seed, 7).sample(MARKET.sinks, Math.round(share * MARKET.sinks));
}

function withLiars(seed: number, share: number, load: number, truthful: boolean, verified: boolean): Scenario {
  const scenario = market(seed, { load });
  for (const i of liarsOf(seed, share)) {
    scenario.sinks.claim[i] = OVER * (scenario.sinks.rate[i] as number);
    scenario.sinks.truthful[i] = truthful ? 1 : 0;
  }
  if (!verified) return scenario;
  return { ...scenario, verification: { ledger: "evidence", latencySteps: 0, slashing: false } };
}

const cases: Case[] = LOADS.flatMap((load) =>
  SHARES.flatMap((share) =>
    RULES.map(({ rule, strategy, truthful, verified }) => ({
      values: { rule: `${rule}, load ${load}`, "liars' share": share },
      run: (seed: number) => {
        const scenario = withLiars(seed, share, load, truthful, verified);
        const result = simulate(scenario, strategy);
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
          },
        };
      },
    })),
  ),
);

export const liars: Experiment = {
  name: "E6",
  title: "Sinks that declare twice what they can do",
  about:
    "Saturated, backlog takes the advantage away, if it is declared or verified; denied and unverified it does not. " +
    "Against it: below saturation over-declaring wins share under every rule, because nobody builds a backlog; only the " +
    "cost of the larger bond limits it.",
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
    only: (values: Case["values"]) => String(values.rule).endsWith(`load ${load}`),
  })),
};
