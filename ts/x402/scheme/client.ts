import { AsyncLocalStorage } from "node:async_hooks";
import type { PaymentResponseContext } from "@x402/core/client";
import type { PaymentPayloadResult, PaymentRequirements, SchemeNetworkClient } from "@x402/core/types";
import { min, toJson } from "../../core/bigints.ts";
import {
  asOrder,
  asStatement,
  hashRequest,
  STATEMENT_HEADER,
  type Statement,
  type WorkOrder,
} from "../../sdk/work/wire.ts";
import type { BuyerAccount } from "../buyer/account.ts";
import { StatementFilter } from "../buyer/statements.ts";
import { RedirectedError, UnboundRequestError } from "../errors.ts";
import { parseTerms, SCHEME } from "../terms.ts";

type Fetch = typeof globalThis.fetch;

/** A request, and what was signed for it. */
type Bound = { request: Request; body: Uint8Array; order?: WorkOrder };

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

  /** Called by x402 around a payment. */
  readonly schemeHooks = {
    /** What a paid answer has cost is counted, and acknowledged with the next order. */
    onPaymentResponse: (context: PaymentResponseContext) => this.#takeStatement(context),
  };

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
      const bound: Bound = { request, body };
      const response = await this.#bound.run(bound, () => fetch(request));
      if (response.status >= 300 && response.status < 400) throw new RedirectedError(request.url);
      return bound.order === undefined ? response : this.#passing(response, bound.order);
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
    bound.order = signed.order;
    return { x402Version, payload: JSON.parse(toJson(signed)) as Record<string, unknown> };
  }

  /** An answer that streams says what it has cost at its end, in a comment that is not for the caller. */
  #passing(response: Response, order: WorkOrder): Response {
    const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
    if (!isStream || response.body === null || response.headers.has(STATEMENT_HEADER)) return response;
    const filter = new StatementFilter();
    const passing = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => controller.enqueue(filter.take(chunk)),
      flush: async (controller) => {
        controller.enqueue(filter.end());
        if (filter.statement !== undefined) await this.#count(order, filter.statement);
      },
    });
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(passing), { status, headers });
  }

  async #count(order: WorkOrder, statement: Statement): Promise<void> {
    await this.account.tab.saw(order.sink, statement);
    await this.account.count(order.sink, min(statement.cost, order.maxWork));
  }

  /** Counts what the answer has cost, at most what was ordered; the next order acknowledges it. */
  async #takeStatement({ settleResponse, paymentPayload }: PaymentResponseContext): Promise<void> {
    if (settleResponse?.extra === undefined) return;
    const { order } = asOrder(paymentPayload.payload);
    const statement = asStatement(settleResponse.extra);
    if (settleResponse.success) await this.#count(order, statement);
    else await this.account.tab.saw(order.sink, statement);
  }
}
