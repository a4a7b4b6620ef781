import type { Address, Hex } from "viem";
import { min } from "../../core/bigints.ts";
import type { WriteClient } from "../types.ts";
import { EndpointProofs } from "./challenge.ts";
import type { GuardedResponse } from "./connector.ts";
import type { Dispatcher, Sending } from "./dispatcher.ts";
import { AccountInUseElsewhereError, NotDeliveredError, StoreInUseError } from "./errors.ts";
import { assertWorthPaying, type LossReport, type LossWatch, watchLoss } from "./lossWatch.ts";
import { REMEMBERED, type Table } from "./orders.ts";
import { endsWithin, Races } from "./races.ts";
import { SinkClient, type SinkClientParameters } from "./sinkClient.ts";
import { Tab, type TabParameters } from "./tab.ts";
import { hashRequest, parseRefusal, parseStatement, STATEMENT_HEADER, type Statement, type WorkOrder } from "./wire.ts";

export type BuyerParameters = TabParameters &
  SinkClientParameters & {
    dispatcher: Dispatcher;
    /** Orders that are on their way; in memory if not said. Keep it in one `DurableMap` with counters and standings. */
    orders?: Table<SentOrder> | undefined;
    /** Since when too much pay is lost; in memory if not said. */
    losses?: Table<LossWatch> | undefined;
    /** Resolves once all state is on disk; see `DurableMap.durable`. */
    durable: () => Promise<void>;
    /** Whether an answer is any good; if not said, any that is not empty is. */
    accept?: ((body: string, sink: Address) => boolean) | undefined;
    /** The most that an answer can have cost by one's own measure, wei; the order's maximum if not said. */
    boundOf?: ((body: string) => bigint) | undefined;
    /** How many sinks are tried for a task; 3 if not said. */
    attempts?: number | undefined;
  };

/** What was bought: an answer, who gave it, and what it cost. */
export type Bought = { sink: Address; body: string /** Wei. */; cost: bigint };

/** An order on its way, and the task that it buys. */
export type SentOrder = {
  order: WorkOrder;
  task: string;
  /** Nonce of the order that another sink got for the same task. */
  twin?: Hex | undefined;
  /** Whether the other was answered: this one is acknowledged if it was worked on, and its answer is for nobody. */
  abandoned?: boolean | undefined;
};

const isFatal = (error: unknown): boolean =>
  error instanceof AccountInUseElsewhereError || error instanceof StoreInUseError;

/**
 * Buys tasks, one by one, from whoever owes most; acknowledges with each order what was received before. What must outlive
 * the process is on disk before a sink hears of it, so a program that is killed pays nothing twice: it asks for the answers
 * that it has not seen with `resume`.
 * @example
 * const { body, cost } = await buyer.buy({ task: "summarise this", maximum: parseEther("0.01") });
 */
export class Buyer {
  readonly #tab: Tab;
  readonly #sinks: SinkClient;
  readonly #proofs: EndpointProofs;
  readonly #parameters: BuyerParameters;
  readonly #orders: Table<SentOrder>;
  readonly #losses: Table<LossWatch>;
  /** Orders of the program before this one, by nonce, and as what they are in flight now. */
  readonly #interrupted: Map<string, Sending | undefined>;
  readonly #races = new Races(isFatal);

  constructor(client: WriteClient, parameters: BuyerParameters) {
    [this.#tab, this.#sinks] = [new Tab(client, parameters), new SinkClient(parameters)];
    this.#proofs = new EndpointProofs(client, parameters);
    this.#parameters = parameters;
    this.#orders = parameters.orders ?? new Map();
    this.#losses = parameters.losses ?? new Map();
    this.#interrupted = new Map([...this.#orders.entries()].map(([nonce]) => [nonce, undefined]));
  }

  /**
   * Has a task done. If a sink fails, another gets a new order; if it is slow and the dispatcher hedges, too, and the first
   * answer is taken.
   * @param maximum The most that it may cost, wei.
   * @throws {WaitForCreditError} @throws {SinksBusyError} @throws {NotDeliveredError} @throws {AccountInUseElsewhereError}
   * @throws {StopLossError} if too much of the pay has been lost for too long: see `loss`.
   */
  async buy({ task, maximum }: { task: string; maximum: bigint }): Promise<Bought> {
    const { attempts = 3, dispatcher, now } = this.#parameters;
    this.#races.throwLate();
    assertWorthPaying(this.loss());
    const tried: Address[] = [];
    let cause: unknown;
    while (tried.length < attempts) {
      const sending = this.#next(dispatcher, { value: maximum, now: now(), except: tried }, tried, cause);
      tried.push(sending.sink);
      try {
        const bought = await this.#hedged(sending, this.#note(sending, task), tried);
        if (bought !== undefined) return bought;
      } catch (error) {
        if (isFatal(error)) throw error;
        cause = error;
      }
    }
    throw new NotDeliveredError(tried, { cause });
  }

  /**
   * Asks again for the answers to the orders that were on their way when the program ended: a sink works on none twice.
   * Call it once the sinks are known, and again until `interrupted` is 0.
   * @returns What has been answered by now.
   */
  async resume(): Promise<(Bought & { task: string })[]> {
    const { dispatcher, now } = this.#parameters;
    const bought: (Bought & { task: string })[] = [];
    for (const [nonce, known] of [...this.#interrupted]) {
      const sent = this.#orders.get(nonce) as SentOrder;
      const sending = known ?? dispatcher.again({ sink: sent.order.sink, value: sent.order.maxWork, now: now() });
      this.#interrupted.set(nonce, sending);
      const answer = await this.#order(sending, sent).catch((error: unknown) => {
        if (isFatal(error)) throw error;
      });
      if (answer !== undefined && !sent.abandoned) bought.push({ ...answer, task: sent.task });
      if (this.#orders.get(nonce) === undefined) this.#interrupted.delete(nonce);
    }
    return bought;
  }

  /** Orders of the program before this one whose end is not known yet. */
  get interrupted(): number {
    return this.#interrupted.size;
  }

  /** How much of the pay goes to sinks that do not deliver: look at it as often as credit is refreshed, warn, and stop. */
  loss(): LossReport {
    const { dispatcher, now } = this.#parameters;
    const before = this.#losses.get("loss") ?? { since: undefined };
    const report = watchLoss(before, dispatcher.standings(), { now: now(), horizon: dispatcher.horizon });
    if (report.since !== before.since) this.#losses.set("loss", { since: report.since });
    return report;
  }

  /** Acknowledges everything that was received and not acknowledged yet: at each epoch, and before leaving. */
  async flush(): Promise<void> {
    for (const sink of this.#tab.creditors()) {
      const acknowledgement = await this.#tab.acknowledgement(sink);
      // Who is not there learns it with the next order, or the next flush.
      await this.#sinks.acknowledge(sink, this.#tab.source, acknowledgement).catch(() => undefined);
    }
  }

  /** Resolves once no abandoned order is on its way: before the last `flush`, and before the store is closed. */
  idle(): Promise<void> {
    return this.#races.idle();
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

  /** An order, and where it takes long another of a second sink: whichever is answered first. */
  async #hedged(sending: Sending, sent: SentOrder, tried: Address[]): Promise<Bought | undefined> {
    const { dispatcher, now } = this.#parameters;
    const first = this.#order(sending, sent);
    if (dispatcher.hedgeAfter === undefined || (await endsWithin(first, dispatcher.hedgeAfter))) return first;
    const hedge = dispatcher.hedge({ id: sending.id, now: now(), except: tried });
    if (hedge === undefined) return first;
    tried.push(hedge.sink);
    return this.#races.run([first, this.#second(hedge, sent)]);
  }

  async #second(hedge: Sending, first: SentOrder): Promise<Bought | undefined> {
    const second = this.#note(hedge, first.task, first.order.nonce);
    this.#orders.set(first.order.nonce, { ...first, twin: second.order.nonce });
    return this.#order(hedge, second);
  }

  /** Keeps an order before anybody hears of it. */
  #note({ id, sink, value }: Sending, task: string, twin?: Hex): SentOrder {
    const { dispatcher, now } = this.#parameters;
    try {
      const requestHash = hashRequest({ method: "POST", url: this.#sinks.endpoint(sink), body: task });
      const order = this.#tab.draft(sink, { maxWork: value, requestHash });
      const sent = { order, task, twin };
      this.#orders.set(order.nonce, sent);
      return sent;
    } catch (error) {
      dispatcher.failed({ id, now: now() });
      throw error;
    }
  }

  /**
   * Sends an order, and takes what comes back into account, all in one moment.
   * @returns Undefined if the sink refused, or its answer was not accepted.
   */
  async #order(sending: Sending, { order, task }: SentOrder): Promise<Bought | undefined> {
    const { accept = (body) => body !== "", boundOf, dispatcher, durable, now } = this.#parameters;
    const { id, sink, value } = sending;
    const mayStillCome = this.#interrupted.has(order.nonce) && now() <= order.validBefore + REMEMBERED;
    let isOver = !mayStillCome;
    let end = () => dispatcher.failed({ id, now: now() });
    let loser: WorkOrder | undefined;
    try {
      await durable();
      await this.#meet(sink);
      const response = await this.#sinks.order(await this.#tab.sign(order), task);
      const statement = parseStatement(response.headers[STATEMENT_HEADER]);
      isOver = !(mayStillCome && parseRefusal(response) === "in_progress");
      await this.#tab.saw(sink, statement);
      if (response.status !== 200) {
        const isWithdrawn = this.#orders.get(order.nonce)?.abandoned ?? false;
        end = () => this.#refused({ id, isWithdrawn }, response, statement);
        return undefined;
      }
      const { body } = response;
      if (!accept(body, sink)) {
        end = () => dispatcher.failed({ id, now: now(), rejected: true });
        return undefined;
      }
      const cost = min(min(statement.cost, value), boundOf?.(body) ?? value);
      this.#tab.count(sink, cost);
      end = () => dispatcher.accepted({ id, now: now(), value: cost });
      loser = this.#abandonTwin(order.nonce);
      return { sink, body, cost };
    } finally {
      if (isOver) {
        this.#orders.delete(order.nonce);
        end();
      }
      await durable();
      if (loser !== undefined) void this.#withdraw(loser);
    }
  }

  /** One answer is enough. @returns The other order, if it is on its way. */
  #abandonTwin(nonce: Hex): WorkOrder | undefined {
    const { twin } = this.#orders.get(nonce) ?? {};
    const other = twin === undefined ? undefined : this.#orders.get(twin);
    if (twin === undefined || other === undefined) return undefined;
    this.#orders.set(twin, { ...other, abandoned: true });
    return other.order;
  }

  /** Nothing depends on it: whatever the sink does, it answers the order itself. */
  async #withdraw(order: WorkOrder): Promise<void> {
    await this.#sinks.withdraw(await this.#tab.sign(order)).catch(() => undefined);
  }

  /** A sink that refuses politely is asked again when it says; one that is broken has failed. */
  #refused(
    { id, isWithdrawn }: { id: number; isWithdrawn: boolean },
    { status, headers }: GuardedResponse,
    { available }: Statement,
  ): void {
    const { dispatcher, now } = this.#parameters;
    if (![402, 403, 409, 503].includes(status)) dispatcher.failed({ id, now: now() });
    else {
      const seconds = Number(headers["retry-after"]);
      const pause = seconds > 0 ? seconds : 10;
      // Who was asked to stop, and did, is asked for the next task as before.
      const until = now() + (isWithdrawn ? 0 : pause);
      dispatcher.refused({ id, now: now(), until, owed: status === 402 ? available : undefined });
    }
  }

  /**
   * Before a task goes there: the sink's own key says that it is at its endpoint. The first time, the counter starts where the
   * last program left it.
   */
  #meet(sink: Address): Promise<void> {
    return this.#proofs.meet({
      ...{ sink, endpoint: this.#sinks.endpoint(sink) },
      ask: (headers) => this.#sinks.ask(sink, this.#tab.source, headers),
      onProven: async (headers) => {
        if (!this.#tab.knows(sink)) await this.#tab.saw(sink, parseStatement(headers[STATEMENT_HEADER]));
      },
    });
  }
}
