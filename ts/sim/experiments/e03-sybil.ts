import { simulate } from "../fluid/fluidEngine.ts";
import { createSinks, type Scenario } from "../scenario.ts";
import { sum } from "../stats.ts";
import type { Strategy } from "../strategy.ts";
import { capacityOf, MARKET, market, onceEach } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const FRAGMENTS = [1, 2, 5, 10, 20];
const CAPS = ["linear", "square root"] as const;
type Cap = (typeof CAPS)[number];
/** The protocol under either cap, and rules that pay by the job, where linear caps bound what may be declared. */
const RULES: readonly { name: string; cap: Cap; strategy: Strategy }[] = [
  ...CAPS.map((cap) => ({ name: cap, cap, strategy: "closed" as const })),
  { name: "shortest queue", cap: "linear", strategy: "shortest" },
  { name: "shortest queue, weighted", cap: "linear", strategy: "shortestWeighted" },
  { name: "max-weight", cap: "linear", strategy: "maxWeight" },
];
/** S / m, and what the stake backs in one piece, units. */
const STAKE = 100;
const WHOLE = 198;

/** What k fragments of the stake back together: theory 7.1 and 7.2. */
export function capOf(kind: Cap, fragments: number): number {
  const free = STAKE / fragments - 1;
  const whole = STAKE - 1;
  const share = kind === "linear" ? free / whole : Math.sqrt(free / whole);
  return fragments * WHOLE * share;
}

/** The first sink of the market is an attacker who can serve whatever it is paid, split into k identities. */
function attacked(seed: number, kind: Cap, k: number, load: number): Scenario {
  const scenario = market(seed, { load, bonded: [1, 1] }, { declareNoise: 0 });
  const old = scenario.sinks;
  const sinks = createSinks([...old.first].map((i) => (i === 0 ? 0 : i + k - 1)));
  const from = (i: number) => (i < k ? 0 : i - k + 1);
  for (let i = 0; i < sinks.count; i++) {
    for (const name of ["rate", "claim", "cap", "stake"] as const) sinks[name][i] = old[name][from(i)] as number;
    if (i >= k) continue;
    sinks.cap[i] = capOf(kind, k) / k;
    sinks.claim[i] = 1e6;
    sinks.rate[i] = 1e6;
  }
  return { ...scenario, sinks };
}

const alones = onceEach<number>();

const cases: Case[] = [0.9, 5].flatMap((load) =>
  RULES.flatMap(({ name, cap, strategy }) =>
    FRAGMENTS.map((fragments) => ({
      values: { cap: `${name}, load ${load}`, fragments },
      run: (seed: number) => {
        const scenario = attacked(seed, cap, fragments, load);
        const result = simulate(scenario, strategy);
        const seconds = MARKET.steps * 60;
        const attacker = sum(result.received, 0, fragments) / seconds;
        const honest = sum(result.received, fragments, scenario.sinks.first[1]) / seconds;
        const alone = alones(`${name} ${load} ${seed}`, () => {
          return sum(simulate(attacked(seed, cap, 1, load), strategy).received, 0, 1) / seconds;
        });
        return {
          metrics: {
            attacker_pay_units: attacker,
            gain_over_one_identity: attacker / alone,
            theory_gain: capOf(cap, fragments) / capOf(cap, 1),
            honest_pay_of_capacity: honest / (capacityOf(scenario.sinks, 0) - fragments * 1e6),
          },
        };
      },
    })),
  ),
);

export const sybil: Experiment = {
  name: "E3",
  title: "One stake in many pieces",
  about:
    "A sink of stake S = 100 m that can serve anything splits into k identities. With the linear cap and m > 0 every " +
    "split loses; with a square-root cap it gains up to S / (2 sqrt(m u)) in a saturated pool. Below saturation the " +
    "gain is smaller under either cap, because money, not capacity, is short. Joining the shortest queue pays by the " +
    "identity there, and in overload sends all that others leave to whoever can serve anything.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "gain",
      title: "What splitting gains (1 = nothing)",
      metric: "gain_over_one_identity",
      by: "fragments",
      x: "Identities",
      y: "Pay over pay with one identity",
      color: "cap",
      // In overload whoever can serve anything is sent all that others leave, by any rule that pays by the job.
      only: ({ cap }) =>
        RULES.some(({ name, strategy }) => strategy === "closed" && String(cap).startsWith(`${name}, load`)) ||
        String(cap).endsWith("load 0.9"),
    },
  ],
};
