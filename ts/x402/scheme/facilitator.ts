import type {
  PaymentPayload,
  PaymentRequirements,
  SchemeNetworkFacilitator,
  SettleResponse,
  VerifyResponse,
} from "@x402/core/types";
import { BackpressureError } from "../../core/errors.ts";
import { OrderRefusedError } from "../../sdk/work/errors.ts";
import { asOrder, MalformedMessageError, type SignedOrder, settlementOf } from "../../sdk/work/wire.ts";
import { StreamTooLowError } from "../errors.ts";
import type { Till } from "../seller/till.ts";
import { checkTerms, parseTerms, SCHEME } from "../terms.ts";

/** What `StreamServer` adds to a payload before it is settled: fields that no client can send. */
export type Outcome = {
  /** Wei, as decimal text. */
  streamCost?: string;
  /** What the same order is answered from now on. */
  streamAnswer?: string;
};

/**
 * The facilitator of the scheme `stream`, at the sink itself: it verifies orders against the sink's own account and settles
 * without a transaction, because the stream has paid already.
 * @example
 * const facilitator = new x402Facilitator().register("eip155:8453", new StreamFacilitator(till));
 */
export class StreamFacilitator implements SchemeNetworkFacilitator {
  readonly scheme = SCHEME;
  readonly caipFamily = "eip155:*";

  constructor(private readonly till: Till) {}

  getExtra(): undefined {
    return undefined;
  }

  getSigners(): string[] {
    return [this.till.desk.sink];
  }

  /** Reserves what the order may cost. `extra.answer` is there where the same order was answered before. */
  async verify(payment: PaymentPayload, requirements: PaymentRequirements): Promise<VerifyResponse> {
    try {
      this.#assertMine(requirements);
      const signed = asOrder(payment.payload);
      assertNothingElse(payment.payload);
      const { amount, maximum } = parseTerms(requirements);
      const admitted = await this.till.verify(signed, { amount, maximum });
      const extra = admitted.kind === "answered" ? { extra: { answer: admitted.answer } } : {};
      return { isValid: true, payer: signed.order.source, ...extra };
    } catch (error) {
      return { isValid: false, ...reasonOf(error) };
    }
  }

  /** Counts the work. The settlement carries the sink's statement. */
  async settle(payment: PaymentPayload, _: PaymentRequirements): Promise<SettleResponse> {
    const { streamCost, streamAnswer } = payment.payload as Outcome;
    const { order }: SignedOrder = asOrder(payment.payload);
    const { desk, chainId } = this.till;
    const settled = { success: true, chainId, payer: order.source };
    // Without an answer, the one that was given before is given again.
    const isNew = streamAnswer !== undefined;
    const cost = isNew ? await desk.settle(order, BigInt(streamCost ?? 0), () => streamAnswer) : 0n;
    return settlementOf(desk.statement(order.source, cost), settled);
  }

  /** Terms that came back are those of this sink. */
  #assertMine(requirements: PaymentRequirements): void {
    const { chainId, taskType } = this.till;
    const { deployment } = this.till.parameters;
    const terms = parseTerms(requirements);
    checkTerms(terms, { deployment, chainId, taskType, maxAmount: terms.amount });
  }
}

/** Else a client could say by itself what its order has cost. */
function assertNothingElse(payload: Record<string, unknown>): void {
  const other = Object.keys(payload).find((name) => !["order", "signature", "acknowledged"].includes(name));
  if (other !== undefined) throw new MalformedMessageError(`an order has no "${other.slice(0, 40)}"`);
}

/** Of one's own faults strangers learn nothing. */
function reasonOf(error: unknown): { invalidReason: string; invalidMessage: string } {
  if (error instanceof OrderRefusedError || error instanceof StreamTooLowError)
    return { invalidReason: error.code, invalidMessage: error.message };
  if (error instanceof MalformedMessageError) return { invalidReason: "malformed", invalidMessage: error.message };
  if (error instanceof BackpressureError) return { invalidReason: "refused", invalidMessage: error.message };
  return { invalidReason: "internal", invalidMessage: "the sink has a fault; nothing was charged" };
}
