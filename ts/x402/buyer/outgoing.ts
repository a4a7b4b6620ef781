import { readBody } from "../seller/readBody.ts";
import type { Outgoing } from "./order.ts";

const ALLOWED = ["accept", "accept-language", "content-type"];
/** The longest request, bytes. */
const MAX_BODY = 10_000_000;

/** A request as it goes to a stranger: nothing goes along that is not meant for one. @param more Headers beside the usual. */
export async function outgoing(path: string, init: RequestInit, more: readonly string[] = []): Promise<Outgoing> {
  const { method, headers, body } = new Request(new URL(path, "http://sink.invalid"), { ...init, signal: null });
  const allowed = [...headers].filter(([name]) => [...ALLOWED, ...more].includes(name));
  return { method, path, headers: Object.fromEntries(allowed), body: await readBody(body, MAX_BODY) };
}

/** @throws The signal's reason, as soon as it is given. */
export function abortablePause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
