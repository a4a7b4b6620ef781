import { type Data, PaperDataError, type Row, type Where } from "./data.ts";
import { TRACES } from "./jobNumbers.ts";
import { ledgerOf } from "./numbers.ts";

/** One CSV file that a figure draws: its first column is the x axis, one column per line follows. */
export type ChartFile = { file: string; csv: string; from: string };

type Line = { column: string; where: Where };

type Points = { file: string; from: string; x: string; metric: string; interval?: boolean; lines: readonly Line[] };

const points = (ledger: string): readonly Points[] => [
  {
    file: "peak.csv",
    from: "E12.csv",
    x: "T over tau",
    metric: "peak_over_rest",
    lines: [
      { column: "none", where: { sampling: "d = 0" } },
      { column: "one", where: { sampling: "d = h" } },
      { column: "three", where: { sampling: "d = 3 h" } },
      { column: "irregular", where: { sampling: "d = h, irregular" } },
    ],
  },
  {
    file: "splitting.csv",
    from: "E3.csv",
    x: "fragments",
    metric: "gain_over_one_identity",
    lines: [
      { column: "linear", where: { cap: "linear, load 5" } },
      { column: "root", where: { cap: "square root, load 5" } },
      { column: "rootUnsaturated", where: { cap: "square root, load 0.9" } },
    ],
  },
  {
    file: "detection.csv",
    from: "E7.csv",
    x: "withheld share",
    metric: "epochs_to_find_the_dead",
    interval: true,
    lines: [
      { column: "epochs", where: { ledger, "who withholds": "some of the money" } },
      { column: "relative", where: { ledger: "relative", "who withholds": "some of the money" } },
    ],
  },
  {
    file: "collusion.csv",
    from: "E8.csv",
    x: "accomplice's share of inflow",
    metric: "profit_over_spent",
    interval: true,
    lines: [
      { column: "all", where: { "honest sources acknowledge": 1 } },
      { column: "half", where: { "honest sources acknowledge": 0.5 } },
    ],
  },
  {
    file: "moves.csv",
    from: "E4.csv",
    x: "alpha",
    metric: "unit_moves_per_sink_and_epoch",
    lines: [0.05, 0.2, 0.5].map((noise, i) => ({
      column: ["low", "middle", "high"][i] as string,
      where: { "noise of declarations": noise },
    })),
  },
  {
    file: "protection.csv",
    from: "E17.csv",
    x: "participating share",
    metric: "dead_sink_paid_hours",
    lines: [
      { column: "default", where: { terms: "default" } },
      { column: "late", where: { terms: "V = 20" } },
      { column: "long", where: { terms: "T = 1,440 s" } },
    ],
  },
  {
    file: "following.csv",
    from: "E4.csv",
    x: "alpha",
    metric: "epochs_to_halve",
    interval: true,
    lines: [{ column: "epochs", where: { "noise of declarations": 0.05 } }],
  },
];

/** The files of the charts whose points are rows of one table. */
export function pointCharts(data: Data): ChartFile[] {
  return points(ledgerOf(data)).map(({ file, from, x, metric, interval = false, lines }) => {
    const columns = lines.flatMap(({ column, where }) => [
      { column, values: valuesBy(data.rows(from, where), x, metric) },
      ...(interval
        ? [{ column: `${column}Interval`, values: valuesBy(data.rows(from, where), x, `${metric}_ci95`) }]
        : []),
    ]);
    return { file, from, csv: wide("x", columns) };
  });
}

export type SeriesChart = {
  /** Name in `paper/data`. */
  file: string;
  /** Series file that the simulation writes. */
  from: string;
  series: string;
  lines: readonly Line[];
  /** What the first point and a step mean on the x axis. */
  start: number;
  step: number;
};

const rules = (death: string): Line[] => [
  { column: "closed", where: { rule: "closed", death } },
  { column: "verified", where: { rule: "closed, verified", death } },
  { column: "predecessor", where: { rule: "predecessor", death } },
  { column: "stake", where: { rule: "stake", death } },
];
const JOB_LINES = [
  ["closed", "closed"],
  ["random", "closed, random by units"],
  ["shortest", "shortest queue"],
  ["trueRate", "true rate"],
] as const;
const stages = ["as designed, T = 180 s", "limit by declared capacity", "T = 25 s, limit exactly"];

/** Charts of time series. The series are long, so `npm run paper:data` keeps only these lines of them. */
export const SERIES_CHARTS: readonly SeriesChart[] = [
  { file: "E2-silent.csv", from: "E2-series.csv", series: "efficiency", lines: rules("silent"), start: 5, step: 10 },
  { file: "E2-undead.csv", from: "E2-series.csv", series: "efficiency", lines: rules("undead"), start: 5, step: 10 },
  {
    file: "E9-pay.csv",
    from: "E9-series.csv",
    series: "pay",
    lines: stages.map((mode, i) => ({
      column: ["designed", "declared", "unstable"][i] as string,
      where: { mode, "noise of service": 0 },
    })),
    start: 280,
    step: 1,
  },
  {
    file: "E10-azure-waiting.csv",
    from: "E10-series.csv",
    series: "waiting",
    lines: JOB_LINES.map(([column, rule]) => ({ column, where: { trace: TRACES.conversation, rule, load: 0.9 } })),
    start: 1,
    step: 1,
  },
];

/** One line per point, one column per line of the chart. */
export function seriesChart({ series, lines, start, step }: SeriesChart, rows: readonly Row[]): string {
  const columns = lines.map(({ column, where }) => {
    const mine = rows.filter(
      (row) => row.series === series && Object.entries(where).every(([key, value]) => row[key] === String(value)),
    );
    if (mine.length === 0) throw new PaperDataError(`no series "${series}" with ${JSON.stringify(where)}`);
    return { column, values: new Map(mine.map((row) => [start + step * Number(row.point), Number(row.mean)])) };
  });
  return wide("x", columns);
}

function valuesBy(rows: readonly Row[], x: string, metric: string): Map<number, number> {
  return new Map(rows.map((row) => [Number(row[x]), Number(row[metric])]));
}

function wide(x: string, columns: readonly { column: string; values: ReadonlyMap<number, number> }[]): string {
  const all = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  const cell = (value: number | undefined) => (value === undefined ? "nan" : Number(value.toPrecision(5)));
  const lines = all.map((at) => [at, ...columns.map(({ values }) => cell(values.get(at)))].join(","));
  return `${[[x, ...columns.map(({ column }) => column)].join(","), ...lines].join("\n")}\n`;
}
