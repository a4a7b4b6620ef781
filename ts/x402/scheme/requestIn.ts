import type { OrderedRequest } from "../../sdk/work/wire.ts";
import { UnboundRequestError } from "../errors.ts";

/** What x402's adapters for Hono and Express give, and what is behind them. */
type Adapter = {
  getHeader(name: string): string | undefined;
  getMethod(): string;
  getUrl(): string;
  /** Hono's context. */
  c?: { req: { arrayBuffer(): Promise<ArrayBuffer> } };
  /** Express's request. */
  req?: { body?: unknown; rawBody?: unknown };
};

/**
 * The request that stock middleware is dealing with, as its source called it.
 * @throws {UnboundRequestError} if its body is not there as it came.
 */
export async function requestIn(
  transportContext: unknown,
  { origin, pricedHeaders = [] }: { origin?: string | undefined; pricedHeaders?: readonly string[] | undefined },
): Promise<OrderedRequest> {
  const adapter = (transportContext as { request?: { adapter?: Adapter } } | undefined)?.request?.adapter;
  if (adapter === undefined) throw new UnboundRequestError("this transport does not show its request");
  const asked = new URL(adapter.getUrl());
  const url = origin === undefined ? asked.href : new URL(asked.pathname + asked.search, origin).href;
  const headers: Record<string, string> = {};
  for (const name of pricedHeaders) headers[name] = adapter.getHeader(name) ?? "";
  return { method: adapter.getMethod(), url, headers, body: await bodyIn(adapter) };
}

async function bodyIn(adapter: Adapter): Promise<string | Uint8Array> {
  const { c, req } = adapter;
  if (c !== undefined) return new Uint8Array(await c.req.arrayBuffer());
  for (const body of [req?.rawBody, req?.body]) {
    if (typeof body === "string" || body instanceof Uint8Array) return body;
  }
  const isEmpty = !adapter.getHeader("transfer-encoding") && Number(adapter.getHeader("content-length") ?? 0) === 0;
  if (isEmpty) return "";
  throw new UnboundRequestError("keep the body as it came: express.raw({ type: () => true }) before the paywall");
}
