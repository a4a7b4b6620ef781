import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Rng } from "./rng.ts";

/** One request of a trace: when it came, and how much work it is. */
export interface Request {
  seconds: number;
  tokens: number;
}

/** The file is not a request trace. */
export class TraceError extends Error {
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = "TraceError";
  }
}

const COLUMNS = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;

/** Reads a trace in the format of the Azure LLM inference traces: TIMESTAMP, ContextTokens, GeneratedTokens. */
export function readTrace(path: string): Request[] {
  const rows = parseRows(path);
  let start: number | undefined;
  return rows.map(({ record, info }) => {
    const at = Date.parse(`${(record.TIMESTAMP ?? "").trim().replace(" ", "T").slice(0, 23)}Z`);
    const tokens = Number(record.ContextTokens) + Number(record.GeneratedTokens);
    if (Number.isNaN(at)) throw new TraceError(path, `line ${info.lines}: no TIMESTAMP: "${record.TIMESTAMP ?? ""}"`);
    if (!(tokens >= 0)) throw new TraceError(path, `line ${info.lines}: tokens are not numbers`);
    start ??= at;
    if (at < start) throw new TraceError(path, `line ${info.lines}: earlier than the first request`);
    return { seconds: (at - start) / 1000, tokens };
  });
}

interface Row {
  record: Record<string, string | undefined>;
  info: { lines: number };
}

function parseRows(path: string): Row[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new TraceError(path, (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : String(error));
  }
  let rows: Row[];
  try {
    rows = parse(text, { columns: true, info: true, bom: true, skip_empty_lines: true }) as unknown as Row[];
  } catch (error) {
    throw new TraceError(path, (error as Error).message);
  }
  const missing = COLUMNS.filter((column) => rows[0]?.record[column] === undefined);
  if (missing.length > 0) throw new TraceError(path, `no column ${missing.join(", ")}`);
  return rows;
}

/**
 * An hour of made-up requests with what makes real ones hard: bursts (a rate that wanders, and spikes) and heavy tails
 * (log-normal sizes with mean 1,370 and standard deviation 1,100 tokens, as in the Azure conversation trace of 2023).
 */
export function generateTrace(rng: Rng, seconds = 3600, perSecond = 5.4): Request[] {
  const requests: Request[] = [];
  let mood = 0;
  for (let second = 0; second < seconds; second++) {
    mood = 0.995 * mood + 0.04 * rng.normal();
    const spike = rng.uniform() < 1 / 400 ? 6 : 1;
    const count = rng.poisson(perSecond * Math.exp(mood - 0.08) * spike);
    for (let k = 0; k < count; k++) {
      requests.push({ seconds: second + k / count, tokens: Math.round(Math.exp(6.97 + 0.71 * rng.normal())) });
    }
  }
  return requests;
}

/** Tokens per second in every step, scaled so that the mean is `meanRate` units. */
export function traceRates(requests: readonly Request[], stepSeconds: number, meanRate: number): Float64Array {
  const last = requests.at(-1)?.seconds ?? 0;
  const steps = Math.max(1, Math.floor(last / stepSeconds));
  const rates = new Float64Array(steps);
  let total = 0;
  for (const { seconds, tokens } of requests) {
    const step = Math.floor(seconds / stepSeconds);
    if (step >= steps) continue;
    rates[step] = (rates[step] as number) + tokens;
    total += tokens;
  }
  return rates.map((tokens) => (total === 0 ? 0 : (tokens * meanRate * steps) / total));
}
