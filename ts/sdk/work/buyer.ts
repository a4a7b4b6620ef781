import type { Address } from "viem";
import { min, toJson } from "../../core/bigints.ts";
import { BackpressureError } from "../../core/errors.ts";
import type { WriteClient } from "../types.ts";
import { type GuardedFetchParameters, type GuardedResponse, guardedFetch } from "./connector.ts";
import type { Dispatcher, Sending } from "./dispatcher.ts";
import { AccountInUseElsewhereError } from "./errors.ts";
import { Tab, type TabParameters } from "./tab.ts";
import {
  ACCOUNT_PATH,
  hashRequest,
  MalformedMessageError,
  ORDER_HEADER,
  parseStatement,
  STATEMENT_HEADER,
  type Statement,
  toOrderHeader,
} from "./wire.ts";

export type BuyerParameters = TabParameters & {
  dispatcher: Dispatcher;
  /** Where a sink takes orders, as its profile says. */
  endpointOf: (sink: Address) => string | undefined;
  /** Resolves once all state is on disk; see `DurableMap.durable`. */
  durable: () => Promise<void>;
  /** Whether an answer is any good; if not said, any that is not empty is. */
  accept?: ((body: string, sink: Address) => boolean) | undefined;
  /** The most that an answer can have cost by one's own measure, wei; the order's maximum if not said. */
  boundOf?: ((body: string) => bigint) | undefined;
  /** Seconds for one answer; 60 if not said. */
  timeout?: number | undefined;
  /** How many sinks are tried for a task; 3 if not said. */
  attempts?: number | undefined;
  /** For sinks in one's own network. */
  allowPrivate?: boolean | undefined;
};

export type Bought = { sink: Address; body: string /** Wei. */; cost: bigint };

/** No sink that was tried has delivered. */
export class NotDeliveredError extends BackpressureError {
  override name = "NotDeliveredError";

  constructor(
    readonly sinks: readonly Address[],
    options?: { cause: unknown },
  ) {
    super(`${sinks.length} sinks were tried and none has delivered: ${sinks.join(", ")}`, options);
  }
}

const MAX_ANSWER = 10_000_000;

/**
 * Buys tasks, one by one, from whoever owes most; acknowledges with each order what was received before.
 * @example
 * const { body, cost } = await buyer.buy({ task: "summarise this", maximum: parseEther("0.01") });
 */
export class Buyer {
  readonly #tab: Tab;
  readonly #parameters: BuyerParameters;

  constructor(client: WriteClient, parameters: BuyerParameters) {
    [this.#tab, this.#parameters] = [new Tab(client, parameters), parameters];
  }

  /**
   * Has a task done. If a sink fails, another gets a new order.
   * @param maximum The most that it may cost, wei.
   * @throws {WaitForCreditError} @throws {SinksBusyError} @throws {NotDeliveredError} @throws {AccountInUseElsewhereError}
   */
  async buy({ task, maximum }: { task: string; maximum: bigint }): Promise<Bought> {
    const { attempts = 3, dispatcher, now } = this.#parameters;
    const tried: Address[] = [];
    let cause: unknown;
    while (tried.length < attempts) {
      const sending = this.#next(dispatcher, { value: maximum, now: now(), except: tried }, tried, cause);
      tried.push(sending.sink);
      try {
        const bought = await this.#order(sending, task);
        if (bought !== undefined) return bought;
      } catch (error) {
        dispatcher.failed({ id: sending.id, now: now() });
        if (error instanceof AccountInUseElsewhereError) throw error;
        cause = error;
      }
    }
    throw new NotDeliveredError(tried, { cause });
  }

  /** Acknowledges everything that was received and not acknowledged yet: at each epoch, and before leaving. */
  async flush(): Promise<void> {
    for (const sink of this.#tab.creditors()) {
      const body = toJson({ source: this.#tab.source, ...(await this.#tab.acknowledgement(sink)) });
      // Who is not there learns it with the next order, or the next flush.
      await this.#fetch(sink, { path: ACCOUNT_PATH, method: "PUT", body }).catch(() => undefined);
    }
  }

  #next(
    dispatcher: Dispatcher,
    parameters: Parameters<Dispatcher["next"]>[0],
    tried: Address[],
    cause: unknown,
  ): Sending {
    try {
      return dispatcher.next(parameters);
    } catch (error) {
      if (tried.length === 0) throw error;
      throw new NotDeliveredError(tried, { cause: cause ?? error });
    }
  }

  /** @returns Undefined if the sink refused, or its answer was not accepted. */
  async #order({ id, sink, value }: Sending, task: string): Promise<Bought | undefined> {
    const { accept = (body) => body !== "", boundOf, dispatcher, durable, now } = this.#parameters;
    await this.#meet(sink);
    const response = await this.#post(sink, value, task);
    const statement = parseStatement(response.headers[STATEMENT_HEADER]);
    await this.#tab.saw(sink, statement);
    if (response.status !== 200) {
      this.#refused(id, response, statement);
      return undefined;
    }
    const { body } = response;
    if (!accept(body, sink)) {
      dispatcher.failed({ id, now: now(), rejected: true });
      return undefined;
    }
    const cost = min(min(statement.cost, value), boundOf?.(body) ?? value);
    this.#tab.count(sink, cost);
    await durable();
    dispatcher.accepted({ id, now: now(), value: cost });
    return { sink, body, cost };
  }

  /** A sink that refuses politely is asked again when it says; one that is broken has failed. */
  #refused(id: number, { status, headers }: GuardedResponse, { available }: Statement): void {
    const { dispatcher, now } = this.#parameters;
    if (![402, 403, 409, 503].includes(status)) dispatcher.failed({ id, now: now() });
    else {
      const seconds = Number(headers["retry-after"]);
      const until = now() + (seconds > 0 ? seconds : 10);
      dispatcher.refused({ id, now: now(), until, owed: status === 402 ? available : undefined });
    }
  }

  /** The first time, the counter starts where the last program left it. */
  async #meet(sink: Address): Promise<void> {
    if (this.#tab.knows(sink)) return;
    const { headers } = await this.#fetch(sink, { path: `${ACCOUNT_PATH}?source=${this.#tab.source}` });
    await this.#tab.saw(sink, parseStatement(headers[STATEMENT_HEADER]));
  }

  async #post(sink: Address, maxWork: bigint, body: string): Promise<GuardedResponse> {
    const requestHash = hashRequest({ method: "POST", url: this.#endpoint(sink), body });
    const signed = await this.#tab.order(sink, { maxWork, requestHash });
    return this.#fetch(sink, { method: "POST", headers: { [ORDER_HEADER]: toOrderHeader(signed) }, body });
  }

  #endpoint(sink: Address): string {
    const endpoint = this.#parameters.endpointOf(sink);
    if (endpoint === undefined) throw new MalformedMessageError(`${sink} has no endpoint`);
    return endpoint;
  }

  #fetch(sink: Address, { path = "", ...request }: Partial<GuardedFetchParameters> & { path?: string }) {
    const { allowPrivate, timeout = 60 } = this.#parameters;
    return guardedFetch({ url: this.#endpoint(sink) + path, timeout, maxBytes: MAX_ANSWER, allowPrivate, ...request });
  }
}
