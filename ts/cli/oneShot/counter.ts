import { encodePaymentRequiredHeader, encodePaymentResponseHeader } from "@x402/core/http";
import type { Hex } from "viem";
import { describeError } from "../../core/errors.ts";
import { RpcUnavailableError } from "../../sdk/errors.ts";
import { hashRequest, ORDER_HEADER, STATEMENT_HEADER, X402_VERSION } from "../../sdk/work/wire.ts";
import { redactUrls } from "../../services/runtime/logger.ts";
import type { PayingClient } from "../../x402/buyer/payingClient.ts";
import { parseKept } from "../../x402/seller/answers.ts";
import { TERMS_HEADER } from "../../x402/terms.ts";
import { answerTo } from "../buy/refusals.ts";
import { problem } from "../http.ts";
import { delivered } from "./delivered.ts";
import type { DemandStream } from "./demandStream.ts";
import { assertAccepted, IDENTIFIER, type Payment, PaymentRefusedError, parsePayment } from "./payment.ts";
import type { Price } from "./price.ts";
import type { Records } from "./records.ts";
import { type Settlement, SettlementPendingError } from "./settlement.ts";

/** What a payment may be replaced by, once: see `Records.noteFor`. */
export const NOTE_HEADER = "x-backpressure-credit-note";

/** A request that somebody pays for alone. */
export type Asked = {
  /** As its caller wrote it. */
  url: string;
  /** Under the sinks' endpoints. */
  path: string;
  method: string;
  headers: Headers;
  body: Uint8Array;
  signal: AbortSignal;
};

export type CounterParameters = {
  paying: Pick<PayingClient, "fetch" | "ready"> & {
    /** The most that one task may cost, wei: never more than the price. */
    oneTask: bigint;
    /** Resolves once what was recorded is on disk. */
    durable: () => Promise<void>;
  };
  stream: Pick<DemandStream, "asked" | "took" | "left">;
  price: Price;
  settlement: Pick<Settlement, "verify" | "settle" | "find" | "head">;
  records: Records;
  onError: (error: unknown) => void;
};

/**
 * Serves who has never heard of streams: a request is paid for by a signature of x402's scheme `exact`, and done by a sink
 * that the gateway's own stream has paid. First the money, then the work: a payer is a stranger who can spend what it has
 * signed for elsewhere, and a sink that has worked is not asked to give it back. So the payer bears that the gateway ends in
 * between, and gets for it that the same payment with the same request is served whenever it comes, or a credit note.
 */
export class Counter {
  readonly #underWay = new Set<string>();

  constructor(private readonly parameters: CounterParameters) {}

  /** Never rejects. */
  async handle(asked: Asked): Promise<Response> {
    const { method, url, body } = asked;
    const hash = hashRequest({ method, url, body });
    try {
      const note = asked.headers.get(NOTE_HEADER);
      if (note !== null) return await this.#redeem(note, asked, hash);
      const header = asked.headers.get(ORDER_HEADER);
      if (header === null)
        return this.#unpaid(asked, "payment_required", "pay for this request alone, or with a stream");
      const payment = parsePayment(header);
      assertAccepted(payment.payload, this.parameters.price.requirements);
      return await this.#take(payment, asked, hash);
    } catch (error) {
      if (error instanceof SettlementPendingError)
        return problem(503, error.code, `${error.message}; send the same payment again`, { "retry-after": "5" });
      if (error instanceof PaymentRefusedError) return this.#unpaid(asked, error.code, error.message);
      this.parameters.onError(error);
      const isChain = error instanceof RpcUnavailableError;
      return isChain
        ? problem(503, "no_chain", redactUrls(describeError(error)), { "retry-after": "10" })
        : answerTo(error);
    }
  }

  /** Reserved before the first await: who comes at the same time with the same payment is told to wait. */
  async #take(payment: Payment, asked: Asked, hash: Hex): Promise<Response> {
    const { records } = this.parameters;
    const id = records.named(payment);
    const isAnother = id !== payment.id;
    return this.#once(id, async () => {
      const record = records.of(id);
      if (isAnother && record?.state === "reserved")
        throw new SettlementPendingError("settlement_pending", "an earlier payment for the same request is under way");
      // Only whoever has signed may learn what its own name for a request stands for.
      if (isAnother) await this.parameters.settlement.verify(payment);
      if (record !== undefined && record.hash !== hash)
        return problem(409, "other_request", "this payment is for another request");
      if (record?.state === "answered") return this.#again(id);
      if (record?.state !== "settled") await this.#settle(payment, hash, record?.block);
      return this.#serve(id, asked);
    });
  }

  async #redeem(note: string, asked: Asked, hash: Hex): Promise<Response> {
    const { records } = this.parameters;
    const id = records.behind(note);
    const record = id === undefined ? undefined : records.of(id);
    if (id === undefined || record?.state !== "settled")
      return this.#unpaid(asked, "unknown_credit_note", "this credit note buys nothing, or nothing any more");
    return this.#once(id, () => {
      records.set(id, { ...record, hash });
      return this.#serve(id, asked);
    });
  }

  /** What is worked on already is not begun again. */
  async #once(id: string, action: () => Promise<Response>): Promise<Response> {
    if (this.#underWay.has(id))
      return problem(409, "in_progress", "this payment is being dealt with", { "retry-after": "2" });
    this.#underWay.add(id);
    let isServing = false;
    try {
      const answer = await action();
      isServing = answer.headers.has(SERVING);
      answer.headers.delete(SERVING);
      return answer;
    } finally {
      if (!isServing) this.#underWay.delete(id);
    }
  }

  /** Makes money of a payment. @param since The block at which this was begun before. */
  async #settle(payment: Payment, hash: Hex, since: bigint | undefined): Promise<void> {
    const { paying, stream, settlement, records, price } = this.parameters;
    const { id, validBefore, from, identifier } = payment;
    let transaction = since === undefined ? undefined : await settlement.find(payment, since);
    const block = since ?? (await settlement.head());
    const record = { hash, block, validBefore, value: price.value, payer: from, state: "reserved" as const };
    try {
      if (transaction === undefined) {
        await settlement.verify(payment);
        // Where nothing can be bought, no money is taken.
        if (stream.left > 0n) await paying.ready();
        records.set(id, record, identifier);
        await paying.durable();
        transaction = await settlement.settle(payment, block);
      }
    } catch (error) {
      if (!(error instanceof SettlementPendingError)) records.forget(id);
      await paying.durable();
      throw error;
    }
    stream.asked(paying.oneTask);
    stream.took(price.value);
    records.set(id, { ...record, state: "settled", transaction }, identifier);
    await paying.durable();
    if (stream.left > 0n) await paying.ready().catch(this.parameters.onError);
  }

  async #serve(id: string, { path, method, headers, body, signal }: Asked): Promise<Response> {
    const { paying, records, onError } = this.parameters;
    try {
      const sent = body.length === 0 ? {} : { body: body as never };
      const answer = await paying.fetch(path, { method, headers, signal, ...sent });
      if (answer.status >= 400) return await this.#undelivered(id, answer);
      const response = delivered(answer, async (kept) => {
        const record = records.of(id);
        if (kept !== undefined && record !== undefined) records.set(id, { ...record, state: "answered", answer: kept });
        await paying.durable().catch(onError);
        this.#underWay.delete(id);
      });
      response.headers.set(SERVING, "1");
      return this.#receipted(id, response);
    } catch (error) {
      if (!signal.aborted) onError(error);
      return this.#undelivered(id, answerTo(error));
    }
  }

  /** The money is here and the work is not: it is still owed. */
  async #undelivered(id: string, answer: Response): Promise<Response> {
    const { records, paying } = this.parameters;
    const headers = new Headers(answer.headers);
    headers.set(NOTE_HEADER, records.noteFor(id));
    await paying.durable();
    // 402 would ask for the money again.
    const status = answer.status === 402 ? 503 : answer.status;
    return this.#receipted(id, new Response(answer.body, { status, headers }));
  }

  #again(id: string): Response {
    const { status, type, body } = parseKept(this.parameters.records.of(id)?.answer ?? "{}");
    if (body === undefined) return problem(409, "answered", "this payment was answered, and the answer is not kept");
    const headers = type === "" ? {} : { "content-type": type };
    return this.#receipted(id, new Response(body as never, { status, headers }));
  }

  /** With what x402's clients look for: the transaction that was paid with. */
  #receipted(id: string, answer: Response): Response {
    const { transaction = "", payer } = this.parameters.records.of(id) ?? {};
    const { network } = this.parameters.price.requirements;
    const settled = { success: true, transaction, network, ...(payer === undefined ? {} : { payer }) };
    answer.headers.set(STATEMENT_HEADER, encodePaymentResponseHeader(settled));
    return answer;
  }

  #unpaid({ url }: Asked, code: string, message: string): Response {
    const { requirements } = this.parameters.price;
    const response = problem(402, code, message);
    const extensions = { [IDENTIFIER]: DECLARATION };
    const required = { x402Version: X402_VERSION, error: code, resource: { url }, accepts: [requirements], extensions };
    response.headers.set(TERMS_HEADER, encodePaymentRequiredHeader(required));
    return response;
  }
}

/** Marks, inside of this class alone, an answer whose body is still to come. */
const SERVING = "x-backpressure-serving";

/** Of the extension payment-identifier: a payer may name its request, and then pays for it once whatever it signs. */
const DECLARATION = {
  info: { required: false },
  schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      required: { type: "boolean" },
      id: { type: "string", minLength: 16, maxLength: 128, pattern: "^[a-zA-Z0-9_-]+$" },
    },
    required: ["required"],
  },
};
