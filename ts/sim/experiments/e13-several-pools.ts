import { networkOf } from "../network/network.ts";
import { simulateNetwork } from "../network/networkEngine.ts";
import type { NetworkScenario } from "../network/networkScenario.ts";
import type { SourceRule } from "../network/sourceRules.ts";
import type { Case, Experiment } from "./types.ts";

const RULES: readonly { rule: SourceRule; every: number }[] = [
  { rule: "equal", every: 10 },
  { rule: "leave", every: 10 },
  { rule: "split", every: 10 },
  { rule: "maxWeight", every: 1 },
];
const DEATHS: readonly NetworkScenario["death"][] = ["dead", "silent"];
const SHAPES = [
  { shape: "3 stages of 3 pools", options: {} },
  { shape: "1 stage of 4 pools", options: { stages: 1, poolsPerStage: 4 } },
];

const cases: Case[] = SHAPES.flatMap(({ shape, options }) =>
  DEATHS.flatMap((death) =>
    RULES.map(({ rule, every }) => ({
      values: { network: shape, "a pool is": death, rule },
      run: (seed: number) => {
        const common = { load: 0.9, machines: "fixed", epochs: 600 } as const;
        const network = networkOf(seed, options);
        const { before, after, changes } = simulateNetwork({ ...common, network, sources: rule, every, death, seed });
        return {
          metrics: {
            before_of_optimum: before,
            after_of_optimum: after,
            changes_per_source_and_hour: changes,
          },
        };
      },
    })),
  ),
);

export const severalPools: Experiment = {
  name: "E13",
  title: "Several pools: leaving a dead one, and splitting a budget",
  about:
    "Twenty sources at load 0.9, two to four ways each; after five hours a pool dies, or falls silent and signals on. Work " +
    "that comes through, of what is possible then. Against it: a budget per pool is one more thing to run, and where no " +
    "pool is dear the split changes nothing.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "after",
      title: "Work done when a pool is gone",
      metric: "after_of_optimum",
      by: "rule",
      x: "What sources do",
      y: "Of what is possible",
      color: "a pool is",
      only: (values) => values.network === SHAPES[0]?.shape,
    },
  ],
};
