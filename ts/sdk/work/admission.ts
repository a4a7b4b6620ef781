import type { Address, Hex } from "viem";
import { max, min } from "../../core/bigints.ts";
import { InvalidParameterError } from "../errors.ts";
import { AcknowledgeFirstError, CapacityError, CreditMissingError, DisputedError, type OrderKey } from "./errors.ts";
import { type Order, OrderBook, orderId, type Table } from "./orders.ts";
import { eligible, emptyPay, notePaid, type PayHistory, paidIn, paidLately, timeToPay } from "./payHistory.ts";

/** What a sink keeps of one source, wei since the beginning. */
export type Account = {
  pay: PayHistory;
  /** Cost of all finished work. */
  used: bigint;
  /** The most that the source has signed. */
  acknowledged: bigint;
  /** What of `used` the source does not count; its number stands. */
  disputed: bigint;
};

export type AdmissionParameters = {
  /** The largest task that is taken, wei. */
  oneTask: bigint;
  /** h and T of the task type, seconds. */
  epochLength: number;
  horizon: number;
  /** How much work is done, wei per second; see `ServedMeter`. */
  rate: () => bigint;
  /** How long admitted work may wait, seconds. */
  maxWait: number;
  /** What sources that have never paid are given in an epoch, all together, wei; nothing if not said. */
  freeTrials?: bigint | undefined;
  /** Where accounts and orders are kept; in memory if not said. */
  accounts?: Table<Account> | undefined;
  orders?: Table<Order> | undefined;
};

/** An order that asks for room and credit. */
export type AdmitParameters = {
  key: OrderKey;
  hash: Hex;
  /** The most that the work can cost, wei: it is not known before. */
  maximum: bigint;
  /** Unix seconds, by the chain's clock. */
  validBefore: number;
  now: number;
};

/** Work that was taken, or the answer to an order that was worked on before. */
export type Admitted = { kind: "admitted"; trial: boolean } | { kind: "answered"; answer: string };

type Reserved = { source: Address; amount: bigint; trial: boolean };

const NEW_ACCOUNT = { used: 0n, acknowledged: 0n, disputed: 0n };

/**
 * Says, at a sink, whose tasks are worked on: those of sources that have paid for them. What a task may cost is reserved
 * before anything else happens, so any number of orders at once get no more than there is credit for.
 * @example
 * const admission = new Admission({ oneTask: parseEther("0.01"), epochLength: 60, horizon: 360, rate, maxWait: 60 });
 * admission.paid(source, book.credit(source, sink), now);
 * const admitted = admission.admit({ key, hash, maximum: parseEther("0.01"), validBefore, now });
 * if (admitted.kind === "admitted") admission.settle({ key, cost: parseEther("0.007"), answer: "done" });
 */
export class Admission {
  readonly #parameters: AdmissionParameters;
  readonly #accounts: Table<Account>;
  readonly #orders: OrderBook;
  readonly #reserved = new Map<string, Reserved>();
  #trials = { epoch: 0, given: 0n };

  constructor(parameters: AdmissionParameters) {
    this.#parameters = parameters;
    this.#accounts = parameters.accounts ?? new Map();
    this.#orders = new OrderBook(parameters.orders ?? new Map());
  }

  /** What a source was credited here since the beginning, wei: `CreditBook.credit`, or `provisional`. */
  paid(source: Address, paid: bigint, now: number): void {
    const account = this.account(source);
    this.#accounts.set(source, { ...account, pay: notePaid(account.pay, now, paid) });
  }

  /**
   * A receipt that the source has signed: all that it has received, in wei, rounded as it likes.
   * @param stated What this sink had stated when the receipt was signed, wei; the difference is a dispute.
   */
  acknowledged(source: Address, completed: bigint, stated: bigint): void {
    const account = this.account(source);
    if (completed <= account.acknowledged) return;
    const disputed = max(0n, stated - completed);
    this.#accounts.set(source, { ...account, acknowledged: completed, disputed });
  }

  /**
   * Takes an order and reserves what it may cost, or gives the answer that it had before.
   * @throws {OrderConflictError} see `OrderBook.find` @throws {DisputedError} @throws {CapacityError}
   * @throws {AcknowledgeFirstError} @throws {CreditMissingError}
   */
  admit({ key, hash, maximum, validBefore, now }: AdmitParameters): Admitted {
    if (maximum <= 0n || maximum > this.#parameters.oneTask) {
      throw new InvalidParameterError(`a task costs 1 to ${this.#parameters.oneTask} wei here, not ${maximum}`);
    }
    const answer = this.#orders.find(key, hash, validBefore, now);
    if (answer !== undefined) return { kind: "answered", answer };
    const { source } = key;
    this.#refuseDisputed(source);
    this.#refuseOverload(maximum);
    this.#refuseUnacknowledged(source, now);
    const trial = this.#takeTrial(source, maximum, now);
    if (!trial) this.#refuseUnpaid(source, maximum, now);
    this.#orders.begin(key, hash, validBefore);
    this.#reserved.set(orderId(key), { source, amount: maximum, trial });
    return { kind: "admitted", trial };
  }

  /**
   * The work is done: what it really cost, at most what was reserved, is used; a free trial costs nothing.
   * @returns What the source is to acknowledge in all, wei.
   */
  settle({ key, cost, answer }: { key: OrderKey; cost: bigint; answer: string }): bigint {
    const { amount, trial } = this.#release(key);
    const account = this.account(key.source);
    const used = account.used + (trial ? 0n : max(0n, min(cost, amount)));
    this.#accounts.set(key.source, { ...account, used });
    this.#orders.end(key, answer);
    return used - account.disputed;
  }

  /** The work came to nothing before its first byte, and costs nothing. The order is not worked on again. */
  fail(key: OrderKey): void {
    this.#release(key);
    this.#orders.end(key, undefined);
  }

  /** What a source may still order now, without overdraft, wei; below zero if it has had more than it paid. */
  available(source: Address, now: number): bigint {
    const { pay, used, disputed } = this.account(source);
    return eligible(pay, used - disputed + this.#reservedBy(source), this.#parameters.oneTask, now);
  }

  /** What is kept of a source; all zero for a stranger. */
  account(source: Address): Account {
    return this.#accounts.get(source) ?? { ...NEW_ACCOUNT, pay: emptyPay(this.#parameters.horizon) };
  }

  /** Reserved for work that is admitted and not finished, wei. */
  get backlog(): bigint {
    return [...this.#reserved.values()].reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Forgets orders that can no longer be sent; call it once an epoch. */
  prune(now: number): void {
    this.#orders.prune(now);
  }

  #refuseDisputed(source: Address): void {
    const { used, disputed } = this.account(source);
    // Above 2 %, and more than one task: rounding and one odd answer are no reason to part.
    if (50n * disputed > used && disputed > this.#parameters.oneTask) throw new DisputedError(source, disputed);
  }

  #refuseOverload(maximum: bigint): void {
    const { rate, maxWait } = this.#parameters;
    const perSecond = max(rate(), 1n);
    const excess = this.backlog + maximum - perSecond * BigInt(Math.floor(maxWait));
    // An idle sink takes a task of any size.
    if (this.backlog > 0n && excess > 0n) throw new CapacityError(Number((excess + perSecond - 1n) / perSecond));
  }

  #refuseUnacknowledged(source: Address, now: number): void {
    const { oneTask, epochLength } = this.#parameters;
    const { pay, used, acknowledged, disputed } = this.account(source);
    const finished = used - disputed;
    const ofTwoEpochs = paidLately(pay, now, 2 * epochLength);
    if (finished - acknowledged > max(ofTwoEpochs, oneTask)) throw new AcknowledgeFirstError(source, finished);
  }

  /** Nothing is lent to who never paid; a task at most, and a tenth of what was paid and acknowledged, to others. */
  #overdraft({ pay, acknowledged }: Account): bigint {
    return min(this.#parameters.oneTask, min(paidIn(pay), acknowledged) / 10n);
  }

  #refuseUnpaid(source: Address, maximum: bigint, now: number): void {
    const account = this.account(source);
    const missing = maximum - this.available(source, now) - this.#overdraft(account);
    if (missing <= 0n) return;
    const at = timeToPay(account.pay, now, missing);
    throw new CreditMissingError(source, missing, at === undefined ? undefined : Math.max(1, Math.ceil(at - now)));
  }

  #takeTrial(source: Address, maximum: bigint, now: number): boolean {
    const { epochLength, freeTrials = 0n } = this.#parameters;
    const epoch = Math.floor(now / epochLength);
    if (this.#trials.epoch !== epoch) this.#trials = { epoch, given: 0n };
    if (paidIn(this.account(source).pay) > 0n || this.#trials.given + maximum > freeTrials) return false;
    this.#trials.given += maximum;
    return true;
  }

  #reservedBy(source: Address): bigint {
    const own = [...this.#reserved.values()].filter((reserved) => reserved.source === source && !reserved.trial);
    return own.reduce((sum, { amount }) => sum + amount, 0n);
  }

  #release(key: OrderKey): Reserved {
    const reserved = this.#reserved.get(orderId(key));
    if (reserved === undefined) throw new InvalidParameterError(`order ${key.nonce} is not being worked on`);
    this.#reserved.delete(orderId(key));
    return reserved;
  }
}
