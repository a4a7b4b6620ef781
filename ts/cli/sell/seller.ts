import { ACCOUNT_PATH } from "../../sdk/work/wire.ts";
import type { Meter } from "../../x402/meters/meter.ts";
import { Paywall, type Serve } from "../../x402/seller/paywall.ts";
import type { Till } from "../../x402/seller/till.ts";
import { problem } from "../http.ts";
import { isSold, type Route } from "./routes.ts";

export type SellerParameters = {
  till: Till;
  work: Meter;
  routes: readonly Route[];
  /** Where buyers call, as the profile says. */
  endpoint: URL;
  serve: Serve;
  onAnswer: (status: number) => void;
};

/** What stands at the public address: the paywall for what is sold, the account, and nothing else. */
export function sellerOf({ till, work, routes, endpoint, serve, onAnswer }: SellerParameters) {
  const paywall = new Paywall({ till, work, origin: endpoint.origin });
  const account = endpoint.pathname.replace(/\/$/, "") + ACCOUNT_PATH;
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const isAccount = url.pathname === account && ["GET", "PUT"].includes(request.method);
    const answer =
      isAccount || isSold(routes, request.method, url)
        ? await paywall.handle(request, serve)
        : problem(404, "not_sold", "this is not sold here");
    onAnswer(answer.status);
    return answer;
  };
}
