import type { Address, Hex } from "viem";
import { signTypedData } from "viem/actions";
import { max, min } from "../../core/bigints.ts";
import { BackpressureError } from "../../core/errors.ts";
import { signReceipt } from "../receipts/signReceipt.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { type GuardedFetchParameters, type GuardedResponse, guardedFetch } from "./connector.ts";
import type { Dispatcher, Sending } from "./dispatcher.ts";
import { AccountInUseElsewhereError } from "./errors.ts";
import type { ReceiptCounters } from "./receiptCounters.ts";
import {
  type Acknowledgement,
  hashRequest,
  MalformedMessageError,
  ORDER_HEADER,
  orderTypedData,
  parseStatement,
  STATEMENT_HEADER,
  type Statement,
  toHeader,
} from "./wire.ts";

export type BuyerParameters = {
  deployment: Deployment;
  taskTypeId: Hex;
  dispatcher: Dispatcher;
  counters: ReceiptCounters;
  /** Where a sink takes orders, as its profile says. */
  endpointOf: (sink: Address) => string | undefined;
  /** The chain's time, Unix seconds: `CreditFeed.now`. */
  now: () => number;
  /** 32 bytes that were never used before. */
  nonce: () => Hex;
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

const [MAX_ANSWER, VALIDITY] = [10_000_000, 120];

/**
 * Buys tasks, one by one, from whoever owes most; acknowledges with each order what was received before.
 * @example
 * const { body, cost } = await buyer.buy({ task: "summarise this", maximum: parseEther("0.01") });
 */
export class Buyer {
  readonly #client: WriteClient;
  readonly #parameters: BuyerParameters;
  readonly #met = new Set<Address>();
  /** What each sink said last that it has delivered in all, wei. */
  readonly #stated = new Map<Address, bigint>();

  constructor(client: WriteClient, parameters: BuyerParameters) {
    [this.#client, this.#parameters] = [client, parameters];
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
    const { counters } = this.#parameters;
    for (const sink of counters.peers()) {
      if (counters.completed(sink) === 0n) continue;
      const { completed, signature, stated } = await this.#acknowledgement(sink);
      const amounts = { completed: String(completed), stated: String(stated) };
      const body = JSON.stringify({ source: this.#client.account.address, ...amounts, signature });
      // Who is not there learns it with the next order, or the next flush.
      await this.#fetch(sink, { method: "PUT", body }).catch(() => undefined);
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
    const { accept = (body) => body !== "", boundOf, counters, dispatcher, durable, now } = this.#parameters;
    await this.#meet(sink);
    const response = await this.#post(sink, value, task);
    const statement = parseStatement(response.headers[STATEMENT_HEADER]);
    await counters.meet(sink, statement.acknowledged);
    this.#stated.set(sink, statement.completed);
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
    counters.add(sink, cost);
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
    if (this.#met.has(sink)) return;
    const { headers } = await this.#fetch(sink, { query: `?source=${this.#client.account.address}` });
    await this.#parameters.counters.meet(sink, parseStatement(headers[STATEMENT_HEADER]).acknowledged);
    this.#met.add(sink);
  }

  async #post(sink: Address, maxWork: bigint, body: string): Promise<GuardedResponse> {
    const { counters, deployment, now, nonce, taskTypeId } = this.#parameters;
    const { account, chain } = this.#client;
    const requestHash = hashRequest({ method: "POST", url: this.#endpoint(sink), body });
    const validBefore = Math.floor(now()) + VALIDITY;
    const order = { source: account.address, sink, taskTypeId, nonce: nonce(), validBefore, maxWork, requestHash };
    const typedData = orderTypedData({ deployment, chainId: chain.id, order });
    const signature = await signTypedData(this.#client, { account, ...typedData });
    const acknowledged = counters.completed(sink) > 0n ? await this.#acknowledgement(sink) : undefined;
    const headers = { [ORDER_HEADER]: toHeader({ order, signature, acknowledged }) };
    return this.#fetch(sink, { method: "POST", headers, body });
  }

  async #acknowledgement(sink: Address): Promise<Acknowledgement> {
    const { counters, deployment, taskTypeId } = this.#parameters;
    const completed = counters.completed(sink);
    const receipt = { taskTypeId, source: this.#client.account.address, sink, completed };
    const stated = max(completed, this.#stated.get(sink) ?? 0n);
    return { completed, stated, signature: await signReceipt(this.#client, { deployment, receipt }) };
  }

  #endpoint(sink: Address): string {
    const endpoint = this.#parameters.endpointOf(sink);
    if (endpoint === undefined) throw new MalformedMessageError(`${sink} has no endpoint`);
    return endpoint;
  }

  #fetch(sink: Address, { query = "", ...request }: Partial<GuardedFetchParameters> & { query?: string }) {
    const { allowPrivate, timeout = 60 } = this.#parameters;
    return guardedFetch({ url: this.#endpoint(sink) + query, timeout, maxBytes: MAX_ANSWER, allowPrivate, ...request });
  }
}
