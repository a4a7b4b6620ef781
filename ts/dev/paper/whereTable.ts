import type { Data, Where } from "./data.ts";
import { type Definition, number, scaled, share } from "./formats.ts";
import { decimal } from "./tex.ts";

/** How a share and a ratio are written: without intervals, which the CSV has, so that five columns are wide enough. */
const percent = (digits: number) => (mean: number) => decimal(100 * mean, digits);
const times = (digits: number) => (mean: number) => decimal(mean, digits);

/** The protocol and the four rules that pay by the job. */
const STRATEGIES = ["closed", "shortest", "shortestWeighted", "maxWeight", "trueRate"] as const;
type Strategy = (typeof STRATEGIES)[number];

type Line = {
  label: string;
  file: string;
  /** What picks the row of a rule; undefined where a rule makes no sense. */
  where: (strategy: Strategy) => Where | undefined;
  metric: string;
  shown: (mean: number) => string;
};

const named =
  (names: Readonly<Record<Strategy, string | undefined>>, by: string, rest: Where) => (strategy: Strategy) => {
    const name = names[strategy];
    return name === undefined ? undefined : { [by]: name, ...rest };
  };
const honest = (load: number) => (strategy: Strategy) => ({ strategy, load });
const old = (load: number) => (strategy: Strategy) =>
  strategy === "trueRate" ? undefined : { strategy: `${strategy}, old reports`, load };
const dies = (death: string) => (strategy: Strategy) => ({
  rule: strategy === "closed" ? "closed, verified" : strategy,
  death,
});
const lies = (load: number) => {
  const names = {
    closed: `closed, denied but verified, load ${load}`,
    shortest: `shortest queue, denied, load ${load}`,
    shortestWeighted: `shortest queue, weighted, denied, load ${load}`,
    maxWeight: `max-weight, denied, load ${load}`,
    trueRate: `true rate, load ${load}`,
  };
  return named(names, "rule", { "liars' share": 0.1 });
};
const splits = named(
  {
    closed: "linear, load 0.9",
    shortest: "shortest queue, load 0.9",
    shortestWeighted: "shortest queue, weighted, load 0.9",
    maxWeight: "max-weight, load 0.9",
    trueRate: undefined,
  },
  "cap",
  { fragments: 20 },
);
const BY_JOB = {
  shortest: "shortest queue",
  shortestWeighted: "shortest queue, weighted",
  maxWeight: "max-weight",
  trueRate: "true rate",
};
const bursts = (strategy: Strategy): Where =>
  strategy === "closed"
    ? { rule: "closed", "buffer over inflow": 1, "inflow of one": "hour" }
    : { rule: BY_JOB[strategy], "inflow of one": "no escrow" };
const burstsExact = (strategy: Strategy) =>
  strategy === "closed" ? { rule: "closed, contract arithmetic" } : undefined;
const stages = (strategy: Strategy): Where => ({
  mode: strategy === "closed" ? "as designed, T = 180 s" : "paid by the job",
  "noise of service": 0.2,
});

const LINES: readonly Line[] = [
  { label: "honest, load 0.9: served", file: "E1", where: honest(0.9), metric: "served_of_optimum", shown: percent(1) },
  { label: "\\quad load 1.2: served", file: "E1", where: honest(1.2), metric: "served_of_optimum", shown: percent(1) },
  { label: "\\quad unearned", file: "E1", where: honest(1.2), metric: "paid_not_served", shown: percent(2) },
  { label: "\\quad old reports: served", file: "E1", where: old(1.2), metric: "served_of_optimum", shown: percent(1) },
  { label: "silent deaths: lowest", file: "E2", where: dies("silent"), metric: "dip_relative", shown: percent(1) },
  { label: "undead: served late", file: "E2", where: dies("undead"), metric: "last_200_of_optimum", shown: percent(1) },
  { label: "liars, load 1.2: gain", file: "E6", where: lies(1.2), metric: "advantage_of_lying", shown: times(2) },
  { label: "\\quad load 0.5: gain", file: "E6", where: lies(0.5), metric: "advantage_of_lying", shown: times(2) },
  { label: "one stake split: gain", file: "E3", where: splits, metric: "gain_over_one_identity", shown: times(2) },
  { label: "bursts: served", file: "E5", where: bursts, metric: "served_of_streamed", shown: percent(1) },
  { label: "\\quad in integers", file: "E5", where: burstsExact, metric: "served_of_streamed", shown: percent(1) },
  {
    label: "\\quad prepaid at most, epochs",
    file: "E5",
    where: bursts,
    metric: "prepaid_peak_epochs_of_inflow",
    shown: times(1),
  },
  { label: "pipeline: unearned", file: "E9", where: stages, metric: "paid_not_served", shown: percent(2) },
];

/** Rows of the table that says where each rule wins, over the fluid experiments. */
export function whereRows(data: Data): string {
  const cell = ({ file, metric, shown }: Line, where: Where | undefined) =>
    where === undefined ? "--" : shown(data.measured(`${file}.csv`, where, metric).mean);
  const rows = LINES.map((line) =>
    [line.label, ...STRATEGIES.map((strategy) => cell(line, line.where(strategy)))].join(" & "),
  );
  return `%\n${rows.map((row) => `  ${row} \\\\%\n`).join("")}`;
}

const LIED = (rule: string) => ({ rule: `${rule}, load 1.2`, "liars' share": 0.1 });
const JOBS = { mode: "paid by the job", "noise of service": 0 };

/** Numbers of the text beside it. */
export const WHERE: readonly Definition[] = [
  ["WhereUnearned", "E1.csv", { strategy: "shortest", load: 1.2 }, "paid_not_served", share()],
  ["WherePrepaid", "E5.csv", bursts("shortest"), "prepaid_peak_epochs_of_inflow", number()],
  ["WherePrepaidClosed", "E5.csv", bursts("closed"), "prepaid_peak_epochs_of_inflow", number(1)],
  ["WhereDelivered", "E6.csv", LIED("shortest queue, denied, paid on delivery"), "advantage_of_lying", number(2)],
  ["WhereDeclared", "E6.csv", LIED("shortest queue, weighted, honest backlog"), "advantage_of_lying", number(2)],
  ["WhereChainPay", "E9.csv", JOBS, "first_stage_pay_slow_units", number()],
  ["WhereChainWaiting", "E9.csv", JOBS, "waiting_at_sinks_after_s", scaled(1e-6, number(2))],
];
