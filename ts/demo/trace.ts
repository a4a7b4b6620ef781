import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { describeError, TraceError } from "../core/errors.ts";

/** One request to a language model. */
export type TraceRequest = {
  /** Seconds since the first request. */
  at: number;
  /** Tokens that the model reads. */
  context: number;
  /** Tokens that the model writes. */
  generated: number;
};

const COLUMNS = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;

/** More tokens than any request has; above it, a column was mixed up. */
const MAX_TOKENS = 100_000_000;

/**
 * Reads requests from a CSV file with the columns TIMESTAMP, ContextTokens, GeneratedTokens.
 * @returns At least one request, in order of time.
 * @throws {TraceError} naming the line and the reason.
 */
export function readTrace(path: string): TraceRequest[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : describeError(cause);
    throw new TraceError(path, undefined, reason, { cause });
  }
  return parseTrace(text, path);
}

/**
 * The same for the text of a trace.
 * @param path Named in errors.
 * @throws {TraceError}
 */
export function parseTrace(text: string, path: string): TraceRequest[] {
  const rows = parseRows(text, path).map(({ record, line }) =>
    parseRow(record, (reason) => {
      throw new TraceError(path, line, reason);
    }),
  );
  const [first] = rows.sort((a, b) => a.at - b.at);
  if (first === undefined) throw new TraceError(path, undefined, "has no requests");
  if (!rows.some(({ context, generated }) => context + generated > 0)) {
    throw new TraceError(path, undefined, "no request has any tokens");
  }
  return rows.map((row) => ({ ...row, at: row.at - first.at }));
}

type Row = { record: string[]; line: number };

function parseRows(text: string, path: string): Row[] {
  let rows: Row[];
  try {
    const options = { bom: true, skip_empty_lines: true, trim: true, info: true } as const;
    rows = (parse(text, options) as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({ record, line: info.lines }),
    );
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new TraceError(path, Number(cause.lines), csvReason(cause), { cause });
  }
  const header = rows.shift();
  if (header?.record.join() !== COLUMNS.join()) {
    const found = header === undefined ? "an empty file" : `"${header.record.join().slice(0, 80)}"`;
    throw new TraceError(path, header?.line ?? 1, `expected the header "${COLUMNS.join()}", found ${found}`);
  }
  return rows;
}

function csvReason(error: CsvError): string {
  if (error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    const found = error.record;
    return `expected ${COLUMNS.length} columns, found ${Array.isArray(found) ? found.length : "another number"}`;
  }
  return error.message.replace(/ (at|on) line \d+.*$/s, "");
}

function parseRow(
  [timestamp = "", context = "", generated = ""]: string[],
  fail: (reason: string) => never,
): TraceRequest {
  const at = parseTimestamp(timestamp);
  if (at === undefined) fail(`TIMESTAMP "${timestamp}" is neither "YYYY-MM-DD hh:mm:ss" nor a number of seconds`);
  return { at, context: tokens("ContextTokens", context, fail), generated: tokens("GeneratedTokens", generated, fail) };
}

function tokens(column: string, text: string, fail: (reason: string) => never): number {
  if (!/^\d+$/.test(text)) fail(`${column} "${text}" is not a whole number of tokens`);
  const count = Number(text);
  if (count > MAX_TOKENS) fail(`${column} ${text} is more than ${MAX_TOKENS} tokens`);
  return count;
}

/** Seconds; Date alone would round to milliseconds, and the Azure traces have ten millionths. */
function parseTimestamp(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction = "", zone = "Z"] = match;
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 + Number(`0${fraction}`);
}
