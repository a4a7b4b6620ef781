import pc from "picocolors";
import { toJson } from "../../core/bigints.ts";
import { wrap } from "../../core/wrap.ts";

/** What one look at something shows. */
export type Report = {
  title: string;
  /** Name and value; a value of undefined is left out. */
  rows: (readonly [string, string | undefined])[];
  /** Columns of a list below, if there is one. */
  table?: Table | undefined;
  /** What somebody should do something about, in words. */
  attention: string[];
  /** Everything that was read, for `--json`. */
  data: unknown;
};

export type Table = {
  head: string[];
  rows: string[][];
  /** What is too long for a column: below each row, if it is there. */
  below?: (string | undefined)[] | undefined;
};

/** The report as text for a screen. */
export function renderText({ title, rows, table, attention }: Report, colour: boolean): string {
  const { bold, dim, yellow, green } = pc.createColors(colour);
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length), 0);
  const row = ([name, value]: readonly [string, string]): string => {
    const label = `  ${name.padEnd(width)}  `;
    return wrap(`${label}${value}`, label.length).replace(label, dim(label));
  };
  const lines = [bold(title), ...shown.map(row)];
  if (table !== undefined) lines.push("", ...renderTable(table, dim));
  lines.push(
    "",
    ...(attention.length === 0
      ? [green("Nothing needs attention.")]
      : attention.map((text) => yellow(wrap(`! ${text}`, 2)))),
  );
  return `${lines.join("\n")}\n`;
}

function renderTable({ head, rows, below = [] }: Table, dim: (text: string) => string): string[] {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: string[]): string =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  const withNote = (row: string[], index: number): string[] => {
    const note = below[index];
    return note === undefined ? [line(row)] : [line(row), dim(`    ${note}`)];
  };
  return [dim(line(head)), ...rows.flatMap(withNote)];
}

/** The report as JSON: amounts in wei, as decimal text. */
export function renderJson({ data, attention }: Report): string {
  return `${toJson({ ...(data as object), attention })}\n`;
}
