import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderChart } from "./charts.ts";
import { DICTIONARY_FILE, dictionaryRows, requireKnown } from "./dictionary.ts";
import type { Report, Summary } from "./run.ts";

/**
 * Writes DIR/E1.csv, series as DIR/E1-series.csv, one SVG per chart, and DIR/dictionary.csv, which says what every column of
 * whatever experiment is; returns their names.
 */
export function writeReport(report: Report, directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  const { name, charts } = report.experiment;
  const files: [string, string][] = [[`${name}.csv`, metricsCsv(report.summaries)]];
  const series = seriesCsv(report.summaries);
  if (series) files.push([`${name}-series.csv`, series]);
  for (const chart of charts) files.push([`${name}-${chart.file}.svg`, renderChart(chart, report.summaries)]);
  files.push([DICTIONARY_FILE, dictionaryCsv()]);
  for (const [file, content] of files) writeFileSync(join(directory, file), content);
  return files.map(([file]) => file);
}

/** A line for each case: its values, the means of its metrics, and half the width of their 95 % intervals. */
export function metricsCsv(summaries: readonly Summary[]): string {
  const values = namesOf(summaries.map((summary) => summary.values));
  const metrics = namesOf(summaries.map((summary) => summary.metrics));
  const header = [...values, "seeds", ...metrics.flatMap((metric) => [metric, `${metric}_ci95`])];
  const rows = summaries.map((summary) => [
    ...values.map((value) => summary.values[value] ?? ""),
    summary.seeds,
    ...metrics.flatMap((metric): (string | number)[] => {
      const found = summary.metrics[metric];
      return found ? [rounded(found.mean), rounded(found.ci95)] : ["", ""];
    }),
  ]);
  return table(header, rows);
}

/** What the columns of all files are. */
export const dictionaryCsv = (): string => csv(dictionaryRows());

function seriesCsv(summaries: readonly Summary[]): string | undefined {
  const values = namesOf(summaries.map((summary) => summary.values));
  const rows = summaries.flatMap((summary) =>
    Object.entries(summary.series).flatMap(([key, points]) =>
      points.map(({ mean, ci95 }, i) => [
        ...values.map((value) => summary.values[value] ?? ""),
        key,
        i,
        rounded(mean),
        rounded(ci95),
      ]),
    ),
  );
  return rows.length === 0 ? undefined : table([...values, "series", "point", "mean", "ci95"], rows);
}

/** As a value for `--json`. */
export function reportJson({ experiment, firstSeed, summaries }: Report) {
  return {
    experiment: experiment.name,
    title: experiment.title,
    about: experiment.about,
    firstSeed,
    cases: summaries.map(({ values, seeds, metrics }) => ({ ...values, seeds, metrics })),
  };
}

/** A table for people: the metrics of every case, with 95 % intervals. */
export function reportText({ experiment, summaries }: Report): string {
  const lines = [`${experiment.name}  ${experiment.title}`, experiment.about, ""];
  for (const { values, seeds, metrics } of summaries) {
    const setting = Object.entries(values).map(([key, value]) => `${key} ${value}`);
    lines.push(`${setting.join(", ")} (${seeds} ${seeds === 1 ? "run" : "seeds"})`);
    for (const [metric, { mean, ci95 }] of Object.entries(metrics)) {
      const interval = ci95 > 1e-9 * Math.abs(mean) ? ` ± ${Number(ci95.toPrecision(2))}` : "";
      lines.push(`    ${metric.replaceAll("_", " ").padEnd(36)} ${Number(mean.toPrecision(5))}${interval}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function namesOf(records: readonly object[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

function rounded(value: number): number {
  return Number(value.toPrecision(8));
}

/** A file whose columns the dictionary knows. */
function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  requireKnown(columns);
  return csv([columns, ...rows]);
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  return `${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;
}
