import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { UsageError } from "../../core/errors.ts";
import { SERIES_CHARTS, seriesChart } from "./charts.ts";
import { DATA, type Row } from "./data.ts";

/** Where the runs wrote their results. */
export type Sources = {
  /** `npm run sim -- --all --out DIR` */
  sim: string;
  /** `npm run sim -- -e E10 --trace FILE FILE --out DIR` */
  trace: string;
  /** `npm run --silent bench:gas > FILE` */
  gas: string;
};

/** Copies the summaries of the runs into `paper/data` and reduces the time series to the lines that figures draw. */
export function refreshData(sources: Sources, target: string = DATA): string[] {
  for (const [option, path] of Object.entries(sources)) {
    if (!existsSync(path))
      throw new UsageError(`--${option}: ${path} is not there; paper/README.md says how to make it`);
  }
  mkdirSync(target, { recursive: true });
  const summaries = readdirSync(sources.sim).filter((name) => /^E\d+\.csv$/.test(name));
  for (const name of summaries) copyFileSync(join(sources.sim, name), join(target, name));
  copyFileSync(join(sources.trace, "E10.csv"), join(target, "E10-azure.csv"));
  copyFileSync(sources.gas, join(target, "gas.jsonl"));
  for (const chart of SERIES_CHARTS) {
    const directory = chart.file.includes("azure") ? sources.trace : sources.sim;
    const rows = parse(readFileSync(join(directory, chart.from)), { columns: true }) as Row[];
    writeFileSync(join(target, chart.file), seriesChart(chart, rows));
  }
  return [...summaries, "E10-azure.csv", "gas.jsonl", ...SERIES_CHARTS.map(({ file }) => file)];
}
