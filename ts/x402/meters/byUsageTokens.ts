import { MalformedMessageError } from "../../sdk/work/wire.ts";
import type { Measurement, Meter, Task } from "./meter.ts";
import { concat, dataOf, EventSplitter, MAX_EVENT } from "./sse.ts";

export type ByUsageTokensParameters = {
  /** Of a token that goes in, wei. */
  input: bigint;
  /** Of a token that comes out, wei. */
  output: bigint;
  /** The most tokens that one answer may have; more is not asked of the model. */
  maxOutput: number;
  /** What is asked of the model where the request sets no limit; `maxOutput` if not said. */
  defaultOutput?: number | undefined;
  /** The most answers to one request (`n`); 1 if not said. */
  maxAnswers?: number | undefined;
};

type ChatRequest = Record<string, unknown> & { stream?: unknown; stream_options?: unknown; n?: unknown };

/** Names under which models are told how long an answer may be. */
const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;

/** Where nobody counts: a token has about four characters, and at least one byte. */
const BYTES_PER_TOKEN = 4;

/**
 * Counts tokens as an answer in the style of OpenAI says in `usage`. Every request is given a limit, so that its cost has
 * one; streams are made to end with their usage, and if they do not get that far, what was produced is counted.
 * @example
 * const work = byUsageTokens({ input: 2_000_000_000n, output: 8_000_000_000n, maxOutput: 4096 });
 */
export function byUsageTokens(parameters: ByUsageTokensParameters): Meter {
  const { input, output, maxOutput, defaultOutput = maxOutput, maxAnswers = 1 } = parameters;

  function limitsOf(chat: ChatRequest): { answers: number; tokens: number; names: string[] } {
    const names = LIMITS.filter((name) => chat[name] !== undefined && chat[name] !== null);
    const asked = names.map((name) => wholeNumber(name, chat[name]));
    const answers = chat.n === undefined || chat.n === null ? 1 : wholeNumber("n", chat.n);
    if (answers > maxAnswers) throw new MalformedMessageError(`"n" is at most ${maxAnswers} here`);
    return { answers, tokens: Math.min(maxOutput, ...(asked.length === 0 ? [defaultOutput] : asked)), names };
  }

  return {
    unit: "token",
    maximum(task) {
      const { answers, tokens } = limitsOf(parseChat(task));
      return input * BigInt(task.body.length) + output * BigInt(answers * tokens);
    },
    prepare(task) {
      const chat = parseChat(task);
      const { tokens, names } = limitsOf(chat);
      const limits = Object.fromEntries((names.length === 0 ? ["max_tokens"] : names).map((name) => [name, tokens]));
      const options = { stream_options: { ...Object(chat.stream_options), include_usage: true } };
      const prepared = { ...chat, ...limits, ...(chat.stream === true ? options : {}) };
      return { ...task, body: new TextEncoder().encode(JSON.stringify(prepared)) };
    },
    start(task, { isStream }) {
      const wantsUsage = Object(parseChat(task).stream_options).include_usage === true;
      const costOf = ({ input: inTokens, output: outTokens }: Tokens) =>
        input * BigInt(inTokens) + output * BigInt(outTokens);
      const inputBytes = task.body.length;
      return isStream ? measureStream({ inputBytes, wantsUsage, costOf }) : measureWhole(inputBytes, costOf);
    },
  };
}

type Tokens = { input: number; output: number };
type CostOf = (tokens: Tokens) => bigint;

const tokensOf = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

/** What an answer says that it took. */
function usageIn(answer: unknown): Tokens | undefined {
  const usage = Object(Object(answer).usage);
  const [input, output] = [usage.prompt_tokens ?? usage.input_tokens, usage.completion_tokens ?? usage.output_tokens];
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return isCount(input) && isCount(output) ? { input, output } : undefined;
}

function measureWhole(inputBytes: number, costOf: CostOf): Measurement {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    take(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      return chunk;
    },
    end: () => new Uint8Array(),
    cost() {
      const produced = { input: tokensOf(inputBytes), output: tokensOf(size) };
      return costOf(usageIn(parsed(new TextDecoder().decode(concat(chunks)))) ?? produced);
    },
  };
}

/** Passes on whole events; the one with the usage only to who has asked for it: other clients expect a choice in each. */
function measureStream({
  inputBytes,
  wantsUsage,
  costOf,
}: {
  inputBytes: number;
  wantsUsage: boolean;
  costOf: CostOf;
}) {
  const events = new EventSplitter();
  let [pieces, bytes] = [0, 0];
  let usage: Tokens | undefined;
  const isPassed = (event: Uint8Array): boolean => {
    const data = parsed(dataOf(event) ?? "");
    const said = usageIn(data) ?? usageIn(Object(data).response);
    usage = said ?? usage;
    // What is no event any more is text, whoever sends it.
    const produced = event.length > MAX_EVENT ? event.length : textIn(data);
    if (produced > 0) pieces += 1;
    bytes += produced;
    const { choices } = Object(data);
    return wantsUsage || said === undefined || !Array.isArray(choices) || choices.length > 0;
  };
  return {
    take: (chunk: Uint8Array) => concat(events.take(chunk).filter(isPassed)),
    end: () => events.rest(),
    cost: () => costOf(usage ?? { input: tokensOf(inputBytes), output: Math.max(pieces, tokensOf(bytes)) }),
  };
}

/** Bytes of text that an event of a stream adds to the answer, whatever kind of text it is. */
function textIn(data: unknown): number {
  const { choices, delta } = Object(data);
  const deltas: unknown[] = Array.isArray(choices) ? choices.map((choice) => Object(choice).delta) : [delta];
  return deltas.reduce<number>((sum, part) => sum + textWithin(part), 0);
}

function textWithin(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return 0;
  const fields = Object.entries(value).filter(([name]) => !["role", "id", "type", "index"].includes(name));
  return fields.reduce((sum, [, field]) => sum + textWithin(field), 0);
}

function parseChat({ body }: Task): ChatRequest {
  const chat = parsed(new TextDecoder().decode(body));
  if (typeof chat === "object" && chat !== null && !Array.isArray(chat)) return chat as ChatRequest;
  throw new MalformedMessageError("the body is not a JSON object");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeNumber(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new MalformedMessageError(`"${name.slice(0, 40)}" is not a whole number above 0`);
}
