import type { Address } from "viem";
import { max, min } from "../../core/bigints.ts";
import { InvalidParameterError } from "../errors.ts";
import { SinksBusyError, WaitForCreditError } from "./errors.ts";
import type { Table } from "./orders.ts";
import { eligible, notePaid, paidIn, timeToPay } from "./payHistory.ts";
import { SinkQueue } from "./sinkQueue.ts";
import { fail, isLost, type Liveness, newStanding, type Standing, succeed } from "./standing.ts";

export type DispatcherParameters = Partial<Liveness> & {
  /** The largest task that is ever sent, wei. */
  oneTask: bigint;
  /** T: credit that was paid earlier than this lapses, seconds. */
  horizon: number;
  /** Whether a second sink is asked where the first is slow; not if not said. */
  hedging?: Hedging | undefined;
  /** Where it is kept how sinks stand; in memory if not said. What was in flight stays sent when it is read again. */
  standings?: Table<Standing> | undefined;
};

/** A second sink for a task whose first takes long. Both are paid for what they do: the answer that comes too late is the price. */
export type Hedging = {
  /** Without an answer for so long, seconds; longer than nineteen of twenty answers take, say. */
  after: number;
  /** Part of all tasks that a second sink is asked for at most, above 0 to 1. */
  share: number;
};

/** A task on its way. */
export type Sending = {
  id: number;
  sink: Address;
  /** The most that it may cost, wei. */
  value: bigint;
  /** Unix seconds. */
  sentAt: number;
  /** In flight to this sink when it was sent, itself included, wei. */
  load: bigint;
};

/** A task that a sink is wanted for. */
export type NextParameters = {
  /** The most that the task may cost, wei. */
  value: bigint;
  /** Unix seconds. */
  now: number;
  /** Sinks that are not to get it: those that had it before. */
  except?: readonly Address[] | undefined;
};

/** What became of a task. */
export type Outcome = { id: number; now: number };

/**
 * Sends each task to the sink that owes most of those that answer. It keeps three numbers for each: what was paid to it,
 * what was sent to it, and what of the difference has not lapsed. It does nothing by itself and reads no clock: the same
 * calls give the same choices. A choice takes time logarithmic in the number of sinks.
 * @example
 * const dispatcher = new Dispatcher({ oneTask: parseEther("0.01"), horizon: 360 });
 * dispatcher.paid(sink, book.credit(source, sink), now);
 * const { id, sink } = dispatcher.next({ value: parseEther("0.01"), now });
 * dispatcher.accepted({ id, now: now + 2, value: parseEther("0.008") });
 */
export class Dispatcher {
  readonly #parameters: DispatcherParameters & Liveness;
  readonly #standings = new Map<Address, Standing>();
  readonly #sendings = new Map<number, Sending>();
  #nextId = 1;
  /** Tasks that were sent, and to a second sink, by this program. */
  #tasks = 0;
  #hedges = 0;
  readonly #queue: SinkQueue;

  constructor(parameters: DispatcherParameters) {
    if (parameters.oneTask <= 0n || !(parameters.horizon > 0)) {
      throw new InvalidParameterError("a task costs more than 0 wei, and the horizon is above 0 s");
    }
    const { after, share } = parameters.hedging ?? { after: 1, share: 1 };
    if (!(after > 0 && share > 0 && share <= 1)) {
      throw new InvalidParameterError(
        "a second sink is asked after more than 0 s, for a share of at most 1 of the tasks",
      );
    }
    this.#parameters = { targetLatency: 30, backOff: 10, longestBackOff: parameters.horizon, ...parameters };
    this.#queue = new SinkQueue(parameters.oneTask);
    for (const [, standing] of parameters.standings?.entries() ?? []) {
      const restored = { ...standing, inFlight: 0n };
      this.#standings.set(standing.sink, restored);
      // Whatever time it is: what may be asked of a sink is at most this.
      this.#offer(restored, 0);
    }
  }

  /** T, seconds. */
  get horizon(): number {
    return this.#parameters.horizon;
  }

  /** What a sink was credited for this source since the beginning, wei: `CreditBook.credit`, or `provisional`. */
  paid(sink: Address, paid: bigint, now: number): void {
    const standing = this.#of(sink);
    standing.pay = notePaid(standing.pay, now, paid);
    this.#offer(standing, now);
  }

  /** Whether a sink has an endpoint at all, as discovery says. */
  reach(sink: Address, reachable: boolean, now: number): void {
    const standing = this.#of(sink);
    standing.reachable = reachable;
    this.#offer(standing, now);
  }

  /**
   * Chooses the sink for a task, and counts the task as sent.
   * @throws {WaitForCreditError} if none owes so much @throws {SinksBusyError} if those that do cannot take it now
   * @throws {InvalidParameterError} if the task is larger than `oneTask`.
   */
  next({ value, now, except = [] }: NextParameters): Sending {
    if (value <= 0n || value > this.#parameters.oneTask) {
      throw new InvalidParameterError(`a task costs 1 to ${this.#parameters.oneTask} wei here, not ${value}`);
    }
    const chosen = this.#queue.choose(value, now, except);
    if (chosen === undefined) throw this.#whyNot(value, now, except);
    this.#tasks += 1;
    chosen.sent += value;
    return this.#send(chosen, value, now);
  }

  /** How long to wait for an answer before `hedge`, seconds; undefined where no second sink is asked. */
  get hedgeAfter(): number | undefined {
    return this.#parameters.hedging?.after;
  }

  /**
   * Chooses a second sink for a task in flight, and counts the task as sent to it, too. Each of the two is reported by
   * itself: what was accepted is accepted of both, and who has withdrawn before it began has refused.
   * @returns Undefined if the share of such tasks is used up, or no other sink owes so much and can take it now.
   */
  hedge({ id, now, except = [] }: Outcome & Pick<NextParameters, "except">): Sending | undefined {
    const { sink, value } = this.#sending(id);
    const { share = 0 } = this.#parameters.hedging ?? {};
    if (this.#hedges + 1 > share * this.#tasks) return undefined;
    const chosen = this.#queue.choose(value, now, [sink, ...except]);
    if (chosen === undefined) return undefined;
    this.#hedges += 1;
    chosen.sent += value;
    return this.#send(chosen, value, now);
  }

  /** A task that was in flight when the program ended is sent again, and counted as sent already. */
  again({ sink, value, now }: { sink: Address; value: bigint; now: number }): Sending {
    return this.#send(this.#of(sink), value, now);
  }

  /** The answer was accepted; it cost `value` wei, at most what was said. */
  accepted({ id, now, value }: Outcome & { value: bigint }): void {
    const sending = this.#end(id);
    const standing = this.#of(sending.sink);
    const cost = min(value, sending.value);
    standing.sent -= sending.value - cost;
    standing.accepted += cost;
    succeed(standing, { load: sending.load, latency: now - sending.sentAt }, this.#parameters);
    this.#offer(standing, now);
  }

  /** No answer, not in time, or (`rejected`) one that is no good. The work is not asked for again. */
  failed({ id, now, rejected = false }: Outcome & { rejected?: boolean }): void {
    const standing = this.#of(this.#end(id).sink);
    fail(standing, { now, rejected }, this.#parameters);
    this.#offer(standing, now);
  }

  /**
   * The sink says by itself that it cannot take the task before `until`, Unix seconds. It was not worked on.
   * @param owed What the sink says it owes, wei: if it is less than one thinks, the rest is not asked for again.
   */
  refused({ id, now, until, owed }: Outcome & { until: number; owed?: bigint | undefined }): void {
    const sending = this.#end(id);
    const standing = this.#of(sending.sink);
    standing.sent -= sending.value;
    if (owed !== undefined) standing.sent = max(standing.sent, paidIn(standing.pay) - max(0n, owed));
    standing.pausedUntil = Math.max(standing.pausedUntil, Math.min(until, now + this.#parameters.longestBackOff));
    this.#offer(standing, now);
  }

  /** How a sink stands; undefined for one that was never named. */
  standing(sink: Address): Readonly<Standing> | undefined {
    return this.#standings.get(sink);
  }

  /** How all sinks stand. */
  standings(): Readonly<Standing>[] {
    return [...this.#standings.values()];
  }

  /** What may be asked of a sink now, wei. */
  eligible(sink: Address, now: number): bigint {
    const standing = this.#standings.get(sink);
    return standing === undefined ? 0n : this.#eligible(standing, now);
  }

  #of(sink: Address): Standing {
    const known = this.#standings.get(sink);
    if (known !== undefined) return known;
    const standing = newStanding(sink, this.#parameters.horizon);
    this.#standings.set(sink, standing);
    return standing;
  }

  #send(standing: Standing, value: bigint, now: number): Sending {
    standing.inFlight += value;
    const sending = { id: this.#nextId, sink: standing.sink, value, sentAt: now, load: standing.inFlight };
    this.#nextId += 1;
    this.#sendings.set(sending.id, sending);
    this.#offer(standing, now);
    return sending;
  }

  #eligible(standing: Standing, now: number): bigint {
    return eligible(standing.pay, standing.sent, this.#parameters.oneTask, now);
  }

  #sending(id: number): Sending {
    const sending = this.#sendings.get(id);
    if (sending === undefined) throw new InvalidParameterError(`no task ${id} is in flight`);
    return sending;
  }

  #end(id: number): Sending {
    const sending = this.#sending(id);
    this.#sendings.delete(id);
    this.#of(sending.sink).inFlight -= sending.value;
    return sending;
  }

  /** Keeps a sink after a change, and puts it where it belongs. */
  #offer(standing: Standing, now: number): void {
    this.#parameters.standings?.set(standing.sink, standing);
    this.#queue.offer(standing, now);
  }

  #whyNot(value: bigint, now: number, except: readonly Address[]): WaitForCreditError | SinksBusyError {
    const others = this.standings().filter(({ reachable, sink }) => reachable && !except.includes(sink));
    const earliest = (times: (number | undefined)[]) =>
      times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
    const owing = others.filter((standing) => this.#eligible(standing, now) >= value);
    const pauses = owing.map(({ pausedUntil: until }) => (until > now ? until : undefined));
    const answering = others.filter((standing) => !isLost(standing));
    // Debts of those who do not answer are no reason to be called busy: the next task waits for credit elsewhere.
    const isBusy = owing.some((standing) => answering.includes(standing) || answering.length === 0);
    if (isBusy) return new SinksBusyError(earliest(pauses));
    const payments = answering.map(({ pay, sent }) => timeToPay(pay, now, value - (paidIn(pay) - sent)));
    return new WaitForCreditError(value, earliest([...payments, ...pauses]));
  }
}
