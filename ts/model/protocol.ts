import { DepositQueue } from "./deposits.ts";
import {
  type BondParameters,
  bondPerUnit,
  capacityCapDown,
  excess,
  MAX_GRACE,
  min,
  pipelineLimitDown,
  totalAt,
} from "./exact.ts";
import { accrue, type Book, donate, drain, overflowOf, Returns, release } from "./shares.ts";
import type { Signal } from "./signals.ts";
import { Split, type SplitParameters } from "./split.ts";

/** The parameters of a task type that decide where money goes. */
export type ProtocolParameters = SplitParameters &
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

/**
 * One task type in exact integers: signals, split, escrow, returns. It does with money what the contracts do, to the
 * wei, which `protocol.test.ts` shows on a real chain. Accounts are whatever the caller names them by.
 *
 * @example
 * const protocol = new Protocol<string>(parameters, now);
 * protocol.register("sink", stake);
 * protocol.signal([["sink", { capacity: 800n, backlog: 0n }]], now);
 * protocol.setStream("source", 10n ** 16n, now);
 * protocol.rebalance([], now + 12n);
 */
export class Protocol<Account> {
  readonly split: Split<Account>;
  readonly deposits = new DepositQueue<Account>();
  readonly returns = new Returns<Account>();
  readonly #parameters: ProtocolParameters;
  readonly #streamed = new Map<Account, { total: bigint; syncedAt: bigint }>();

  // Of the overflow, wei.
  #donated = 0n;
  #drained = 0n;
  #released = 0n;
  #sweptDust = 0n;

  constructor(parameters: ProtocolParameters, now: bigint) {
    this.#parameters = parameters;
    this.split = new Split(parameters, now);
  }

  get signals() {
    return this.split.signals;
  }

  // ----------------------------------------------------------------------------------------------- Calls

  /** Registers a sink with its stake, wei. */
  register(sink: Account, stake: bigint): void {
    this.signals.register(sink, this.#cap(stake));
  }

  /** Sets what a sink has staked, wei; with less, its pay falls at once. */
  changeStake(sink: Account, stake: bigint, now: bigint): void {
    if (this.signals.changeCap(sink, this.#cap(stake))) this.split.refresh(sink, now);
  }

  /** Takes `amount` wei of a sink's stake, of which `stake` remains; its pay stops at once. */
  slash(sink: Account, amount: bigint, stake: bigint, now: bigint): void {
    this.signals.changeCap(sink, this.#cap(stake));
    this.signals.forget(sink);
    this.split.refresh(sink, now);
    this.donate(amount, now);
  }

  /** Takes the verifier's word for a sink's backlog, unit-seconds, and moves its units. */
  verifyBacklog(sink: Account, backlog: bigint, now: bigint): void {
    if (this.signals.verifyBacklog(sink, backlog)) this.rebalance([sink], now);
  }

  /** Takes signals and moves units: one reveal, or a batch of attestations. */
  signal(signals: readonly (readonly [Account, Signal])[], now: bigint): void {
    for (const [sink, signal] of signals) this.signals.declare(sink, signal, now);
    this.rebalance(
      signals.map(([sink]) => sink),
      now,
    );
  }

  rebalance(sinks: readonly Account[], now: bigint): void {
    this.split.rebalance(sinks, now);
  }

  /** Removes a sink; its pay stops at once. */
  deregister(sink: Account, now: bigint): void {
    this.signals.deregister(sink);
    this.split.refresh(sink, now);
  }

  /** Sets a source's stream and returns what it really pays, wei/s. */
  setStream(source: Account, rate: bigint, now: bigint): bigint {
    return this.split.pool.setStream(source, rate, now);
  }

  /** Counts what a source has streamed and earned, and pays it what is set aside for that; returns the latter, wei. */
  syncSource(source: Account, now: bigint): bigint {
    this.#streamed.set(source, { total: this.streamed(source, now), syncedAt: now });
    return this.returns.sync(this.#book(now), source, this.split.pool.streamOf(source), now);
  }

  /** Pays the sinks from overflow, then deposits, what the token bucket allows; returns it, wei. */
  drain(now: bigint): bigint {
    const book = this.#book(now);
    const overflow = overflowOf(book);
    const amount = this.split.drain(overflow + this.deposits.ready, now);
    const fromOverflow = min(amount, overflow);
    const [drained, released] = drain(book, fromOverflow, amount / this.split.pool.totalUnits);
    this.returns.write(drained);
    this.#drained += fromOverflow;
    this.#released += released;
    this.deposits.spend(amount - fromOverflow);
    return amount;
  }

  /** Sets aside for the sources what is too much; returns it, wei. */
  release(now: bigint): bigint {
    const [book, amount] = this.#release(now);
    if (amount === 0n) return 0n;
    this.returns.write(book);
    this.#released += amount;
    return amount;
  }

  /**
   * Adds to the overflow what Superfluid could not split, and lets the pool split it again. Task types that share a
   * token share its dust: who sweeps first gets it.
   *
   * @param admin The account that the dust went to
   * @param sharing Other task types with the same token
   * @returns The dust, wei
   */
  sweep(admin: Account, now: bigint, sharing: readonly Protocol<Account>[] = []): bigint {
    this.split.pool.setStream(admin, 0n, now);
    const dust = [this, ...sharing].reduce((sum, protocol) => sum + protocol.#takeDust(now), 0n);
    if (dust > 0n) this.donate(dust, now);
    return dust;
  }

  /**
   * Limits this stage to what the next one can take.
   *
   * @param ratio Inflow downstream per wei of pay here, 10¹⁸ = 1
   */
  propagate(downstream: Protocol<Account>, ratio: bigint, now: bigint): void {
    const { intake } = downstream.split;
    const limit = pipelineLimitDown(intake, downstream.overflow(now), downstream.#parameters.horizon, ratio);
    this.split.setLimit(min(limit, MAX_LIMIT), now);
  }

  /** Adds `amount` wei to the overflow: slashed stake, swept dust, or a gift. */
  donate(amount: bigint, now: bigint): void {
    this.returns.write(donate(this.#book(now), amount));
    this.#donated += amount;
  }

  // ----------------------------------------------------------------------------------------------- Views

  /** B: what came from streams, slashing, dust and gifts and is still here, wei. */
  overflow(now: bigint): bigint {
    return this.split.income(now).escrow + this.#donated - this.#drained - this.released;
  }

  /** Overflow set aside for the sources, less what nobody claimed, wei. */
  get released(): bigint {
    return this.#released - this.returns.unclaimed;
  }

  /** What a drain would pay, wei. */
  drainable(now: bigint): bigint {
    const { totalUnits } = this.split.pool;
    const available = this.overflow(now) + this.deposits.ready;
    return (min(available, this.split.spare(now)) / totalUnits) * totalUnits;
  }

  /** What a release would set aside, wei. */
  releasable(now: bigint): bigint {
    return this.#release(now)[1];
  }

  /** What a source has in the overflow, and what it would be paid now, wei. */
  claimOf(source: Account, now: bigint): [held: bigint, payableNow: bigint] {
    return this.returns.claimOf(this.#book(now), source, this.split.pool.streamOf(source));
  }

  /** What a source has streamed, as far as it is known, wei. */
  streamed(source: Account, now: bigint): bigint {
    const { rate, changedAt } = this.split.pool.streamOf(source);
    const { total, syncedAt } = this.#streamed.get(source) ?? { total: 0n, syncedAt: 0n };
    return totalAt(total, syncedAt, rate, changedAt, now);
  }

  /** Whose the overflow is as of now. */
  #book(now: bigint): Book {
    return accrue(this.returns.book, this.split.income(now).escrow, this.split.overflowTime(now));
  }

  #release(now: bigint): [Book, bigint] {
    const book = this.#book(now);
    return release(book, this.#excess(overflowOf(book), now));
  }

  #takeDust(now: bigint): bigint {
    const dust = this.split.pool.receivedByAdmin(now) - this.#sweptDust;
    this.#sweptDust += dust;
    return dust;
  }

  #cap(stake: bigint): bigint {
    const { minimumStake } = this.#parameters;
    return min(capacityCapDown(stake, minimumStake, bondPerUnit(this.#parameters)), MAX_CAP);
  }

  /** What is above the limit; everything, once the pool has had no capacity for the grace. */
  #excess(overflow: bigint, now: bigint): bigint {
    const { emptySince } = this.split;
    const grace = min(this.#parameters.signalTimeToLive, MAX_GRACE);
    const abandoned = emptySince !== undefined && now >= emptySince + grace;
    return excess(overflow, abandoned ? 0n : this.#parameters.bufferMax);
  }
}
