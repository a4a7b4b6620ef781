import type { Address } from "viem";
import type { BackpressureError } from "../../core/errors.ts";
import { InvalidParameterError } from "../../sdk/errors.ts";
import { CHALLENGE_HEADER, PROOF_HEADER, proveEndpoint } from "../../sdk/work/challenge.ts";
import { OrderRefusedError } from "../../sdk/work/errors.ts";
import {
  ACCOUNT_PATH,
  asAddress,
  hashRequest,
  MalformedMessageError,
  ORDER_HEADER,
  parseAcknowledgement,
  parseOrder,
  STATEMENT_HEADER,
  toStatementHeader,
  type WorkOrder,
  X402_VERSION,
} from "../../sdk/work/wire.ts";
import { StreamTooLowError } from "../errors.ts";
import type { Meter, Task } from "../meters/meter.ts";
import { TERMS_HEADER } from "../terms.ts";
import { parseKept, refusalBody, refusalOf } from "./answers.ts";
import { BrokenOffError, passThrough } from "./passThrough.ts";
import { BodyTooLongError, readBody } from "./readBody.ts";
import type { Till } from "./till.ts";

export type PaywallParameters = {
  till: Till;
  /** How work is counted. */
  work: Meter;
  /**
   * Scheme and authority under which clients call, as `https://agent.example`: orders are bound to it. The request's own if
   * not said, which a proxy in between may have changed.
   */
  origin?: string | undefined;
  /** The longest request, bytes; 1 MB if not said. */
  maxBody?: number | undefined;
};

/** Tells whoever does the work who pays for it; what a client sends under this name does not get through. */
export const SOURCE_HEADER = "x-backpressure-source";

/** Does the work. A status of 400 or more, or an error before the first byte, costs the source nothing. */
export type Serve = (request: Request) => Promise<Response> | Response;

/**
 * Stands before a server, in process or as a proxy: who pays is served, everybody else is told what to pay. Answers pass
 * through as they come, server-sent events too; the statement of the account follows as their last comment, in the header of
 * answers that are short enough to wait for, with the next answer, and at `…/account`.
 */
export class Paywall {
  constructor(private readonly parameters: PaywallParameters) {}

  /** Answers a request, if it is paid for with what `serve` answers. Never rejects. */
  async handle(request: Request, serve: Serve): Promise<Response> {
    const { till, maxBody = 1_000_000 } = this.parameters;
    try {
      const url = new URL(request.url);
      if (isAboutAccount(request, url)) return await this.#account(request, url);
      const body = await readBody(request.body, maxBody);
      return await this.#sell({ method: request.method, url, headers: request.headers, body }, request, serve);
    } catch (error) {
      if (error instanceof BodyTooLongError) return this.#refusal(413, "too_long", error.message);
      const isTheirs = error instanceof MalformedMessageError || error instanceof InvalidParameterError;
      if (isTheirs) return this.#refusal(400, "malformed", (error as BackpressureError).message);
      // Of one's own faults strangers learn nothing.
      return this.#refusal(500, "internal", `the sink has a fault; nothing was charged at ${Math.floor(till.now())}`);
    }
  }

  async #sell(task: Task, request: Request, serve: Serve): Promise<Response> {
    const { till, work } = this.parameters;
    const maximum = work.maximum(task);
    const header = request.headers.get(ORDER_HEADER);
    if (header === null) return this.#unpaid(task, maximum, "payment_required", "pay with a stream to the pool");
    const signed = parseOrder(header);
    const { order } = signed;
    try {
      const admitted = await till.verify(signed, { maximum, requestHash: this.#hash(task) });
      if (admitted.kind === "answered") return await this.#again(order, admitted.answer);
      return await this.#work(order, task, request, serve);
    } catch (error) {
      if (error instanceof StreamTooLowError)
        return this.#unpaid(task, maximum, error.code, error.message, order.source);
      if (!(error instanceof OrderRefusedError)) throw error;
      return this.#refused(task, maximum, order.source, error);
    }
  }

  /** Works, after a turn was waited for. */
  async #work(order: WorkOrder, task: Task, request: Request, serve: Serve): Promise<Response> {
    const { till, work } = this.parameters;
    const release = await till.queue.enter(order.source);
    const startedAt = performance.now();
    let answer: Response;
    try {
      if (request.signal.aborted) throw request.signal.reason;
      answer = await serve(requestFor(work.prepare?.(task) ?? task, order.source, request.signal));
    } catch {
      return this.#failed(order, release);
    }
    if (answer.status >= 400) {
      release();
      await till.desk.fail(order);
      // Headers of what came by `fetch` cannot be changed.
      return this.#stated(new Response(answer.body, answer), order.source, 0n, false);
    }
    try {
      return await passThrough({
        ...{ answer, order, till },
        measurement: work.start(task, { isStream: isEventStream(answer) }),
        onEnd: (cost) => {
          release();
          till.measured(cost, (performance.now() - startedAt) / 1000);
        },
        stated: (response, cost) => this.#stated(response, order.source, cost, true),
      });
    } catch (error) {
      if (error instanceof BrokenOffError) return this.#failed(order, release);
      throw error;
    }
  }

  async #failed(order: WorkOrder, release: () => void): Promise<Response> {
    release();
    await this.parameters.till.desk.fail(order);
    return this.#refusal(502, "failed", "the work failed and cost nothing: sign a new order", order.source);
  }

  /** The answer that the same order had before. */
  async #again(order: WorkOrder, kept: string): Promise<Response> {
    const { status, type, cost, body } = parseKept(kept);
    if (body === undefined)
      return this.#refusal(409, "answered", "the order was answered and the answer is not kept", order.source);
    const headers = type === "" ? {} : { "content-type": type };
    return this.#stated(new Response(body as Body, { status, headers }), order.source, cost, true);
  }

  /** `GET …/account?source=` says how it stands, `PUT` takes a receipt. */
  async #account(request: Request, url: URL): Promise<Response> {
    const { till, maxBody = 1_000_000 } = this.parameters;
    if (request.method === "PUT") {
      const message = parseJson(await readBody(request.body, maxBody));
      const source = asAddress(message.source);
      await till.desk.take(source, parseAcknowledgement(message));
      await till.durable();
      return this.#stated(new Response(null, { status: 200 }), source, 0n, true);
    }
    const source = asAddress(url.searchParams.get("source"));
    return this.#stated(await this.#proven(request, url), source, 0n, true);
  }

  /** Who asks whether it is really this sink that is here is told so. */
  async #proven({ headers }: Request, url: URL): Promise<Response> {
    const { till, origin = url.origin } = this.parameters;
    const { client, deployment, taskTypeId } = till.parameters;
    const nonce = headers.get(CHALLENGE_HEADER);
    const asked = { deployment, taskTypeId, chainId: till.chainId, origin: new URL(origin).origin, nonce };
    const proof = await proveEndpoint(client, asked);
    return new Response(null, { status: 200, headers: proof === undefined ? {} : { [PROOF_HEADER]: proof } });
  }

  async #refused(task: Task, maximum: bigint, source: Address, error: OrderRefusedError): Promise<Response> {
    const { till } = this.parameters;
    if (error.status === 402) return this.#unpaid(task, maximum, error.code, error.message, source, error);
    const { status, body, retryAfter } = refusalOf(error, till.now());
    const response = this.#json(status, body);
    if (retryAfter !== undefined) response.headers.set("retry-after", String(retryAfter));
    return this.#stated(response, source, 0n, false, error.code);
  }

  /** 402: what to pay, and how the account stands if it is known whose. */
  async #unpaid(
    task: Task,
    maximum: bigint,
    code: string,
    message: string,
    source?: Address,
    error?: OrderRefusedError,
  ): Promise<Response> {
    const { till } = this.parameters;
    const body = error ? refusalOf(error, till.now()).body : refusalBody(code, message, till.now());
    const response = this.#json(402, body);
    const resource = { url: this.#urlOf(task).href };
    const required = { x402Version: X402_VERSION, error: code, resource, accepts: [till.terms(maximum)] };
    response.headers.set(TERMS_HEADER, Buffer.from(JSON.stringify(required)).toString("base64"));
    if (error?.retryAfter !== undefined) response.headers.set("retry-after", String(error.retryAfter));
    return source === undefined ? response : this.#stated(response, source, 0n, false, code);
  }

  async #refusal(status: number, code: string, message: string, source?: Address): Promise<Response> {
    const response = this.#json(status, refusalBody(code, message, this.parameters.till.now()));
    return source === undefined ? response : this.#stated(response, source, 0n, false, code);
  }

  #json(status: number, body: string): Response {
    return new Response(body, { status, headers: { "content-type": "application/json", "cache-control": "no-store" } });
  }

  /** With the statement of the account as a header. @param answer Made here. */
  async #stated(answer: Response, source: Address, cost: bigint, success: boolean, errorReason?: string) {
    const { till } = this.parameters;
    const settled = { success, chainId: till.chainId, payer: source, errorReason };
    answer.headers.set(STATEMENT_HEADER, toStatementHeader(till.desk.statement(source, cost), settled));
    return answer;
  }

  #urlOf({ url }: Task): URL {
    const { origin } = this.parameters;
    return origin === undefined ? url : new URL(url.pathname + url.search, origin);
  }

  #hash(task: Task) {
    const { pricedHeaders: names = [], keccak256 } = this.parameters.till.parameters;
    const headers = Object.fromEntries(names.map((name) => [name, task.headers.get(name) ?? ""]));
    return hashRequest({ method: task.method, url: this.#urlOf(task).href, body: task.body, headers }, keccak256);
  }
}

const isAboutAccount = ({ method }: Request, { pathname, searchParams }: URL): boolean =>
  pathname.endsWith(ACCOUNT_PATH) && (method === "PUT" || (method === "GET" && searchParams.has("source")));

export const isEventStream = ({ headers }: Response): boolean =>
  (headers.get("content-type") ?? "").toLowerCase().startsWith("text/event-stream");

type Body = NonNullable<ConstructorParameters<typeof Response>[0]>;

/** What whoever works gets: no order, and who pays. */
function requestFor({ method, url, headers, body }: Task, source: Address, signal: AbortSignal): Request {
  const passed = new Headers(headers);
  for (const name of [ORDER_HEADER, "content-length", "transfer-encoding"]) passed.delete(name);
  passed.set(SOURCE_HEADER, source);
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers: passed, signal, ...(hasBody ? { body: body as Body } : {}) });
}

function parseJson(body: Uint8Array): Record<string, unknown> {
  try {
    return { ...JSON.parse(new TextDecoder().decode(body)) };
  } catch (cause) {
    throw new MalformedMessageError("the body is not JSON", { cause });
  }
}
