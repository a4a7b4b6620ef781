import { toJson } from "../../core/bigints.ts";
import { CreditMissingError, type OrderRefusedError } from "../../sdk/work/errors.ts";
import { concat } from "../meters/sse.ts";

/** An answer as the order that it was given to gets it again. */
type Kept = { status: number; type: string; cost: string; body?: string };

/** An answer that is longer is not kept, bytes. */
export const MAX_KEPT = 262_144;

/** Keeps the bytes of an answer while it passes, as long as there are not too many. */
export class Keeper {
  #chunks: Uint8Array[] = [];
  #size = 0;

  add(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size > MAX_KEPT) this.#chunks = [];
    else if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** @param isWhole Whether the answer came to its end. */
  text({ status, type, cost, isWhole }: { status: number; type: string; cost: bigint; isWhole: boolean }): string {
    const kept: Kept = { status, type, cost: String(cost) };
    const isKept = isWhole && this.#size <= MAX_KEPT;
    return JSON.stringify(isKept ? { ...kept, body: Buffer.from(concat(this.#chunks)).toString("base64") } : kept);
  }
}

/** What was kept; without a body if it was too long, or broken off. */
export function parseKept(text: string): { status: number; type: string; cost: bigint; body: Uint8Array | undefined } {
  const { status, type, cost, body } = JSON.parse(text) as Kept;
  const bytes = body === undefined ? undefined : new Uint8Array(Buffer.from(body, "base64"));
  return { status, type, cost: BigInt(cost), body: bytes };
}

/** The body of an answer that is no answer. @param now The chain's time, Unix seconds. */
export function refusalBody(code: string, message: string, now: number, more: object = {}): string {
  return toJson({ error: { code, message, ...more, now: Math.floor(now) } });
}

/** How a refusal is said: what is missing, and when it is worth to try again. */
export function refusalOf(error: OrderRefusedError, now: number) {
  const missing = error instanceof CreditMissingError ? { missing: error.missing } : {};
  return {
    status: error.status,
    code: error.code,
    retryAfter: error.retryAfter,
    body: refusalBody(error.code, error.message, now, missing),
  };
}
