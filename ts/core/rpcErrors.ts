import { BaseError, HttpRequestError, SocketClosedError, TimeoutError, WebSocketRequestError } from "viem";
import { describeError } from "./errors.ts";

/** What nodes say of a transaction; their codes differ, their words hardly. */
const ALREADY_KNOWN = /already known|already imported|known transaction/i;
const NONCE_TOO_LOW = /nonce too low|nonce is too low|already been used|invalid nonce|oldnonce/i;
const UNDERPRICED = /underpriced|fee too low to replace|gap too small/i;
const FEE_BELOW_BASE = /max fee per gas less than block base fee|fee cap less than block base fee|below base fee/i;
const FUNDS = /insufficient funds/i;
const FAILED = /revert|out of ?gas|gas required exceeds|exceeds block gas limit|invalid opcode|evm error/i;
/** A node without the state or the block that was asked for. */
const NO_STATE = /header not found|unknown block|missing trie|state .*not available|block not found/i;

/** More blocks, or more events, than an endpoint looks through at once. The codes are those of anything else. */
const TOO_LARGE = new RegExp(
  [
    "range (?:is |was )?(?:too|limit|exceed)",
    "ranges? (?:over|above|larger)",
    "(?:up to|limited to|max(?:imum)?|exceeds?)\\b[^.]{0,40}\\b(?:range|blocks|results)\\b",
    "max range",
    "(?:too many|more than [\\d,]+) (?:results|logs|blocks|rows)",
    "response size (?:is too|should not|exceed)",
    "query (?:timeout|timed out)",
  ].join("|"),
  "i",
);
const RATE_LIMITED = /rate.?limit|rate exceeded|too many requests|requests? (?:count|per)|throttl|compute units|quota/i;
/** Of JSON-RPC: "limit exceeded", and what several providers answer instead of HTTP 429. */
const RATE_LIMIT_CODES = [-32005, -32016, -32029, 429];

/** Whose fault it is that a request failed, and so what helps. */
export type RpcFailure =
  /** The chain has answered: another endpoint would say the same. */
  | "answered"
  /** It would have to look through too much at once: ask for less. */
  | "too large"
  /** It was asked too often: ask later. Asking for less would only be asking more often. */
  | "rate limited"
  /** No connection, no answer in time, internal errors, missing state: ask another endpoint. */
  | "unavailable";

/** Decides by the words first: providers share codes for different things. */
export function classifyRpcError(error: unknown): RpcFailure {
  const text = textOf(error);
  const status = statusOf(error);
  if (status !== 429 && TOO_LARGE.test(text)) return "too large";
  if (status === 429 || RATE_LIMIT_CODES.includes(codeOf(error) ?? 0) || RATE_LIMITED.test(text)) return "rate limited";
  if (isTransportFailure(error) || NO_STATE.test(text)) return "unavailable";
  const code = codeOf(error);
  // 3: execution reverted; -32602: wrong arguments; -32003: transaction rejected.
  if (code === 3 || code === -32602 || code === -32003) return "answered";
  const answers = [FAILED, ALREADY_KNOWN, NONCE_TOO_LOW, UNDERPRICED, FEE_BELOW_BASE, FUNDS];
  return answers.some((words) => words.test(text)) ? "answered" : "unavailable";
}

/** Whether the chain itself has answered: another endpoint would say the same, so asking it is pointless. */
export const isChainsAnswer = (error: unknown): boolean => classifyRpcError(error) === "answered";

/** Whether nothing came back that a node could have said. */
export function isTransportFailure(error: unknown): boolean {
  const kinds = [HttpRequestError, TimeoutError, SocketClosedError, WebSocketRequestError];
  return find(error, (level) => kinds.some((kind) => level instanceof kind)) !== undefined;
}

/** How long an endpoint wants to be left alone, milliseconds; undefined if it does not say. @param now Milliseconds. */
export function retryAfterOf(error: unknown, now: number): number | undefined {
  const level = find(error, (each) => (each as { headers?: unknown }).headers instanceof Headers);
  const text = (level as { headers?: Headers } | undefined)?.headers?.get("retry-after") ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/**
 * Whether the endpoint cannot be reached, takes too long, or is too busy (429, 5xx, -32016): the same question may be
 * answered later, or by another. What the chain has refused never is.
 */
export function isUnavailable(error: unknown): boolean {
  const isSilent = (level: Error): boolean =>
    level instanceof TimeoutError ||
    level instanceof SocketClosedError ||
    level instanceof WebSocketRequestError ||
    (level instanceof HttpRequestError && isBusy(level.status));
  return find(error, isSilent) !== undefined || classifyRpcError(error) === "rate limited";
}

function isBusy(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** The account cannot pay for gas and value. */
export const isOutOfFunds = (error: unknown): boolean => FUNDS.test(textOf(error));
export const isAlreadyKnown = (error: unknown): boolean => ALREADY_KNOWN.test(textOf(error));
export const isNonceTooLow = (error: unknown): boolean => NONCE_TOO_LOW.test(textOf(error));
/** The offered fees are too low: for a replacement, or for the next block. */
export const isUnderpriced = (error: unknown): boolean =>
  UNDERPRICED.test(textOf(error)) || FEE_BELOW_BASE.test(textOf(error));

/** What the node itself has said, in one line; libraries say it in their words above. */
export function nodesWords(error: unknown): string {
  let words = describeError(error);
  find(error, (level) => {
    if (level instanceof BaseError && level.details) words = level.details.split("\n", 1)[0] ?? words;
    return false;
  });
  return words;
}

/** Messages of an error and of those underneath. */
function textOf(error: unknown): string {
  const texts: string[] = [];
  find(error, (level) => {
    texts.push(level instanceof BaseError ? `${level.shortMessage} ${level.details}` : level.message);
    return false;
  });
  return texts.join("\n");
}

function statusOf(error: unknown): number | undefined {
  const answered = find(error, (level) => typeof (level as { status?: unknown }).status === "number");
  return (answered as { status?: number } | undefined)?.status;
}

function codeOf(error: unknown): number | undefined {
  const coded = find(error, (level) => typeof (level as { code?: unknown }).code === "number");
  return (coded as { code?: number } | undefined)?.code;
}

function find(error: unknown, matches: (level: Error) => boolean): Error | undefined {
  for (let level = error; level instanceof Error; level = level.cause) if (matches(level)) return level;
  return undefined;
}
