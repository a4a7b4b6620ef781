import { type Address, type Hex, hashTypedData } from "viem";
import { getChainId } from "viem/actions";
import { min } from "../../core/bigints.ts";
import { BackpressureError } from "../../core/errors.ts";
import { InvalidParameterError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import type { SignedReceipt } from "../receipts/receiptBook.ts";
import { signReceipt } from "../receipts/signReceipt.ts";
import { verifyReceipt } from "../receipts/verifyReceipt.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { isSigned } from "../utils/isSigned.ts";
import type { Admission } from "./admission.ts";
import type { CreditQueue } from "./creditQueue.ts";
import { CreditMissingError, OrderRefusedError } from "./errors.ts";
import { orderId, type Table } from "./orders.ts";
import type { ReceiptCounters } from "./receiptCounters.ts";
import type { ServedMeter } from "./servedMeter.ts";
import {
  type Acknowledgement,
  asAddress,
  hashRequest,
  MalformedMessageError,
  ORDER_HEADER,
  orderTypedData,
  parseAcknowledgement,
  parseOrder,
  STATEMENT_HEADER,
  type Statement,
  toHeader,
  type WorkOrder,
} from "./wire.ts";

/** What was done: an answer, and what it cost in wei, at most what was reserved. */
export type Worked = { body: string; cost: bigint };

export type SellerParameters = {
  deployment: Deployment;
  taskTypeId: Hex;
  /** Where orders go, as the profile says. */
  endpoint: string;
  admission: Admission;
  /** Whose turn it is. */
  queue: CreditQueue;
  counters: ReceiptCounters;
  /** The latest receipt of each source, for `submitReceipts`. */
  receipts: Table<SignedReceipt>;
  /** The chain's time, Unix seconds: `CreditFeed.now`. */
  now: () => number;
  /** The most that a task can cost, wei, from its text alone. */
  maximumOf: (body: string) => bigint;
  /** Does the work. What it throws costs the source nothing. */
  work: (body: string, source: Address) => Promise<Worked>;
  /** Resolves once all state is on disk: keep it in the tables of one `DurableMap`. */
  durable: () => Promise<void>;
  /** Learns from all work what the sink can do: see `measureOf`. */
  metering?: Metering | undefined;
};

/** @property unitRate q of the task type, wei per second and unit. */
export type Metering = { meter: ServedMeter; unitRate: bigint };

const MAX_BODY = 1_000_000;

/**
 * Sells work over HTTP, as a fetch handler: `POST` the endpoint with a signed order to have a task done, `GET` it with
 * `?source=` for the account, `PUT` it with a receipt to acknowledge. Every answer carries the sink's statement.
 * @example
 * const handle = createSeller(client, { deployment, taskTypeId, endpoint, ...state, now, maximumOf, work, durable });
 * const response = await handle(new Request(endpoint, { method: "POST", headers, body }));
 */
export function createSeller(
  client: WriteClient,
  parameters: SellerParameters,
): (request: Request) => Promise<Response> {
  const seller = new Seller(client, parameters);
  return async (request) => {
    try {
      return await seller.handle(request);
    } catch (error) {
      const isTheirs = error instanceof MalformedMessageError || error instanceof InvalidParameterError;
      if (isTheirs) return refusal(400, "malformed", error.message);
      // Of one's own faults strangers learn nothing.
      return refusal(500, "internal", "the sink has a fault; nothing was charged");
    }
  };
}

/**
 * What a seller declares: what it can do as measured, and what it has admitted and not finished, rounded up.
 * @example
 * await startSignalLoop(client, { deployment, taskTypeId, measure: measureOf({ meter, admission, unitRate }) });
 */
export function measureOf({ meter, unitRate, admission }: Metering & { admission: Admission }): () => Signal {
  return () => ({ capacity: meter.capacity(), backlog: (admission.backlog + unitRate - 1n) / unitRate });
}

class Seller {
  constructor(
    readonly client: WriteClient,
    readonly parameters: SellerParameters,
  ) {}

  async handle(request: Request): Promise<Response> {
    const { url, method, headers } = request;
    if (method === "GET") return this.#answer(asAddress(new URL(url).searchParams.get("source")), 200, "");
    const body = await request.text();
    if (body.length > MAX_BODY) return refusal(413, "too_long", `a task has at most ${MAX_BODY} characters`);
    if (method === "PUT") return this.#acknowledge(body);
    if (method !== "POST") return refusal(405, "method", "order with POST, acknowledge with PUT, ask with GET");
    const { order, signature, acknowledged } = parseOrder(headers.get(ORDER_HEADER));
    await this.#check(order, signature, { method, url: this.parameters.endpoint, body });
    await this.#take(order.source, acknowledged);
    try {
      return await this.#serve(order, body);
    } catch (error) {
      if (!(error instanceof OrderRefusedError)) throw error;
      const missing = error instanceof CreditMissingError ? { missing: String(error.missing) } : {};
      const text = JSON.stringify({ error: { code: error.code, message: error.message, ...missing } });
      return this.#answer(order.source, error.status, text, 0n, error.retryAfter);
    }
  }

  async #serve(order: WorkOrder, body: string): Promise<Response> {
    const { admission, counters, durable, maximumOf, now, queue, work } = this.parameters;
    const maximum = min(maximumOf(body), order.maxWork);
    // Nothing is awaited between this check and the reservation that it makes.
    const { validBefore, requestHash: hash } = order;
    const admitted = admission.admit({ key: order, hash, maximum, validBefore, now: now() });
    if (admitted.kind === "answered") {
      const { body, cost } = JSON.parse(admitted.answer) as { body: string; cost: string };
      return this.#answer(order.source, 200, body, BigInt(cost));
    }
    await durable();
    const release = await queue.enter(order.source);
    const startedAt = now();
    let done: Worked;
    try {
      done = await work(body, order.source);
    } catch (error) {
      admission.fail(order);
      await durable();
      const text = JSON.stringify({ error: { code: "failed", message: describe(error) } });
      return this.#answer(order.source, 502, text);
    } finally {
      release();
    }
    const cost = admitted.trial ? 0n : min(done.cost, maximum);
    admission.settle({ key: order, cost, answer: JSON.stringify({ body: done.body, cost: String(cost) }) });
    counters.add(order.source, cost);
    this.#measure(done.cost, now() - startedAt);
    await durable();
    return this.#answer(order.source, 200, done.body, cost);
  }

  #measure(cost: bigint, seconds: number): void {
    const { metering } = this.parameters;
    if (metering === undefined || cost <= 0n || seconds <= 0) return;
    metering.meter.record({ work: Number(cost) / Number(metering.unitRate), serviceTime: seconds });
  }

  /** The order is for this sink, this request, and signed by its source. */
  async #check(
    order: WorkOrder,
    signature: Hex,
    request: { method: string; url: string; body: string },
  ): Promise<void> {
    const { deployment, taskTypeId } = this.parameters;
    const key = { ...order, sink: this.client.account.address, taskTypeId };
    if (orderId(order) !== orderId(key)) throw new MalformedMessageError("the order is for another sink or task type");
    if (order.requestHash !== hashRequest(request)) throw new MalformedMessageError("the order is for another request");
    const chainId = this.client.chain?.id ?? (await getChainId(this.client));
    const digest = hashTypedData(orderTypedData({ deployment, chainId, order }));
    if (!(await isSigned(this.client, { signer: order.source, digest, signature })))
      throw new MalformedMessageError(`${order.source} has not signed this order`);
  }

  /** Takes a receipt from its source, if it is one and acknowledges more than the latest; signs it for the sink. */
  async #take(source: Address, acknowledged: Acknowledgement | undefined): Promise<void> {
    const { admission, counters, deployment, receipts, taskTypeId } = this.parameters;
    await counters.meet(source);
    if (acknowledged === undefined || acknowledged.completed <= (receipts.get(source)?.completed ?? 0n)) return;
    const { completed, signature: sourceSignature } = acknowledged;
    const delivered = counters.completed(source);
    if (completed > delivered) throw new MalformedMessageError(`${completed} of ${delivered} wei are acknowledged`);
    const receipt = { taskTypeId, source, sink: this.client.account.address, completed };
    const signed = { deployment, receipt, signer: source, signature: sourceSignature };
    if (!(await verifyReceipt(this.client, signed)))
      throw new MalformedMessageError(`${source} has not signed this receipt`);
    const sinkSignature = await signReceipt(this.client, { deployment, receipt });
    receipts.set(source, { ...receipt, sourceSignature, sinkSignature });
    // Accounts begin with what was known when the counter started.
    const { used, disputed } = admission.account(source);
    const base = counters.completed(source) - used;
    const stated = min(acknowledged.stated, this.#stated(source)) + disputed;
    admission.acknowledged(source, completed - base, stated - base);
  }

  async #acknowledge(body: string): Promise<Response> {
    const message = parseJson(body);
    const source = asAddress(message.source);
    await this.#take(source, parseAcknowledgement(message));
    await this.parameters.durable();
    return this.#answer(source, 200, "");
  }

  #stated(source: Address): bigint {
    const { admission, counters } = this.parameters;
    return counters.completed(source) - admission.account(source).disputed;
  }

  #answer(source: Address, status: number, body: string, cost = 0n, retryAfter?: number | undefined): Response {
    const { admission, now, receipts } = this.parameters;
    const latest = receipts.get(source);
    const statement: Statement = {
      cost,
      completed: this.#stated(source),
      available: admission.available(source, now()),
      acknowledged: latest && {
        completed: latest.completed,
        signature: latest.sourceSignature,
        stated: latest.completed,
      },
    };
    const headers = new Headers({ [STATEMENT_HEADER]: toHeader(statement) });
    if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
    return new Response(body, { status, headers });
  }
}

const describe = (error: unknown): string => (error instanceof BackpressureError ? error.message : "the work failed");

function parseJson(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch (cause) {
    throw new MalformedMessageError("the body is not JSON", { cause });
  }
}

function refusal(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ error: { code, message } }), { status });
}
