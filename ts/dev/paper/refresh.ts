import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { UsageError } from "../../core/errors.ts";
import { experiments } from "../../sim/experiments/index.ts";
import { SERIES_CHARTS, seriesChart } from "./charts.ts";
import { DATA, type Row } from "./data.ts";
import { AZURE } from "./jobNumbers.ts";

/** Where the runs wrote their results. */
export type Sources = {
  /** `npm run sim -- --all --out DIR` */
  sim: string;
  /** `npm run sim -- -e E10 --trace FILE FILE --out DIR` */
  trace: string;
  /** `npm run --silent bench:gas > FILE` */
  gas: string;
};

/** Names of the summaries of all experiments; the paper quotes nothing of some, documents do. */
const SUMMARIES = experiments({}).map(({ name }) => `${name}.csv`);

/** Everything in `paper/data`. */
export const DATA_FILES = [...SUMMARIES, AZURE, "gas.jsonl", ...SERIES_CHARTS.map(({ file }) => file)];

/**
 * Copies the summaries of the runs into `paper/data` and reduces the time series to the lines that figures draw. All of them
 * or none: results of different days do not mix.
 */
export function refreshData(sources: Sources, target: string = DATA): string[] {
  const needed: [option: string, path: string][] = [
    ...Object.entries(sources),
    ...SUMMARIES.map((name): [string, string] => ["sim", join(sources.sim, name)]),
    ["trace", join(sources.trace, "E10.csv")],
  ];
  for (const [option, path] of needed) {
    if (!existsSync(path))
      throw new UsageError(`--${option}: ${path} is not there; paper/README.md says how to make it`);
  }
  mkdirSync(target, { recursive: true });
  for (const name of SUMMARIES) copyFileSync(join(sources.sim, name), join(target, name));
  copyFileSync(join(sources.trace, "E10.csv"), join(target, AZURE));
  copyFileSync(sources.gas, join(target, "gas.jsonl"));
  for (const chart of SERIES_CHARTS) {
    const directory = chart.file.includes("azure") ? sources.trace : sources.sim;
    const rows = parse(readFileSync(join(directory, chart.from)), { columns: true }) as Row[];
    writeFileSync(join(target, chart.file), seriesChart(chart, rows));
  }
  return DATA_FILES;
}
