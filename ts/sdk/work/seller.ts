import type { Address } from "viem";
import { BackpressureError } from "../../core/errors.ts";
import { InvalidParameterError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import type { WriteClient } from "../types.ts";
import type { Admission } from "./admission.ts";
import { CHALLENGE_HEADER, PROOF_HEADER, proveEndpoint } from "./challenge.ts";
import type { CreditQueue } from "./creditQueue.ts";
import { CreditMissingError, OrderConflictError, OrderRefusedError } from "./errors.ts";
import { OrderDesk, type OrderDeskParameters } from "./orderDesk.ts";
import { orderId } from "./orders.ts";
import type { ServedMeter } from "./servedMeter.ts";
import {
  asAddress,
  hashRequest,
  MalformedMessageError,
  ORDER_HEADER,
  parseAcknowledgement,
  parseOrder,
  type SignedOrder,
  STATEMENT_HEADER,
  toStatementHeader,
  type WorkOrder,
} from "./wire.ts";

/** What was done: an answer, and what it cost in wei, at most what was reserved. */
export type Worked = { body: string; cost: bigint };

/** What is sold, for how much, and where accounts are kept. */
export type SellerParameters = OrderDeskParameters & {
  /** Where orders go, as the profile says. */
  endpoint: string;
  /** Whose turn it is. */
  queue: Pick<CreditQueue, "enter">;
  /** The most that a task can cost, wei, from its text alone. */
  maximumOf: (body: string) => bigint;
  /** Does the work. What it throws costs the source nothing. */
  work: (body: string, source: Address) => Promise<Worked>;
  /** Learns from all work what the sink can do: see `measureOf`. */
  metering?: Metering | undefined;
};

/** What learns from all work. `unitRate`: q of the task type, wei per second and unit. */
export type Metering = { meter: ServedMeter; unitRate: bigint };

const MAX_BODY = 1_000_000;

/**
 * Sells work over HTTP, as a fetch handler: `POST` the endpoint with a signed order to have a task done, `DELETE` it with the
 * same order to withdraw it: what has not begun does not begin, and costs nothing. `GET` its `/account?source=` for the account, `PUT` it with a receipt to acknowledge. Every answer carries the sink's statement.
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
  readonly #desk: OrderDesk;
  /** What ends the wait of an order for its turn. */
  readonly #waiting = new Map<string, () => void>();

  constructor(
    private readonly client: WriteClient,
    readonly parameters: SellerParameters,
  ) {
    this.#desk = new OrderDesk(client, parameters);
  }

  async handle(request: Request): Promise<Response> {
    const { url, method, headers } = request;
    if (method === "GET") return this.#account(new URL(url), headers.get(CHALLENGE_HEADER));
    const body = await request.text();
    if (body.length > MAX_BODY) return refusal(413, "too_long", `a task has at most ${MAX_BODY} characters`);
    if (method === "PUT") return this.#acknowledge(body);
    if (method !== "POST" && method !== "DELETE")
      return refusal(405, "method", "order with POST, withdraw with DELETE, acknowledge with PUT, ask with GET");
    const signed = parseOrder(headers.get(ORDER_HEADER));
    if (method === "DELETE") return this.#withdraw(signed);
    const { source } = signed.order;
    await this.#desk.check(signed, hashRequest({ method, url: this.parameters.endpoint, body }));
    await this.#desk.take(source, signed.acknowledged);
    try {
      return await this.#serve(signed, body);
    } catch (error) {
      if (!(error instanceof OrderRefusedError)) throw error;
      const missing = error instanceof CreditMissingError ? { missing: String(error.missing) } : {};
      const text = JSON.stringify({ error: { code: error.code, message: error.message, ...missing } });
      return this.#answer(source, error.status, text, 0n, error.retryAfter);
    }
  }

  async #serve({ order }: SignedOrder, body: string): Promise<Response> {
    const { maximumOf, now, queue, work } = this.parameters;
    const admitted = await this.#desk.admit(order, maximumOf(body));
    if (admitted.kind === "answered") {
      const { body, cost } = JSON.parse(admitted.answer) as { body: string; cost: string };
      return this.#answer(order.source, 200, body, BigInt(cost));
    }
    const release = await this.#turn(order, queue.enter(order.source));
    const startedAt = now();
    let done: Worked;
    try {
      done = await work(body, order.source);
    } catch (error) {
      await this.#desk.fail(order);
      const text = JSON.stringify({ error: { code: "failed", message: describe(error) } });
      return this.#answer(order.source, 502, text);
    } finally {
      release();
    }
    this.#measure(done.cost, now() - startedAt);
    const cost = await this.#desk.settle(order, done.cost, (cost) =>
      JSON.stringify({ body: done.body, cost: String(cost) }),
    );
    return this.#answer(order.source, 200, done.body, cost);
  }

  /** @throws {OrderConflictError} if the order is withdrawn before its turn comes. */
  #turn(order: WorkOrder, turn: Promise<() => void>): Promise<() => void> {
    const id = orderId(order);
    return new Promise((start, refuse) => {
      this.#waiting.set(id, () => {
        refuse(new OrderConflictError("failed"));
        void turn.then((release) => release());
      });
      turn.then((release) => this.#waiting.delete(id) && start(release), refuse);
    });
  }

  async #withdraw(signed: SignedOrder): Promise<Response> {
    const { order } = signed;
    await this.#desk.check(signed);
    const stop = this.#waiting.get(orderId(order));
    if (stop !== undefined) {
      this.#waiting.delete(orderId(order));
      await this.#desk.fail(order);
      stop();
    }
    return this.#answer(order.source, 200, "");
  }

  #measure(cost: bigint, seconds: number): void {
    const { metering } = this.parameters;
    if (metering === undefined || cost <= 0n || seconds <= 0) return;
    metering.meter.record({ work: Number(cost) / Number(metering.unitRate), serviceTime: seconds });
  }

  async #acknowledge(body: string): Promise<Response> {
    const message = parseJson(body);
    const source = asAddress(message.source);
    await this.#desk.take(source, parseAcknowledgement(message));
    await this.parameters.durable();
    return this.#answer(source, 200, "");
  }

  /** How it stands, and to who asks for it the proof that it is this sink that says so. */
  async #account(url: URL, nonce: string | null): Promise<Response> {
    const answer = await this.#answer(asAddress(url.searchParams.get("source")), 200, "");
    const { deployment, taskTypeId, endpoint } = this.parameters;
    const where = { deployment, taskTypeId, chainId: await this.#desk.chainId(), origin: new URL(endpoint).origin };
    const proof = await proveEndpoint(this.client, { ...where, nonce });
    if (proof !== undefined) answer.headers.set(PROOF_HEADER, proof);
    return answer;
  }

  async #answer(source: Address, status: number, body: string, cost = 0n, retryAfter?: number | undefined) {
    const settled = { success: status === 200, chainId: await this.#desk.chainId(), payer: source };
    const statement = this.#desk.statement(source, cost);
    const headers = new Headers({ [STATEMENT_HEADER]: toStatementHeader(statement, settled) });
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
