import { UsageError } from "../../core/errors.ts";

/** What is sold: nothing else gets as far as the paywall. */
export type Route = {
  method: string;
  path: string;
  /** Names that its query may have. */
  query: string[];
};

/** Sold where nothing is said: what agents ask models for. */
export const CHAT = "POST /v1/chat/completions";

const ROUTE = /^([A-Z]+) (\/[^?#\s]*)(?:\?([A-Za-z0-9_.&-]*))?$/;

/**
 * Reads "POST /v1/chat/completions", or "GET /v1/search?q&limit" for one that takes a query.
 * @throws {UsageError} if it is no route, or not in its normal form.
 */
export function parseRoute(text: string): Route {
  const [, method = "", path = "", query = ""] = ROUTE.exec(text) ?? [];
  const isNormal = method !== "" && new URL(path, "http://seller.invalid").pathname === path && !path.includes("//");
  if (!isNormal) throw new UsageError(`"${text}" is no route: "POST /v1/things", "GET /v1/search?q&limit"`);
  return { method, path, query: query.split("&").filter((name) => name !== "") };
}

/**
 * Whether a request is one of those that are sold. URLs are compared in their normal form, which is what is hashed and what
 * is forwarded: a path that is written in another way is another path.
 */
export function isSold(routes: readonly Route[], method: string, url: URL): boolean {
  const names = [...url.searchParams.keys()];
  return routes.some(
    (route) =>
      route.method === method && route.path === url.pathname && names.every((name) => route.query.includes(name)),
  );
}
