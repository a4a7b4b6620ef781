import type { Data } from "./data.ts";
import { TRACES } from "./jobNumbers.ts";
import { GAS_SINKS, type Macro } from "./numbers.ts";
import { provedRows } from "./proved.ts";
import { decimal, percent, withInterval } from "./tex.ts";
import { whereRows } from "./whereTable.ts";

/** Rows of the paper's tables, one macro each: `name & value & … \\`. */
export function tables(data: Data): Macro[] {
  return [
    { name: "RowsConvergence", value: convergence(data), from: "E1.csv" },
    { name: "RowsShock", value: shock(data), from: "E2.csv" },
    { name: "RowsLiars", value: liars(data), from: "E6.csv" },
    { name: "RowsWhere", value: whereRows(data), from: "E1, E2, E3, E5, E6 and E9.csv" },
    { name: "RowsTrace", value: trace(data), from: "E10-azure.csv" },
    { name: "RowsBaselines", value: baselines(data), from: "E15.csv" },
    { name: "RowsProved", value: provedRows(), from: "proofs/README.md" },
    { name: "RowsGas", value: gas(data), from: "gas.jsonl" },
  ];
}

const row = (...cells: string[]) => `${cells.join(" & ")} \\\\`;
const lines = (rows: readonly string[]) => `%\n${rows.map((text) => `  ${text}%\n`).join("")}`;

const STRATEGIES = [
  ["closed", "closed loop (ours)"],
  ["closed, contract arithmetic", "\\quad in integers"],
  ["open", "open loop"],
  ["predecessor", "predecessor"],
  ["stake", "by stake"],
  ["roundRobin", "round robin"],
  ["random", "random"],
] as const;

function convergence(data: Data): string {
  return lines(
    STRATEGIES.map(([strategy, label]) => {
      const of = (load: number, metric: string, digits: number) =>
        percent(data.measured("E1.csv", { strategy, load }, metric), digits);
      return row(
        label,
        of(0.9, "served_of_optimum", 1),
        of(0.9, "paid_not_served", 2),
        of(1.2, "served_of_optimum", 1),
        of(1.2, "paid_not_served", 2),
      );
    }),
  );
}

const RULES = [
  ["closed", "closed"],
  ["closed, verified", "closed, verified"],
  ["open", "open"],
  ["predecessor", "predecessor"],
  ["stake", "by stake"],
  ["roundRobin", "round robin"],
] as const;

function shock(data: Data): string {
  return lines(
    RULES.map(([rule, label]) => {
      const of = (death: string, metric: string) => data.measured("E2.csv", { rule, death }, metric);
      const paid = of("undead", "paid_to_dead_unit_s");
      return row(
        label,
        percent(of("silent", "last_200_of_optimum")),
        percent(of("undead", "last_200_of_optimum")),
        withInterval({ mean: paid.mean / 1e6, ci95: paid.ci95 / 1e6 }, 2),
      );
    }),
  );
}

const LIES = [
  ["open loop", "open loop"],
  ["closed, honest backlog", "closed, backlog declared"],
  ["closed, backlog denied", "closed, backlog denied"],
  ["closed, denied but verified", "closed, denied, verified"],
] as const;

function liars(data: Data): string {
  return lines(
    LIES.map(([rule, label]) =>
      row(
        label,
        ...[
          [1.2, 0.1],
          [1.2, 0.5],
          [0.5, 0.1],
        ].map(([load, share]) => {
          const where = { rule: `${rule}, load ${load}`, "liars' share": share as number };
          return withInterval(data.measured("E6.csv", where, "advantage_of_lying"), 2);
        }),
      ),
    ),
  );
}

const JOB_RULES = [
  ["closed", "closed loop (ours)"],
  ["closed, C = μ", "\\quad $C=\\mu$ exactly"],
  ["closed, C = 1.5 μ", "\\quad $C=1.5\\,\\mu$"],
  ["closed, random by units", "\\quad random by units"],
  ["open", "open loop"],
  ["shortest queue", "shortest queue"],
  ["shortest queue, weighted", "\\quad by capacity"],
  ["max-weight", "max-weight"],
  ["true rate", "true rate"],
] as const;

function trace(data: Data): string {
  return lines(
    JOB_RULES.map(([rule, label]) => {
      const of = (kind: keyof typeof TRACES, load: number, metric: string) =>
        plainPercent(data.measured("E10-azure.csv", { trace: TRACES[kind], rule, load }, metric).mean);
      return row(
        label,
        of("conversation", 0.9, "served_of_bound"),
        of("conversation", 1.1, "served_of_bound"),
        of("conversation", 1.1, "paid_not_served"),
        of("code", 0.9, "served_of_bound"),
        of("code", 1.1, "served_of_bound"),
        of("code", 1.1, "paid_not_served"),
      );
    }),
  );
}

/** Without intervals, which the CSV has: six columns are wide enough. */
const plainPercent = (share: number): string => decimal(100 * share, 1);

const COMPARED = JOB_RULES.filter(([rule]) => !rule.startsWith("closed,"));

function baselines(data: Data): string {
  return lines(
    COMPARED.map(([rule, label]) => {
      const of = (load: number, age: number, liars: number, metric = "served_of_bound") => {
        const where = { rule, load, "age of reports": age, "liars' share": liars };
        return plainPercent(data.measured("E15.csv", where, metric).mean);
      };
      return row(
        label,
        of(0.9, -1, 0),
        of(0.9, 5, 0),
        of(0.9, -1, 0.1),
        of(0.9, 1, 0.1),
        of(1.1, -1, 0),
        of(1.1, -1, 0, "paid_not_served"),
      );
    }),
  );
}

const OPERATIONS = [
  ["commit", "\\texttt{commitCapacity}"],
  ["reveal (unsaturated)", "\\texttt{revealCapacity}, units move"],
  ["reveal (saturated)", "\\quad the same, escrow moves too"],
  ["rebalance (one sink)", "\\texttt{rebalance}, one sink"],
  ["rebalance (nothing to do)", "\\texttt{rebalance}, nothing to do"],
  ["drain", "\\texttt{drain}"],
  ["release", "\\texttt{release}"],
  ["propagate (3 stages)", "\\texttt{propagate}, two links"],
  ["stake", "\\texttt{stake}"],
  ["registerSink", "\\texttt{registerSink}"],
  ["registerTaskType", "\\texttt{registerTaskType}"],
] as const;

function gas(data: Data): string {
  return lines(
    OPERATIONS.map(([operation, label]) =>
      row(label, ...GAS_SINKS.map((sinks) => decimal(data.gas(operation, sinks)))),
    ),
  );
}
