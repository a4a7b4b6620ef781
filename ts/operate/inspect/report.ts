import pc from "picocolors";
import { formatUnits } from "viem";
import { toJson } from "../../core/bigints.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { fromFlowRate } from "../../sdk/utils/units.ts";

/** Width of a screen. */
const COLUMNS = 80;

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

/** "1,234.5 USDCx". */
export function amount(wei: bigint, symbol: string): string {
  return `${formatAmount(wei)} ${symbol}`;
}

/** "5,000 USDCx per month (0.001902 per second)". */
export function rate(flowRate: bigint, symbol: string): string {
  const perMonth = formatAmount(fromFlowRate({ flowRate, per: "month" }));
  return `${perMonth} ${symbol} per month (${significant(flowRate)} per second)`;
}

/** Tokens per month, as short as a column of a table is: "13,127.4". */
export function monthly(flowRate: bigint): string {
  const tokens = Number(formatUnits(fromFlowRate({ flowRate, per: "month" }), 18));
  if (tokens >= 1e9) return tokens.toExponential(1);
  if (tokens !== 0 && tokens < 0.01) return tokens.toPrecision(2);
  return tokens.toLocaleString("en", { maximumFractionDigits: tokens < 1000 ? 2 : 0 });
}

/** Four digits, wherever they are: rates per second are small numbers. */
function significant(wei: bigint): string {
  if (wei === 0n) return "0";
  const [whole = "0", fraction = ""] = formatUnits(wei, 18).split(".");
  if (whole !== "0" && whole !== "-0") return formatAmount(wei);
  const zeros = fraction.length - fraction.replace(/^0+/, "").length;
  return `${whole}.${fraction.slice(0, zeros + 4).replace(/0+$/, "")}`;
}

/** Text of strangers, for a screen: without what could move a cursor or look like other letters, and not too long. */
export function safeText(text: string, longest = Number.POSITIVE_INFINITY): string {
  const safe = text.slice(0, longest + 1).replace(/[^\x20-\x7e]/g, "?");
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 2)}..`;
}

/** "12.3 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "2027-01-15 08:00:00 UTC". */
export function moment(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The report as text for a screen. */
export function renderText({ title, rows, table, attention }: Report, colour: boolean): string {
  const { bold, dim, yellow, green } = pc.createColors(colour);
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length), 0);
  const lines = [bold(title), ...shown.map(([name, value]) => `  ${dim(name.padEnd(width))}  ${value}`)];
  if (table !== undefined) lines.push("", ...renderTable(table, dim));
  lines.push(
    "",
    ...(attention.length === 0
      ? [green("Nothing needs attention.")]
      : attention.map((text) => yellow(wrap(`! ${text}`)))),
  );
  return `${lines.join("\n")}\n`;
}

/** Breaks a sentence between words, so that it fits a screen. */
function wrap(sentence: string): string {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
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
