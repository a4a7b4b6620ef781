import type { MachineRule } from "../network/machines.ts";
import { networkOf } from "../network/network.ts";
import { simulateNetwork } from "../network/networkEngine.ts";
import type { Case, Experiment } from "./types.ts";

const RULES: readonly MachineRule[] = ["fixed", "unguarded", "residual"];
const LOADS = [0.8, 0.95, 1.05, 1.2];

const cases: Case[] = LOADS.flatMap((load) =>
  RULES.map((rule) => ({
    values: { load, rule },
    run: (seed: number) => {
      const network = networkOf(seed, { shared: 9, own: 0.3 });
      const common = { sources: "split", every: 10, death: "none", epochs: 400 } as const;
      const { before, beyondHorizon } = simulateNetwork({ ...common, network, load, machines: rule, seed });
      return { metrics: { work_of_optimum: before, queues_beyond_horizon: beyondHorizon } };
    },
  })),
);

export const sharedMachines: Experiment = {
  name: "E14",
  title: "Shared machines: a fixed part for each task type, or what is left",
  about:
    "Nine machines behind two or three pools each, and small ones of the pools' own. Work done, of what is possible, and how " +
    "many queues are beyond their horizon at a time. Against it: each task type wants the whole bond, and the guard costs " +
    "two thousandths of the work above capacity.",
  seeds: 40,
  cases,
  charts: [
    {
      kind: "points",
      file: "work",
      title: "Work of machines that stand behind several pools",
      metric: "work_of_optimum",
      by: "load",
      x: "Load",
      y: "Of what is possible",
      color: "rule",
    },
  ],
};
