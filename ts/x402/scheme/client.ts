import { AsyncLocalStorage } from "node:async_hooks";
import type { PaymentResponseContext } from "@x402/core/client";
import type { PaymentPayloadResult, PaymentRequirements, SchemeNetworkClient } from "@x402/core/types";
import { min, toJson } from "../../core/bigints.ts";
import { asOrder, asStatement, hashRequest } from "../../sdk/work/wire.ts";
import type { BuyerAccount } from "../buyer/account.ts";
import { RedirectedError, UnboundRequestError } from "../errors.ts";
import { parseTerms, SCHEME } from "../terms.ts";

type Fetch = typeof globalThis.fetch;

type Bound = { request: Request; body: Uint8Array };

/**
 * The scheme `stream` at the side of the buyer, for `@x402/fetch`. It signs orders for the one pool of its account, holds
 * what sellers ask for against the registry, and streams within the account's budget.
 *
 * An order is bound to the request that it pays for, which x402 does not show to its schemes: so the paying fetch is wrapped
 * once more, by `bound`. And x402 pays with no other token than its default ones unless it is told to.
 * @example
 * const stream = new StreamClient(account);
 * const x402 = new x402Client().register("eip155:8453", stream).setSpendControls({ allowedAssets: stream.allowedAssets });
 * const pay = stream.bound(wrapFetchWithPayment(fetch, x402));
 */
export class StreamClient implements SchemeNetworkClient {
  readonly scheme = SCHEME;
  readonly #bound = new AsyncLocalStorage<Bound>();

  constructor(private readonly account: BuyerAccount) {}

  readonly schemeHooks = { onPaymentResponse: (context: PaymentResponseContext) => this.#takeStatement(context) };

  /** For x402's `spendControls`: the token of the pool. */
  get allowedAssets(): { network: `eip155:${number}`; asset: string }[] {
    const { purse, parameters } = this.account;
    return [{ network: `eip155:${parameters.client.chain.id}`, asset: purse.taskType.superToken }];
  }

  /** Lets the scheme know what each order is for. Redirects are not followed: a signed order would go along. */
  bound(fetch: Fetch): Fetch {
    return async (input, init) => {
      const request = new Request(input, { ...init, redirect: "manual" });
      const body = new Uint8Array(await request.clone().arrayBuffer());
      const response = await this.#bound.run({ request, body }, () => fetch(request));
      if (response.status >= 300 && response.status < 400) throw new RedirectedError(request.url);
      return response;
    };
  }

  /** @throws {TermsRefusedError} @throws {BudgetReachedError} @throws {UnboundRequestError} */
  async createPaymentPayload(x402Version: number, requirements: PaymentRequirements): Promise<PaymentPayloadResult> {
    const bound = this.#bound.getStore();
    if (bound === undefined) throw new UnboundRequestError("wrap the paying fetch with `bound` of the scheme's client");
    const { account } = this;
    const terms = parseTerms(requirements);
    await account.check(terms);
    await account.purse.ensure(terms.amount);
    await account.lookAtClock();
    const { method, url, headers } = bound.request;
    const priced = terms.pricedHeaders.map((name): [string, string] => [name, headers.get(name) ?? ""]);
    const requestHash = hashRequest({ method, url, body: bound.body, headers: Object.fromEntries(priced) });
    const { maxWork } = account.parameters;
    const signed = await account.tab.sign(
      account.tab.draft(terms.sink, {
        maxWork: min(terms.maximum ?? maxWork, maxWork),
        requestHash,
      }),
    );
    return { x402Version, payload: JSON.parse(toJson(signed)) as Record<string, unknown> };
  }

  /** Counts what the answer has cost, at most what was ordered; the next order acknowledges it. */
  async #takeStatement({ settleResponse, paymentPayload }: PaymentResponseContext): Promise<void> {
    if (settleResponse?.extra === undefined) return;
    const { order } = asOrder(paymentPayload.payload);
    const statement = asStatement(settleResponse.extra);
    await this.account.tab.saw(order.sink, statement);
    if (settleResponse.success) await this.account.count(order.sink, min(statement.cost, order.maxWork));
  }
}
