import { BaseError, HttpRequestError, SocketClosedError, TimeoutError, WebSocketRequestError } from "viem";
import { describeError } from "./errors.ts";

/** What nodes say of a transaction; their codes differ, their words hardly. */
const ALREADY_KNOWN = /already known|already imported|known transaction/i;
const NONCE_TOO_LOW = /nonce too low|nonce is too low|already been used|invalid nonce|oldnonce/i;
const UNDERPRICED = /underpriced|fee too low to replace|gap too small/i;
const FEE_BELOW_BASE = /max fee per gas less than block base fee|fee cap less than block base fee|below base fee/i;
const FUNDS = /insufficient funds/i;
const FAILED = /revert|out of ?gas|gas required exceeds|exceeds block gas limit|invalid opcode|evm error/i;
const BUSY = /too many requests|rate limit|over (compute|request) (unit )?(capacity|limit)|over capacity/i;
/** A node without the state or the block that was asked for. */
const NO_STATE = /header not found|unknown block|missing trie|state .*not available|block not found/i;

/**
 * Whether the chain itself has answered: another endpoint would say the same, so asking it is pointless. Everything else
 * (no connection, no answer in time, limits, internal errors, missing state) is the endpoint's fault.
 */
export function isChainsAnswer(error: unknown): boolean {
  if (find(error, (level) => level instanceof HttpRequestError || level instanceof TimeoutError) !== undefined) {
    return false;
  }
  const text = textOf(error);
  if (NO_STATE.test(text)) return false;
  const code = codeOf(error);
  // 3: execution reverted; -32602: wrong arguments; -32003: transaction rejected.
  if (code === 3 || code === -32602 || code === -32003) return true;
  return [FAILED, ALREADY_KNOWN, NONCE_TOO_LOW, UNDERPRICED, FEE_BELOW_BASE, FUNDS].some((words) => words.test(text));
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
  if (find(error, isSilent) !== undefined) return true;
  return !isChainsAnswer(error) && (codeOf(error) === -32016 || BUSY.test(textOf(error)));
}

function isBusy(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** Whether no endpoint could be reached at all: asking for less would not help. */
export function isUnreachable(error: unknown): boolean {
  const failure = find(error, (level) => level instanceof HttpRequestError) as HttpRequestError | undefined;
  return failure !== undefined && failure.status === undefined;
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

function codeOf(error: unknown): number | undefined {
  const coded = find(error, (level) => typeof (level as { code?: unknown }).code === "number");
  return (coded as { code?: number } | undefined)?.code;
}

function find(error: unknown, matches: (level: Error) => boolean): Error | undefined {
  for (let level = error; level instanceof Error; level = level.cause) if (matches(level)) return level;
  return undefined;
}
