import { closeSync, openSync, readSync } from "node:fs";
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

/** A wrong year must not become a billion steps of a simulation. Days. */
const MAX_DAYS = 7;

/** A million requests take five seconds and half a gigabyte to read. */
export const MAX_REQUESTS = 1_000_000;
export const MAX_BYTES = 100_000_000;

/**
 * Reads requests from a CSV file with the columns TIMESTAMP, ContextTokens, GeneratedTokens, as the public Azure LLM
 * inference traces have them: UTF-8, in order of time. Times without a time zone are UTC.
 * @returns At least one request, in order of time, with tokens in at least one of them.
 * @throws {TraceError} naming the line, what is wrong and what to do.
 */
export function readTrace(path: string): TraceRequest[] {
  let bytes: Uint8Array;
  try {
    bytes = readUpTo(MAX_BYTES + 1, path);
  } catch (cause) {
    throw new TraceError(path, undefined, fileReason(cause), { cause });
  }
  if (bytes.length > MAX_BYTES) throw new TraceError(path, undefined, `more than ${MAX_BYTES / 1e6} MB: cut the file`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TraceError(path, undefined, "not UTF-8: save it again as UTF-8", { cause });
  }
  return parseTrace(text, path);
}

/** In pieces, because a pipe or a device does not say how much is to come. */
function readUpTo(limit: number, path: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  const file = openSync(path, "r");
  try {
    for (let left = limit; left > 0; ) {
      const piece = new Uint8Array(Math.min(left, 1 << 20));
      const read = readSync(file, piece);
      if (read === 0) break;
      pieces.push(piece.subarray(0, read));
      left -= read;
    }
  } finally {
    closeSync(file);
  }
  return Buffer.concat(pieces);
}

function fileReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return "no such file";
  if (code === "EISDIR") return "is a folder";
  return describeError(error);
}

/**
 * The same for the text of a trace.
 * @param path Named in errors.
 * @throws {TraceError}
 */
export function parseTrace(text: string, path: string): TraceRequest[] {
  const requests: TraceRequest[] = [];
  let start: number | undefined;
  forEachRow(text, path, (row, fail) => {
    const request = parseRow(row, fail);
    start ??= request.at;
    request.at -= start;
    requirePlace(request.at, requests, fail);
    requests.push(request);
  });
  if (requests.length === 0) throw new TraceError(path, undefined, "no requests after the header");
  if (!requests.some(({ context, generated }) => context + generated > 0)) {
    throw new TraceError(path, undefined, "no request has any tokens");
  }
  return requests;
}

/** @param at Seconds since the first request. */
function requirePlace(at: number, before: readonly TraceRequest[], fail: Fail): void {
  if (before.length === MAX_REQUESTS) fail(`more than ${MAX_REQUESTS} requests: cut the file`);
  if (at < (before.at(-1)?.at ?? 0)) fail("earlier than the request before it: sort the rows by TIMESTAMP");
  const days = at / 86_400;
  if (days > MAX_DAYS) {
    fail(
      `${days.toFixed(1)} days after the first request, and a trace covers at most ${MAX_DAYS}: ` +
        "correct TIMESTAMP or cut the file",
    );
  }
}

/** Raises a `TraceError` for the line at hand. */
type Fail = (reason: string) => never;

/** Calls `take` with each row below the header; nothing is kept of a row once it is taken. */
function forEachRow(text: string, path: string, take: (row: string[], fail: Fail) => void): void {
  let headed = false;
  const onRecord = (record: string[], line: number): null => {
    const fail: Fail = (reason) => {
      throw new TraceError(path, line, reason);
    };
    if (headed) take(record, fail);
    else requireHeader(record, fail);
    headed = true;
    return null;
  };
  try {
    parse(text, {
      bom: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], { lines }) => onRecord(record, lines),
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new TraceError(path, Number(cause.lines), csvReason(cause), { cause });
  }
  if (!headed) throw new TraceError(path, 1, `${EXPECTED_HEADER}, found an empty file`);
}

function csvReason(error: CsvError): string {
  if (error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    const found = error.record;
    return `expected ${COLUMNS.length} columns, found ${Array.isArray(found) ? found.length : "another number"}`;
  }
  return error.message.replace(/ (at|on) line \d+.*$/s, "");
}

const EXPECTED_HEADER = `expected the header "${COLUMNS.join()}"`;

function requireHeader(record: readonly string[], fail: Fail): void {
  if (record.join() !== COLUMNS.join()) fail(`${EXPECTED_HEADER}, found ${quote(record.join())}`);
}

function parseRow([timestamp = "", context = "", generated = ""]: string[], fail: Fail): TraceRequest {
  return {
    at: parseTimestamp(timestamp, fail),
    context: parseTokens("ContextTokens", context, fail),
    generated: parseTokens("GeneratedTokens", generated, fail),
  };
}

function parseTokens(column: string, text: string, fail: Fail): number {
  if (!/^\d+$/.test(text)) fail(`${column} ${quote(text)} is not a whole number of tokens, such as 374`);
  const count = Number(text);
  if (count > MAX_TOKENS) fail(`${column} ${text.slice(0, 40)} is more than ${MAX_TOKENS}: is it another column?`);
  return count;
}

/** Seconds; Date alone would round to milliseconds, and the Azure traces have ten millionths. */
function parseTimestamp(text: string, fail: Fail): number {
  // Eleven digits are enough for a thousand years of seconds, and too few for milliseconds since 1970.
  if (/^\d{1,11}(\.\d+)?$/.test(text)) return Number(text);
  const [, date, time, fraction = "", zone = ""] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)? ?(.*)$/s.exec(text) ?? [];
  const utc = new Date(`${date}T${time}Z`);
  // Date makes the 2nd of March of the 30th of February.
  if (Number.isNaN(utc.getTime()) || !utc.toISOString().startsWith(`${date}T${time}`)) {
    fail(`TIMESTAMP ${quote(text)} is no time: write "YYYY-MM-DD hh:mm:ss" in UTC, or a number of seconds`);
  }
  return utc.getTime() / 1000 + Number(`0${fraction}`) - zoneSeconds(zone, fail);
}

/** How far a time zone is ahead of UTC, seconds. */
function zoneSeconds(zone: string, fail: Fail): number {
  if (zone === "" || zone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(zone) ?? [];
  if (sign === undefined) {
    fail(`time zone ${quote(zone)} is not known: write the time in UTC, or with an offset such as +01:00`);
  }
  return Number(`${sign}1`) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** For a line on a terminal: short, and without anything that a terminal obeys. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
