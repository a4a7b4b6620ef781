import { toJson } from "../core/bigints.ts";

/** What a run has measured, by name. */
export type Figures = Record<string, string | number | bigint>;

/** Prints figures for a reader, and as one line of JSON for programs: big numbers are decimal text there. */
export function printFigures(title: string, figures: Figures, tables: Record<string, readonly Figures[]> = {}): void {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  const lines = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(width)}  ${format(value)}`);
  const blocks = Object.entries(tables).map(([name, rows]) => [`  ${name}`, ...alignRows(rows)].join("\n"));
  process.stdout.write(`${[`\n${title}`, ...lines, ...blocks].join("\n")}\n`);
  const json = { title, ...figures, ...tables };
  process.stdout.write(`${toJson(json)}\n`);
}

function alignRows(rows: readonly Figures[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => format(row[name] ?? "")))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => {
    const aligned = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `    ${aligned.join("  ")}`;
  });
}

function format(value: string | number | bigint): string {
  return typeof value === "string" ? value : value.toLocaleString("en-US", { maximumFractionDigits: 4 });
}
