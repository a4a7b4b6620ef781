import { DepositQueue } from "./deposits.ts";
import { Evidence } from "./evidence/evidence.ts";
import {
  type BondParameters,
  bondPerUnit,
  capacityCapDown,
  excess,
  min,
  minDepositUp,
  pipelineLimitDown,
  receiptInterval,
} from "./exact.ts";
import { CONFIRM_DELAY } from "./inflow.ts";
import { Returns } from "./returns.ts";
import { type Book, drain, overflowOf, release } from "./shares.ts";
import { type Signal, type SignalParameters, Signals } from "./signals.ts";
import { Split, type SplitParameters, type Target } from "./split.ts";

/** The parameters of a task type that decide where money goes. */
export type ProtocolParameters = SignalParameters &
  SplitParameters &
  BondParameters & {
    /** m, wei. */
    minimumStake: bigint;
    /** Overflow above which money returns to the sources, wei. */
    bufferMax: bigint;
  };

/** The most that a sink's cap can be, units. */
const MAX_CAP = 2n ** 40n - 1n;

/** The highest limit of a pipeline, wei/s. */
const MAX_LIMIT = 2n ** 96n - 2n;

/** The most pressure that a pipeline counts, wei. */
const MAX_PRESSURE = 2n ** 112n - 1n;

/** A backlog above stops the pay of any capacity, unit-seconds. */
const MAX_BACKLOG = 2n ** 64n - 1n;

/** What presses from here on the stages upstream: overflow that lasted, and that of the present look; wei. */
type Pressure = { lasting: bigint; seen: bigint; seenAt: bigint };

/**
 * One task type in exact integers: signals, split, escrow, returns, evidence. It does with money what the contracts do,
 * to the wei, which `protocol.test.ts` shows on a real chain. Accounts are whatever the caller names them by.
 *
 * @example
 * const protocol = new Protocol<string>(parameters, now);
 * protocol.changeStake("sink", stake, now);
 * protocol.register("sink", now);
 * protocol.signal([["sink", { capacity: 800n, backlog: 0n }]], now);
 * protocol.setStream("source", 10n ** 16n, now);
 * protocol.rebalance([], now + 12n);
 */
export class Protocol<Account> {
  readonly split: Split<Account>;
  readonly signals: Signals<Account>;
  readonly deposits = new DepositQueue<Account>();
  readonly returns: Returns<Account>;
  readonly evidence: Evidence<Account>;
  readonly #parameters: ProtocolParameters;
  #pressure: Pressure = { lasting: 0n, seen: 0n, seenAt: 0n };

  constructor(parameters: ProtocolParameters, now: bigint) {
    this.#parameters = parameters;
    this.split = new Split(parameters, now);
    this.signals = new Signals(parameters);
    this.returns = new Returns(parameters.horizon);
    const terms = { ...parameters, receiptInterval: receiptInterval(parameters) };
    this.evidence = new Evidence(terms, parameters.epochLength, now);
  }

  // ----------------------------------------------------------------------------------------------- Sinks

  /** Registers a sink; its ledger opens now, or is what it left behind. */
  register(sink: Account, now: bigint): void {
    this.signals.register(sink, now);
    if (this.#parameters.verified) this.#settle(sink, now);
  }

  /** Sets what a sink has staked, wei; with less, its pay falls at once. */
  changeStake(sink: Account, stake: bigint, now: bigint): void {
    if (this.signals.changeCap(sink, this.#cap(stake))) this.split.move([this.#target(sink, now)], true, now);
  }

  /** Takes signals and moves units: one reveal, or a batch of attestations. */
  signal(signals: readonly (readonly [Account, Signal])[], now: bigint): void {
    const targets = signals.map(([sink, signal]) => {
      if (this.signals.settlementDue(sink, now)) this.#settle(sink, now);
      this.signals.declare(sink, signal, now);
      return this.#target(sink, now);
    });
    this.split.move(targets, false, now);
  }

  /** Removes a sink; its pay stops at once. */
  deregister(sink: Account, now: bigint): void {
    this.signals.deregister(sink);
    this.split.move([[sink, 0n]], true, now);
  }

  // ----------------------------------------------------------------------------------------------- Anyone

  /** Brings the pool up to date. */
  rebalance(sinks: readonly Account[], now: bigint): void {
    this.split.move(this.#targets(sinks, now), false, now);
  }

  needsRebalance(sinks: readonly Account[], now: bigint): boolean {
    return this.split.needsMove(this.#targets(sinks, now), now);
  }

  /** Closes the windows of sinks where that can be done, and moves their units. */
  settle(sinks: readonly Account[], now: bigint): void {
    for (const sink of sinks) if (this.signals.has(sink)) this.#settle(sink, now);
    this.rebalance(sinks, now);
  }

  /**
   * Takes a receipt that both have signed.
   *
   * @param completed What the source has acknowledged to the sink in all, wei
   * @returns What was accepted, wei
   */
  acknowledge(source: Account, sink: Account, completed: bigint, now: bigint): bigint {
    if (completed <= this.evidence.completedOf(source, sink)) return 0n;
    const spent = this.evidence.isFirstOfEpoch(source, now)
      ? this.returns.bookSource(this.#record(now), source, this.#stream(source), this.deposits.spentOf(source), now)
      : this.spent(source, now);
    return this.evidence.acknowledge(source, sink, completed, spent, this.#reading(sink, now));
  }

  /**
   * Assesses a sink: what is unearned once it has three strikes is to be slashed; see {@link slash}.
   *
   * @returns Wei; 0 if there is nothing to take
   */
  assess(sink: Account, now: bigint): bigint {
    const amount = this.evidence.judge(sink, this.signals.smoothed(sink, now), false, this.#reading(sink, now));
    if (amount === 0n && this.signals.has(sink)) {
      this.#settle(sink, now);
      this.rebalance([sink], now);
    }
    return amount;
  }

  /** Takes `amount` wei of a sink's bond, of which `stake` remains as stake; its pay stops at once. */
  slash(sink: Account, amount: bigint, stake: bigint, now: bigint): void {
    this.signals.changeCap(sink, this.#cap(stake));
    this.signals.forget(sink);
    if (this.signals.has(sink)) this.split.move([[sink, 0n]], true, now);
    this.returns.donate(amount);
  }

  /**
   * Judges a sink that takes money out of its bond.
   *
   * @returns What it is charged, wei; see {@link donate}
   */
  judgeLeaver(sink: Account, now: bigint): bigint {
    const amount = this.evidence.judge(sink, this.signals.smoothed(sink, now), true, this.#reading(sink, now));
    if (this.signals.has(sink)) this.signals.verifyBacklog(sink, 0n);
    return amount;
  }

  /** Sets a source's stream and returns what it really pays, wei/s. */
  setStream(source: Account, rate: bigint, now: bigint): bigint {
    return this.split.pool.setStream(source, rate, now);
  }

  /**
   * Counts what a source has streamed and earned, and pays it what is set aside for that; the whole, one horizon after it
   * has closed its stream or asked for it.
   *
   * @returns What it is paid, wei
   */
  syncSource(source: Account, now: bigint): bigint {
    return this.returns.sync(this.#record(now), source, this.#stream(source), now).paid;
  }

  /** Lets a source have back, one horizon later, what it has in the overflow now. */
  requestReturn(source: Account, now: bigint): void {
    this.returns.requestReturn(this.#record(now), source, this.#stream(source), now);
  }

  /** Pays the sinks from overflow, then deposits, what the token bucket allows; returns it, wei. */
  drain(now: bigint): bigint {
    const book = this.#record(now);
    const overflow = overflowOf(book);
    const { amount, back } = this.split.drain(overflow + this.deposits.ready, now);
    const fromOverflow = min(amount, overflow);
    drain(book, fromOverflow, back);
    this.returns.write(book);
    this.deposits.spend(amount - fromOverflow);
    return amount;
  }

  /** Sets aside for the sources what is too much; returns it, wei. */
  release(now: bigint): bigint {
    const book = this.#record(now);
    const amount = release(book, this.#excess(book));
    if (amount !== 0n) this.returns.write(book);
    return amount;
  }

  /** Adds `amount` wei that are nobody's to the overflow: slashed stake, or a gift. */
  donate(amount: bigint): void {
    this.returns.donate(amount);
  }

  /**
   * Limits this stage to what the next one can take.
   *
   * @param ratio Inflow downstream per wei of pay here, 10¹⁸ = 1
   */
  propagate(downstream: Protocol<Account>, ratio: bigint, now: bigint): void {
    downstream.#pressure = downstream.#press(now);
    this.split.setLimit(downstream.#limitFor(ratio, downstream.#pressure), now);
  }

  // ----------------------------------------------------------------------------------------------- Views

  /** Whose the overflow is, as of now. */
  book(now: bigint): Book {
    return this.returns.book({ income: this.split.income(now).escrow, overflowTime: this.split.overflowTime(now) });
  }

  /** B: what came from streams, slashing and gifts and is still here, wei. */
  overflow(now: bigint): bigint {
    return overflowOf(this.book(now));
  }

  /** What a drain would pay, wei. */
  drainable(now: bigint): bigint {
    const { totalUnits } = this.split.pool;
    const available = this.overflow(now) + this.deposits.ready;
    return (min(available, this.split.spare(now)) / totalUnits) * totalUnits;
  }

  /** What a release would set aside, wei. */
  releasable(now: bigint): bigint {
    const book = this.book(now);
    return release(book, this.#excess(book));
  }

  /** What {@link propagate} would limit this stage to, wei/s. */
  limitBy(downstream: Protocol<Account>, ratio: bigint, now: bigint): bigint {
    return downstream.#limitFor(ratio, downstream.#press(now));
  }

  /** The smallest deposit, wei. */
  get minDeposit(): bigint {
    const { unitRate, epochLength } = this.#parameters;
    return minDepositUp(unitRate * epochLength, this.split.sinkUnits);
  }

  /** What a source has in the overflow, and what it would be paid now, wei. */
  claimOf(source: Account, now: bigint): [held: bigint, payableNow: bigint] {
    return this.returns.claimOf(this.book(now), source, this.#stream(source), now);
  }

  /** What a source has streamed, as far as it is known, wei. */
  streamed(source: Account, now: bigint): bigint {
    return this.returns.streamed(source, this.#stream(source), now);
  }

  /** What a source has spent: streamed, less returned and claims, and its drained deposits; wei. */
  spent(source: Account, now: bigint): bigint {
    return this.returns.spent(this.book(now), source, this.#stream(source), this.deposits.spentOf(source), now);
  }

  // ----------------------------------------------------------------------------------------------- Private

  /** Whose the overflow is, for whoever changes it: the pool writes down what flowed until now. */
  #record(now: bigint): Book {
    this.split.record(now);
    return this.book(now);
  }

  #settle(sink: Account, now: bigint): void {
    const smoothed = this.signals.smoothed(sink, now);
    this.signals.settled(sink, now);
    const backlog = this.evidence.settle(sink, smoothed, this.#reading(sink, now));
    this.signals.verifyBacklog(sink, min(backlog, MAX_BACKLOG));
  }

  #reading(sink: Account, now: bigint) {
    return { now, paid: this.split.paid(now), received: this.split.pool.receivedBy(sink, now) };
  }

  #targets(sinks: readonly Account[], now: bigint): Target<Account>[] {
    return sinks.map((sink) => this.#target(sink, now));
  }

  #target(sink: Account, now: bigint): Target<Account> {
    return [sink, this.signals.effective(sink, now)];
  }

  #stream(source: Account) {
    return this.split.pool.streamOf(source);
  }

  /** What anybody may release does not press, nor what was not there at a look one confirm delay ago. */
  #press(now: bigint): Pressure {
    const present = min(min(this.overflow(now), this.#parameters.bufferMax), MAX_PRESSURE);
    const { lasting, seen, seenAt } = this.#pressure;
    return now < seenAt + CONFIRM_DELAY
      ? { lasting: min(lasting, present), seen, seenAt }
      : { lasting: min(present, seen), seen: present, seenAt: now };
  }

  #limitFor(ratio: bigint, { lasting }: Pressure): bigint {
    return min(pipelineLimitDown(this.split.intake, lasting, this.#parameters.horizon, ratio), MAX_LIMIT);
  }

  #cap(stake: bigint): bigint {
    const { minimumStake } = this.#parameters;
    return min(capacityCapDown(stake, minimumStake, bondPerUnit(this.#parameters)), MAX_CAP);
  }

  /** What is above the limit, wei. */
  #excess(book: Book): bigint {
    return excess(overflowOf(book), this.#parameters.bufferMax);
  }
}
