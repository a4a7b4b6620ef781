import { simulate } from "../fluid/fluidEngine.ts";
import type { Scenario } from "../scenario.ts";
import { mean } from "../stats.ts";
import { capacityOf, MARKET, market } from "./standardMarket.ts";
import type { Case, Experiment } from "./types.ts";

const SHARES = [0.01, 0.02, 0.05, 0.1, 0.2];
const HONEST = [1, 0.5];

/** Sink 0 does nothing and says that it has no backlog; a source of its own acknowledges everything that it streams. */
function build(seed: number, share: number, acknowledged: number): Scenario {
  const scenario = market(seed, { load: 1.2, bonded: [1, 1.2] }, { declareNoise: 0 });
  scenario.sinks.rate[0] = 0;
  scenario.sinks.truthful[0] = 0;
  const inflow = 1.2 * capacityOf(scenario.sinks, 0);
  const rates = new Float64Array(MARKET.steps).fill((share * inflow) / (1 - share));
  const honest = scenario.sources.map((source) => ({ ...source, acknowledges: acknowledged }));
  return {
    ...scenario,
    sources: [...honest, { pool: 0, rates, acknowledges: 0, colludesWith: 0 }],
    verification: { ledger: "evidence", latencySteps: 0, slashing: true },
  };
}

const cases: Case[] = HONEST.flatMap((acknowledged) =>
  SHARES.map((share) => ({
    values: { "accomplice's share of inflow": share, "honest sources acknowledge": acknowledged },
    run: (seed: number) => {
      const scenario = build(seed, share, acknowledged);
      const result = simulate(scenario, "closed", { probes: [0] });
      const source = scenario.sources.at(-1) as Scenario["sources"][number];
      const spent = (source.rates[0] as number) * 60 * MARKET.steps - (result.returnedTo.at(-1) as number);
      const gained = (result.received[0] as number) - (result.slashedOf[0] as number);
      const probe = result.probes[0];
      const late = mean(probe?.pay ?? [0], 500) / mean(result.recording.inflow, 500);
      return {
        metrics: {
          received_unit_s: result.received[0] as number,
          slashed_unit_s: result.slashedOf[0] as number,
          accomplice_spent_unit_s: spent,
          profit_over_spent: (gained - spent) / spent,
          late_share_of_all_inflow: late,
        },
      };
    },
  })),
);

export const collusion: Experiment = {
  name: "E8",
  title: "A dead sink with a source of its own",
  about:
    "Sink 0 does nothing; its accomplice acknowledges everything that it streams to it, and nothing to others. If all " +
    "others acknowledge, the pair loses: what it is paid is less than what the accomplice streams. Against it: if the " +
    "others acknowledge only the share π of their work, each acknowledgement of the accomplice counts 1/π times, and " +
    "the pair earns up to 1/π - 1 of what it streams, up to the sink's bond.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "profit",
      title: "Profit of the pair over what the accomplice streams",
      metric: "profit_over_spent",
      by: "accomplice's share of inflow",
      x: "Accomplice's share of the pool's inflow",
      y: "Profit / spent",
      color: "honest sources acknowledge",
    },
  ],
};
