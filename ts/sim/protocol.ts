import { DepositQueue } from "./deposits.ts";
import { DistributionPool } from "./distribution.ts";
import {
  advance,
  type BondParameters,
  bondPerUnit,
  capacityCapDown,
  excess,
  min,
  pipelineLimitDown,
  type StreamedAmount,
  WINDOW,
} from "./exact.ts";
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

const NOTHING_STREAMED: StreamedAmount = { total: 0n, current: 0n, previous: 0n, syncedAt: 0n };

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
  readonly returnPool: DistributionPool<Account>;
  readonly #parameters: ProtocolParameters;
  readonly #streamed = new Map<Account, StreamedAmount>();

  // Of the overflow, wei.
  #donated = 0n;
  #drained = 0n;
  #released = 0n;
  #sweptDust = 0n;

  constructor(parameters: ProtocolParameters, now: bigint) {
    this.#parameters = parameters;
    this.split = new Split(parameters, now);
    this.returnPool = new DistributionPool(now);
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
    this.donate(amount);
  }

  /** Takes the verifier's word for a sink's backlog, unit-seconds, and re-routes money. */
  verifyBacklog(sink: Account, backlog: bigint, now: bigint): void {
    if (this.signals.verifyBacklog(sink, backlog)) this.rebalance([sink], now);
  }

  /** Takes signals and re-routes money: one reveal, or a batch of attestations. */
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

  /** Counts what a source has streamed, which is its share of returns; one unit's full pay for one second each. */
  syncSource(source: Account, now: bigint): void {
    const streamed = this.streamed(source, now);
    this.#streamed.set(source, streamed);
    const units = (streamed.current + streamed.previous) / this.#parameters.unitRate;
    this.returnPool.setUnits(source, units, now);
  }

  /** Pays the sinks from overflow, then deposits, what the token bucket allows; returns it, wei. */
  drain(now: bigint): bigint {
    const overflow = this.overflow(now);
    const amount = this.split.drain(overflow + this.deposits.ready, now);
    const fromOverflow = min(amount, overflow);
    this.#drained += fromOverflow;
    this.deposits.spend(amount - fromOverflow);
    return amount;
  }

  /** Returns to the sources what is too much; returns it, wei. */
  release(now: bigint): bigint {
    const amount = this.returnPool.distribute(this.#excess(now));
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
    this.donate(dust);
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
  donate(amount: bigint): void {
    this.#donated += amount;
  }

  // ----------------------------------------------------------------------------------------------- Views

  /** B: what came from streams, slashing, dust and gifts and is still here, wei. */
  overflow(now: bigint): bigint {
    return this.split.income(now).escrow + this.#donated - this.#drained - this.#released;
  }

  /** What a drain would pay, wei. */
  drainable(now: bigint): bigint {
    const { totalUnits } = this.split.pool;
    const available = this.overflow(now) + this.deposits.ready;
    return (min(available, this.split.spare(now)) / totalUnits) * totalUnits;
  }

  /** What a release would return, wei. */
  releasable(now: bigint): bigint {
    const { totalUnits } = this.returnPool;
    return totalUnits === 0n ? 0n : (this.#excess(now) / totalUnits) * totalUnits;
  }

  /** What a source has streamed, as far as it is known. */
  streamed(source: Account, now: bigint): StreamedAmount {
    const { rate, changedAt } = this.split.pool.streamOf(source);
    return advance(this.#streamed.get(source) ?? NOTHING_STREAMED, rate, changedAt, now);
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
  #excess(now: bigint): bigint {
    const { emptySince } = this.split;
    const grace = min(this.#parameters.signalTimeToLive, WINDOW / 2n);
    const abandoned = emptySince !== undefined && now >= emptySince + grace;
    return excess(this.overflow(now), abandoned ? 0n : this.#parameters.bufferMax);
  }
}
