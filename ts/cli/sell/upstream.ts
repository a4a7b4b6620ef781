import { BackpressureError } from "../../core/errors.ts";
import { type Serve, SOURCE_HEADER } from "../../x402/seller/paywall.ts";
import { only } from "../http.ts";

/** What of a request reaches the server behind, and what of its answer goes out. */
const REQUEST = ["accept", "accept-language", "content-type", "content-language", SOURCE_HEADER];
const ANSWER = [
  "content-type",
  "content-language",
  "content-disposition",
  "cache-control",
  "retry-after",
  "x-request-id",
];

export type UpstreamParameters = {
  /** Its origin. */
  upstream: string;
  /** Headers of buyers that get through beside the usual ones. */
  headers: readonly string[];
  /** What the server behind wants to see as `Authorization`. */
  authorization?: string | undefined;
  /** Told whether it could be reached. */
  onReached: (isReached: boolean) => void;
};

/**
 * The server behind sends elsewhere: what was paid for is not there.
 * @remarks Name, with `--upstream`, the address that it redirects to.
 */
export class UpstreamRedirectsError extends BackpressureError {
  override name = "UpstreamRedirectsError";
}

/** Has the work done by the server behind. The URL that was hashed is the one that is called. */
export function upstreamOf({ upstream, headers, authorization, onReached }: UpstreamParameters): Serve {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const sent = only(request.headers, [...REQUEST, ...headers]);
    // Compressed answers could not be counted.
    sent.set("accept-encoding", "identity");
    if (authorization !== undefined && authorization !== "") sent.set("authorization", authorization);
    const body = request.body === null ? {} : { body: await request.arrayBuffer() };
    const { method, signal } = request;
    try {
      const answer = await fetch(new URL(pathname + search, upstream), {
        ...{ method, headers: sent, signal, redirect: "manual" },
        ...body,
      });
      onReached(true);
      if (answer.status >= 300 && answer.status < 400 && answer.status !== 304)
        throw new UpstreamRedirectsError(`${pathname} redirects`);
      return new Response(answer.body, { status: answer.status, headers: only(answer.headers, ANSWER) });
    } catch (error) {
      if (!signal.aborted && !(error instanceof UpstreamRedirectsError)) onReached(false);
      throw error;
    }
  };
}
