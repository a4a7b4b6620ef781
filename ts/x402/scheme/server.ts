import type {
  AssetAmount,
  PaymentRequirements,
  SchemeNetworkServer,
  SettleContext,
  VerifiedPaymentCanceledContext,
  VerifyContext,
  VerifyResultContext,
} from "@x402/core/types";
import { InvalidParameterError } from "../../sdk/errors.ts";
import { asOrder, hashRequest } from "../../sdk/work/wire.ts";
import type { Till } from "../seller/till.ts";
import { DYNAMIC_FIELDS, SCHEME } from "../terms.ts";
import type { Outcome } from "./facilitator.ts";
import { requestIn } from "./requestIn.ts";

export type StreamServerParameters = {
  till: Till;
  /** What an answer has cost, wei; the largest task if not said. */
  costOf?: ((answer: string) => bigint) | undefined;
  /**
   * Scheme and authority under which clients call, as `https://agent.example`, where a proxy stands in between; the
   * request's own if not said.
   */
  origin?: string | undefined;
};

/** An answer that is longer, characters, is not kept: the same order is then told that it was answered. */
const MAX_KEPT = 262_144;
const TOO_LONG = JSON.stringify({ error: { code: "answered", message: "this order was answered; sign a new one" } });

/**
 * The scheme `stream` at the side of the seller, for the stock middleware of x402, which holds every answer back until it
 * is complete: to stream answers use `backpressurePaywall`.
 * @example
 * const server = new x402ResourceServer(facilitator).register("eip155:8453", new StreamServer({ till }));
 */
export class StreamServer implements SchemeNetworkServer {
  readonly scheme = SCHEME;
  readonly defaultAssetTransferMethod = "default";
  readonly paymentFlows = { default: { supported: ["authorization"], default: "authorization" } } as const;
  readonly dynamicExtraFields = [...DYNAMIC_FIELDS];

  constructor(private readonly parameters: StreamServerParameters) {}

  /** Called by x402 around a verification. */
  readonly schemeHooks = {
    /** The order is for this very request. */
    onBeforeVerify: (context: VerifyContext) => this.#compareRequest(context),
    /** An order that was answered before is given the same answer. */
    onAfterVerify: (context: VerifyResultContext) => this.#answerAgain(context),
    /** Work that came to nothing costs nothing. */
    onVerifiedPaymentCanceled: ({ paymentPayload }: VerifiedPaymentCanceledContext) =>
      this.parameters.till.desk.fail(asOrder(paymentPayload.payload).order),
  };

  /** What a route costs, for `accepts`. */
  get price(): AssetAmount {
    const { amount, asset } = this.parameters.till.terms();
    return { amount, asset };
  }

  /** @throws {InvalidParameterError} for dollars: a stream has an amount of its token per second. */
  async parsePrice(price: unknown): Promise<AssetAmount> {
    if (typeof price === "object" && price !== null && "amount" in price) return price as AssetAmount;
    throw new InvalidParameterError(`a stream costs wei per second, not ${String(price)}: use the server's \`price\``);
  }

  async enhancePaymentRequirements(requirements: PaymentRequirements): Promise<PaymentRequirements> {
    const { payTo, maxTimeoutSeconds, extra } = this.parameters.till.terms();
    return { ...requirements, payTo, maxTimeoutSeconds, extra: { ...extra, ...requirements.extra } };
  }

  // x402 calls these without their object.
  /** Called by x402 before it settles: what the answer has cost, and the answer to give again. */
  readonly enrichSettlementPayload = async ({ transportContext }: SettleContext): Promise<Outcome> => {
    const { costOf, till } = this.parameters;
    const body = bodyIn(transportContext);
    // No body: the stored answer was given again, and nothing is to be counted.
    if (body === undefined) return {};
    const cost = costOf?.(body) ?? till.parameters.oneTask;
    return { streamCost: String(cost), streamAnswer: body.length > MAX_KEPT ? TOO_LONG : body };
  };

  /** The order is for the request that came. A hook that throws is passed over, so this one never does. */
  async #compareRequest({ paymentPayload, transportContext }: VerifyContext) {
    const { origin, till } = this.parameters;
    try {
      const { order } = asOrder(paymentPayload.payload);
      const request = await requestIn(transportContext, { origin, pricedHeaders: till.parameters.pricedHeaders });
      if (hashRequest(request) === order.requestHash) return undefined;
      return { abort: true as const, reason: "other_request", message: "the order is for another request" };
    } catch (error) {
      const message = error instanceof Error ? error.message : "the request cannot be read";
      return { abort: true as const, reason: "malformed", message };
    }
  }

  async #answerAgain({ result }: VerifyResultContext) {
    const answer = (result.extra as { answer?: unknown } | undefined)?.answer;
    if (typeof answer !== "string") return undefined;
    let body: unknown = answer;
    try {
      body = JSON.parse(answer);
    } catch {}
    const contentType = typeof body === "string" ? "text/plain" : "application/json";
    return { skipHandler: true as const, response: { contentType, body } };
  }
}

function bodyIn(transportContext: unknown): string | undefined {
  const { responseBody } = (transportContext ?? {}) as { responseBody?: Uint8Array };
  return responseBody && Buffer.from(responseBody).toString("utf8");
}
