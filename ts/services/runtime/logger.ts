import { type Logger as PinoLogger, pino } from "pino";
import { describeError } from "../../core/errors.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Logger = PinoLogger;

export type CreateLoggerParameters = {
  /** Which service writes. */
  service: string;
  level: LogLevel;
  /** Takes one line of JSON, with its line break. */
  write: (line: string) => void;
};

const URL_TEXT = /\b(?:https?|wss?|postgres(?:ql)?):\/\/[^\s"'`\\<>)\]}]+/g;

/**
 * One JSON object per line. Amounts (`bigint`) become decimal text; an `error` becomes its one line. Whatever URL gets
 * into a line, in a message of a library too, leaves it as its host: an endpoint's path or query often is the key.
 * @example
 * const log = createLogger({ service: "keeper", level: "info", write: (line) => process.stdout.write(line) });
 * log.warn({ error }, "an endpoint failed");
 */
export function createLogger({ service, level, write }: CreateLoggerParameters): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: writable },
    // What must never be written, should somebody pass it.
    redact: { paths: ["privateKey", "password", "keystorePassword", "*.privateKey", "*.password"], remove: true },
  };
  return pino(options, { write: (line: string) => write(redactUrls(line)) });
}

/** Every URL of a text as its host alone. */
export function redactUrls(text: string): string {
  return text.replace(URL_TEXT, (url) => (URL.canParse(url) ? new URL(url).host : "(an endpoint)"));
}

function writable(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, writableValue(value)]));
}

function writableValue(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) return describeError(value);
  if (Array.isArray(value)) return value.map(writableValue);
  if (typeof value === "object" && value !== null) return writable(value as Record<string, unknown>);
  return value;
}
