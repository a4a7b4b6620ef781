import type { Address } from "viem";
import { min } from "../../core/bigints.ts";
import type { GuardedStream } from "../../sdk/work/connector.ts";
import type { CreditBookState } from "../../sdk/work/credit.ts";
import { CreditFeed } from "../../sdk/work/creditFeed.ts";
import { getSinks } from "../../sdk/work/discovery.ts";
import { Dispatcher, type Sending } from "../../sdk/work/dispatcher.ts";
import {
  AccountInUseElsewhereError,
  NotDeliveredError,
  SinksBusyError,
  StoreInUseError,
  WaitForCreditError,
} from "../../sdk/work/errors.ts";
import { assertWorthPaying, type LossReport, type LossWatch, watchLoss } from "../../sdk/work/lossWatch.ts";
import { fetchProfile } from "../../sdk/work/profile.ts";
import { parseStatement, STATEMENT_HEADER, type Statement } from "../../sdk/work/wire.ts";
import { PurseEmptyError } from "../errors.ts";
import { readBody } from "../seller/readBody.ts";
import { SourceList } from "../seller/sourceList.ts";
import { BuyerAccount, type BuyerAccountParameters } from "./account.ts";
import { missingCost, type Outgoing, received, SinkDoor } from "./order.ts";

export type PayingFetchParameters = Omit<BuyerAccountParameters, "maxWork"> & {
  /** The most that one task may cost, wei. */
  oneTask: bigint;
  /** The deployment's block: no event is older. 0 if not said. */
  fromBlock?: bigint | undefined;
  /** Who may get tasks, which may hold what is nobody's business; every sink of the pool if not said. */
  sinks?: readonly Address[] | undefined;
  /** Whether an answer is any good, by its head; any that is none of an error if not said. */
  accept?: ((answer: Response) => boolean) | undefined;
  /** How many sinks are tried for a task; 3 if not said. */
  attempts?: number | undefined;
  /** How long a task waits until a sink owes it, seconds; 900 if not said. A first stream needs some epochs. */
  patience?: number | undefined;
  /** Seconds until an answer begins, and between its pieces; 60 if not said. */
  timeout?: number | undefined;
  /** The longest answer, bytes; 10 MB if not said. */
  maxBytes?: number | undefined;
  /** Headers that go to the sink beside `accept`, `accept-language` and `content-type`. */
  headers?: readonly string[] | undefined;
  /** The stream is closed when the money lasts no longer than this, seconds; 900 if not said. */
  leastRunway?: number | undefined;
  /** The stream is closed after so many seconds without a task; never if not said. */
  idle?: number | undefined;
  /** How often the chain is looked at, seconds; 4 if not said, and 0 for never by itself. */
  refreshEvery?: number | undefined;
  /** For sinks in one's own network. */
  allowPrivate?: boolean | undefined;
  /** Hears of pay that is lost, and of what goes wrong in the background. */
  onWarning?: ((warning: LossReport | unknown) => void) | undefined;
};

/** How a task waits for a sink. */
type Waiting = {
  except: Address[];
  /** Why those have not delivered. */
  cause: unknown;
  /** By `performance.now`. */
  giveUpAt: number;
  signal: AbortSignal | undefined;
};

const ALLOWED = ["accept", "accept-language", "content-type"];
/** Sinks and their profiles are looked for again after so many seconds; sooner as long as none is reached. */
const [DISCOVER_EVERY, DISCOVER_FIRST] = [600, 12];

/** A buyer that has found its sinks. `payingFetch` is its short form. */
export class PayingClient {
  readonly #dispatcher: Dispatcher;
  readonly #feed: CreditFeed;
  readonly #doors = new Map<Address, SinkDoor>();
  #sinks: Address[] = [];
  #discoveredAt = Number.NEGATIVE_INFINITY;
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
    const sources = new SourceList(client, { deployment, taskTypeId, fromBlock, head: () => this.#feed.head });
    this.#feed = new CreditFeed(client, {
      ...{ deployment, taskType: purse.taskType, state: store.table<CreditBookState>("book").get("credit") },
      // All of them, as the sinks do: both sides must compute the same.
      sources: () => sources.refresh(),
      sinks: async () => this.#sinks,
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
    const request = await this.#outgoing(path, init);
    await this.#ready();
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
    await this.#acknowledge();
    await this.account.close();
  }

  readonly #now = (): number => this.#feed.now();

  async #refresh(): Promise<void> {
    const { leastRunway = 900, idle, onWarning = () => {} } = this.parameters;
    const { purse, store } = this.account;
    const epoch = (now: number) => Math.floor(now / purse.taskType.epochLength);
    const before = this.#now();
    await this.#discover();
    await this.#feed.refresh();
    await this.account.lookAtClock();
    store.table<CreditBookState>("book").set("credit", this.#feed.book.toJSON());
    await store.durable();
    if (epoch(this.#now()) !== epoch(before)) await this.#acknowledge();
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

  /** Finds the sinks, and where each of them is. */
  async #discover(): Promise<void> {
    const {
      client,
      deployment,
      taskTypeId,
      fromBlock = 0n,
      sinks,
      allowPrivate,
      timeout = 60,
      maxBytes = 10_000_000,
    } = this.parameters;
    const wait = this.#doors.size === 0 ? DISCOVER_FIRST : DISCOVER_EVERY;
    if (this.#now() - this.#discoveredAt < wait) return;
    const found = (await getSinks(client, { deployment, taskTypeId, fromBlock })).filter(
      ({ sink }) => sinks === undefined || sinks.some((allowed) => allowed.toLowerCase() === sink.toLowerCase()),
    );
    await Promise.all(
      found.map(async ({ sink, profileUri }) => {
        const profile = await fetchProfile({ profileUri, allowPrivate }).catch(() => undefined);
        this.#dispatcher.reach(sink, profile !== undefined, this.#now());
        const { account } = this;
        if (profile === undefined) this.#doors.delete(sink);
        else
          this.#doors.set(
            sink,
            new SinkDoor({ sink, endpoint: profile.endpoint, account, allowPrivate, timeout, maxBytes }),
          );
      }),
    );
    this.#sinks = found.map(({ sink }) => sink);
    this.#discoveredAt = this.#feed.head === 0n ? Number.NEGATIVE_INFINITY : this.#now();
  }

  /** The stream runs, and is worth it. */
  async #ready(): Promise<void> {
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
      await this.#ready();
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
    const door = this.#doors.get(sending.sink) as SinkDoor;
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

  async #acknowledge(): Promise<void> {
    const { tab } = this.account;
    // Who is not there learns it with the next order, or the next time.
    for (const sink of tab.creditors())
      await this.#doors
        .get(sink)
        ?.acknowledge()
        .catch(() => {});
  }

  /** Nothing goes along that is not meant for strangers. */
  async #outgoing(path: string, init: RequestInit): Promise<Outgoing> {
    const { headers: more = [] } = this.parameters;
    const { method, headers, body } = new Request(new URL(path, "http://sink.invalid"), { ...init, signal: null });
    const allowed = [...headers].filter(([name]) => [...ALLOWED, ...more].includes(name));
    return { method, path, headers: Object.fromEntries(allowed), body: await readBody(body, 10_000_000) };
  }
}

function abortablePause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** A fetch that pays. */
export type PayingFetch = ((path: string, init?: RequestInit) => Promise<Response>) & {
  /** What is behind it, once it is open: the account, what is lost, what is owed. */
  client: () => Promise<PayingClient>;
  /** Acknowledges, and ends the stream. */
  close: () => Promise<void>;
};

/**
 * Buys from whoever has been paid most and done least: finds the sinks of a task type, streams to its pool within a budget,
 * signs an order for each request, acknowledges what came back. Answers come as they are made.
 * @example
 * const budget = { perDay: parseEther("5"), perHour: parseEther("1") };
 * const pay = payingFetch({ client, deployment, taskTypeId, oneTask: parseEther("0.01"), budget });
 * const answer = await pay("/chat/completions", { method: "POST", body });
 */
export function payingFetch(parameters: PayingFetchParameters): PayingFetch {
  const { refreshEvery = 4, onWarning = () => {} } = parameters;
  let opened: Promise<PayingClient> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const open = () => {
    opened ??= PayingClient.open(parameters).then((client) => {
      if (refreshEvery > 0) timer = setInterval(() => void client.refresh().catch(onWarning), 1000 * refreshEvery);
      timer?.unref();
      return client;
    });
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
  return Object.assign(async (path: string, init?: RequestInit) => (await open()).fetch(path, init), {
    client: open,
    async close() {
      clearInterval(timer);
      await (await opened?.catch(() => undefined))?.close();
    },
  });
}
