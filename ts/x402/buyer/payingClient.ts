import type { Address } from "viem";
import { min } from "../../core/bigints.ts";
import type { GuardedStream } from "../../sdk/work/connector.ts";
import type { CreditBookState } from "../../sdk/work/credit.ts";
import { CreditFeed } from "../../sdk/work/creditFeed.ts";
import { Dispatcher, type Sending } from "../../sdk/work/dispatcher.ts";
import {
  AccountInUseElsewhereError,
  NotDeliveredError,
  SinksBusyError,
  StoreInUseError,
  WaitForCreditError,
} from "../../sdk/work/errors.ts";
import { assertWorthPaying, type LossReport, type LossWatch, watchLoss } from "../../sdk/work/lossWatch.ts";
import { parseStatement, STATEMENT_HEADER, type Statement } from "../../sdk/work/wire.ts";
import { PurseEmptyError } from "../errors.ts";
import { SourceList } from "../seller/sourceList.ts";
import { BuyerAccount } from "./account.ts";
import { Doors } from "./doors.ts";
import { missingCost, type Outgoing, received, type SinkDoor } from "./order.ts";
import { abortablePause, outgoing } from "./outgoing.ts";
import type { PayingFetchParameters } from "./parameters.ts";

/** How a task waits for a sink. */
type Waiting = {
  except: Address[];
  /** Why those have not delivered. */
  cause: unknown;
  /** By `performance.now`. */
  giveUpAt: number;
  signal: AbortSignal | undefined;
};

/** A buyer that has found its sinks. `payingFetch` is its short form. */
export class PayingClient {
  readonly #dispatcher: Dispatcher;
  readonly #feed: CreditFeed;
  readonly #doors: Doors;
  #loss: LossWatch = { since: undefined };
  #usedAt = 0;
  #stopped: Error | undefined;
  #refreshing: Promise<void> | undefined;

  private constructor(
    readonly parameters: PayingFetchParameters,
    readonly account: BuyerAccount,
  ) {
    const { client, deployment, taskTypeId, oneTask, fromBlock = 0n } = parameters;
    const { store, purse } = account;
    const { horizon } = purse.taskType;
    this.#dispatcher = new Dispatcher({ oneTask, horizon, standings: store.table("standings") });
    const { sinks, allowPrivate, timeout = 60, maxBytes = 10_000_000 } = parameters;
    const onReach = (sink: Address, reachable: boolean) => this.#dispatcher.reach(sink, reachable, this.#now());
    this.#doors = new Doors({ account, fromBlock, sinks, allowPrivate, timeout, maxBytes, onReach });
    const sources = new SourceList(client, { deployment, taskTypeId, fromBlock, head: () => this.#feed.head });
    this.#feed = new CreditFeed(client, {
      ...{ deployment, taskType: purse.taskType, state: store.table<CreditBookState>("book").get("credit") },
      // All of them, as the sinks do: both sides must compute the same.
      sources: () => sources.refresh(),
      sinks: async () => [...this.#doors.sinks],
      onCredit: (source, sink, credit, now) => {
        if (source === purse.account) this.#dispatcher.paid(sink, credit, now);
      },
    });
  }

  /** Reads what it costs and who sells, and opens no stream yet. */
  static async open(parameters: PayingFetchParameters): Promise<PayingClient> {
    const account = await BuyerAccount.open({ ...parameters, maxWork: parameters.oneTask });
    try {
      const client = new PayingClient(parameters, account);
      await client.refresh();
      return client;
    } catch (error) {
      await account.store.close();
      throw error;
    }
  }

  /** Has a task done by whoever owes most; see `payingFetch`. @param path Under the sinks' endpoints. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { attempts = 3, oneTask, patience = 900 } = this.parameters;
    const signal = init.signal ?? undefined;
    const request = await outgoing(path, init, this.parameters.headers);
    await this.ready();
    const giveUpAt = performance.now() + 1000 * patience;
    const tried: Address[] = [];
    let cause: unknown;
    while (tried.length < attempts) {
      const sending = await this.#next(oneTask, { except: tried, cause, giveUpAt, signal });
      try {
        const answer = await this.#order(sending, request, signal);
        if (answer instanceof Response) return answer;
        // Who has seen less of the pay, or has no time now, is asked again when it has said, or the dispatcher thinks.
        if (answer === "failed") tried.push(sending.sink);
      } catch (error) {
        tried.push(sending.sink);
        this.#failed(sending);
        const isFatal = error instanceof AccountInUseElsewhereError || error instanceof StoreInUseError;
        if (isFatal || init.signal?.aborted) throw error;
        cause = error;
      }
    }
    throw new NotDeliveredError(tried, { cause });
  }

  /** Reads what is new on the chain, acknowledges, and closes the stream if it is time to. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** How much of the pay goes to sinks that do not deliver. */
  loss(): LossReport {
    const { horizon } = this.#dispatcher;
    const report = watchLoss(this.#loss, this.#dispatcher.standings(), { now: this.#now(), horizon });
    this.#loss = { since: report.since };
    return report;
  }

  /** Acknowledges, ends the stream, and lets another program have the account. */
  async close(): Promise<void> {
    await this.#refreshing?.catch(() => {});
    await this.#doors.acknowledge();
    await this.account.close();
  }

  readonly #now = (): number => this.#feed.now();

  async #refresh(): Promise<void> {
    const { leastRunway = 900, idle, onWarning = () => {} } = this.parameters;
    const { purse, store } = this.account;
    const epoch = (now: number) => Math.floor(now / purse.taskType.epochLength);
    const before = this.#now();
    await this.#doors.discover(this.#feed.head === 0n ? 0 : before);
    await this.#feed.refresh();
    await this.account.lookAtClock();
    store.table<CreditBookState>("book").set("credit", this.#feed.book.toJSON());
    await store.durable();
    if (epoch(this.#now()) !== epoch(before)) await this.#doors.acknowledge();
    if (purse.flowRate === 0n) return;
    const report = this.loss();
    if (report.level === "warn") onWarning(report);
    const runway = await purse.runway();
    if (runway !== undefined && runway < leastRunway) this.#stopped = new PurseEmptyError(purse.account, runway);
    try {
      assertWorthPaying(report);
    } catch (error) {
      this.#stopped = error as Error;
    }
    const isIdle = idle !== undefined && this.#now() - this.#usedAt > idle;
    if (this.#stopped !== undefined || isIdle) await purse.close();
  }

  /** The stream runs, and is worth it. @throws {BudgetReachedError} @throws {StopLossError} @throws {PurseEmptyError} */
  async ready(): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    this.#usedAt = this.#now();
    await this.account.purse.ensure(1n);
  }

  /** Waits, if need be, until a sink owes a task. */
  async #next(value: bigint, { except, cause, giveUpAt, signal }: Waiting): Promise<Sending> {
    const { refreshEvery = 4 } = this.parameters;
    for (;;) {
      try {
        return this.#dispatcher.next({ value, now: this.#now(), except });
      } catch (error) {
        const mayCome = error instanceof WaitForCreditError || error instanceof SinksBusyError;
        if (!mayCome || except.length > 0)
          throw except.length > 0 ? new NotDeliveredError(except, { cause: cause ?? error }) : error;
        if (performance.now() + 1000 * refreshEvery > giveUpAt) throw error;
      }
      await abortablePause(1000 * refreshEvery, signal);
      await this.refresh();
      await this.ready();
    }
  }

  /** @returns The answer, or what the dispatcher knows by now. */
  async #order(
    sending: Sending,
    request: Outgoing,
    signal: AbortSignal | undefined,
  ): Promise<Response | "failed" | "refused"> {
    const { accept = () => true } = this.parameters;
    const { account } = this;
    const door = this.#doors.of(sending.sink) as SinkDoor;
    await account.store.durable();
    await door.meet();
    const answer = await door.order(request, sending.value, signal);
    const outcome = this.#outcomeOf(sending, answer);
    if (outcome !== "worked") return outcome;
    const { status, headers } = answer;
    // What is wrong with the request itself, no other sink would like better.
    if (status < 400 && !accept(new Response(null, { status, headers }))) {
      await answer.body[Symbol.asyncIterator]().return?.();
      this.#dispatcher.failed({ id: sending.id, now: this.#now(), rejected: true });
      return "failed";
    }
    return received({
      answer,
      onWhole: (statement) => this.#accepted(sending, door, statement),
      onBroken: (byReader) => this.#broken(sending, door, byReader),
    });
  }

  /** Whether it was worked on; if not, the dispatcher knows by now why. */
  #outcomeOf(sending: Sending, { status, headers }: GuardedStream): "worked" | "failed" | "refused" {
    const { id } = sending;
    const now = this.#now();
    if (status < 400 || (status < 500 && ![402, 403, 409].includes(status))) return "worked";
    if (![402, 403, 409, 503].includes(status)) {
      this.#dispatcher.failed({ id, now });
      return "failed";
    }
    const seconds = Number(headers["retry-after"]);
    const stated = headers[STATEMENT_HEADER];
    const owed = status === 402 && stated !== undefined ? parseStatement(stated).available : undefined;
    this.#dispatcher.refused({ id, now, until: now + (seconds > 0 ? seconds : 10), owed });
    return status === 402 || status === 503 ? "refused" : "failed";
  }

  async #accepted({ id, sink, value }: Sending, door: SinkDoor, said: Statement | undefined): Promise<void> {
    const { account } = this;
    const statement = said ?? (await door.ask());
    const counted = account.counters.completed(sink);
    const cost = said === undefined ? missingCost(statement.completed, counted, value) : min(statement.cost, value);
    await account.tab.saw(sink, statement);
    account.tab.count(sink, cost);
    this.#dispatcher.accepted({ id, now: this.#now(), value: cost });
    await account.store.durable();
  }

  /** Who goes away by itself pays for what was made; a sink that breaks off has failed. */
  async #broken(sending: Sending, door: SinkDoor, byReader: boolean): Promise<void> {
    if (byReader) return this.#accepted(sending, door, undefined).catch(() => this.#failed(sending));
    this.#failed(sending);
  }

  #failed({ id }: Sending): void {
    this.#dispatcher.failed({ id, now: this.#now() });
  }
}
