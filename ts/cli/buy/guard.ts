import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { keccak256, type LocalAccount } from "viem";
import { problem } from "../http.ts";

/** Where callers find it: what OpenAI's clients call a base URL. */
export const BASE = "/v1";

/**
 * The token of this gateway. It comes from the account's signature, so that it is the same after a restart and is kept
 * nowhere.
 */
export async function localToken(
  account: Pick<LocalAccount, "signMessage">,
  chainId: number,
  command: "buy" | "mcp" = "buy",
): Promise<string> {
  const signature = await account.signMessage({
    message: `Token of the local gateway of backpressure ${command}, chain ${chainId}`,
  });
  return `bp_${keccak256(signature).slice(2, 42)}`;
}

/** What looks like a key of somebody else's: sellers are strangers. */
const FOREIGN_KEYS = [
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\b(?:ghp|gho|ghs|github_pat|glpat|xox[abp])[_-][A-Za-z0-9_-]{20,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{35}\b/,
  /\bbp_[0-9a-f]{40}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

/** Whether a text that would go to a stranger has a key in it. */
export const hasForeignKey = (text: string): boolean => FOREIGN_KEYS.some((pattern) => pattern.test(text));

export type GuardTerms = {
  port: number;
  token: string;
  /** What everything that is called is under; `/v1` if not said. */
  base?: string | undefined;
  /** Whether who has no key may pay for a single request. */
  isOpenToPayers: boolean;
  /** Under which such callers may know the gateway, beside this machine's own names. */
  publicHost?: string | undefined;
};

/** Whether a request comes with no key: it is not its caller's owner who pays. */
export const hasNoKey = ({ headers }: IncomingMessage): boolean =>
  headers.authorization === undefined && headers["x-api-key"] === undefined;

/**
 * Why a request is not taken, before anything of it is read further; undefined if it is. Only this machine's own programs
 * know the token, no page in a browser may call, and no name that somebody has pointed at this machine.
 */
export function refusalOf(request: IncomingMessage, terms: GuardTerms): Response | undefined {
  const { port, token, base = BASE, isOpenToPayers, publicHost } = terms;
  const isPayer = isOpenToPayers && hasNoKey(request);
  const { headers, rawHeaders, url = "" } = request;
  // Node takes the first of them.
  if (rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length > 1)
    return problem(400, "ambiguous", "the host is said twice");
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, ...(isPayer && publicHost ? [publicHost] : [])];
  if (!hosts.includes(headers.host ?? ""))
    return problem(403, "wrong_host", "call 127.0.0.1 or localhost by that name");
  if (headers.origin !== undefined) return problem(403, "origin", "pages in a browser may not call");
  if (headers["transfer-encoding"] !== undefined && headers["content-length"] !== undefined)
    return problem(400, "ambiguous", "the length of the body is said twice");
  if (!url.startsWith("/") || normalForm(url) !== url)
    return problem(400, "not_normal", "the path is not in its normal form");
  if (!`${url}/`.startsWith(`${base}/`)) return problem(404, "not_found", `everything is under ${base}/`);
  if (isPayer) return undefined;
  return refusalOfKey(headers.authorization?.replace(/^Bearer /i, "") ?? String(headers["x-api-key"] ?? ""), token);
}

function refusalOfKey(key: string, token: string): Response | undefined {
  if (isEqual(key, token)) return undefined;
  const hint = key !== "" && !key.startsWith("bp_") ? "that is a key of something else; it went nowhere. " : "";
  return problem(401, "wrong_key", `${hint}Use the one that this program has printed`);
}

/** In a time that says nothing about how much of it is right. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function normalForm(url: string): string | undefined {
  const parsed = URL.canParse(url, "http://gateway.invalid") ? new URL(url, "http://gateway.invalid") : undefined;
  const isOurs =
    parsed?.origin === "http://gateway.invalid" &&
    !/%(2f|5c|00)/i.test(parsed.pathname) &&
    !parsed.pathname.includes("//");
  return isOurs ? parsed.pathname + parsed.search : undefined;
}
