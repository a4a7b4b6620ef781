import { DistributionPool } from "./distribution.ts";
import { escrowUnitsUp, feeUnitsDown, fillBucket, min, priceCapDown, shouldMove, WAD } from "./exact.ts";
import { type SignalParameters, Signals } from "./signals.ts";

/** How long money must confirm a change of inflow before the escrow follows it, seconds. */
export const CONFIRM_DELAY = 12n;

/** Age at which units move however small the difference, epochs. */
export const OVERDUE_EPOCHS = 10n;

/** The parameters that the split of the stream depends on. */
export type SplitParameters = SignalParameters & {
  /** q, wei/s per unit. */
  unitRate: bigint;
};

/** What happened since the last record, wei; `spare` is the level now. */
type Delta = { received: bigint; inflow: bigint; feeIncome: bigint; spare: bigint };

const ESCROW = Symbol("escrow");

/** The largest amount that a token can hold in the contracts, wei. */
const MAX_AMOUNT = 2n ** 128n - 1n;

/**
 * Who gets which share of the stream: sinks by effective capacity, the escrow as much as it takes that no unit is paid
 * above the cap. Nothing moves by itself; see {@link rebalance}. All times in Unix seconds, never going back.
 */
export class Split<Account> {
  readonly signals: Signals<Account>;
  readonly pool: DistributionPool<Account | typeof ESCROW>;
  readonly #parameters: SplitParameters;
  readonly #movedAtEpoch = new Map<Account, bigint>();

  #sinkUnits = 0n;
  #escrowUnits = 1n;
  #feeUnits = 0n;
  #fee = 0n;
  #limit: bigint | undefined;
  #emptySince: bigint;
  #filledAt = 0n;

  // As of the last record, wei.
  #recordedAt: bigint;
  #received = 0n;
  #inflow = 0n;
  #feeIncome = 0n;
  #spare = 0n;
  #drained = 0n;
  #overflowTime = 0n;

  #anchor: { inflow: bigint; at: bigint };
  #confirmedInflow = 0n;

  constructor(parameters: SplitParameters, now: bigint) {
    this.#parameters = parameters;
    this.signals = new Signals(parameters);
    this.pool = new DistributionPool(now);
    this.pool.setUnits(ESCROW, 1n, now);
    this.#emptySince = now;
    this.#recordedAt = now;
    this.#anchor = { inflow: 0n, at: now };
  }

  // ----------------------------------------------------------------------------------------------- Moves

  /** Moves the named sinks to their effective capacity, unless the difference may wait, then escrow and fee. */
  rebalance(sinks: readonly Account[], now: bigint): void {
    let recorded = false;
    for (const sink of sinks) recorded = this.#moveSink(sink, false, recorded, now);
    this.#moveEscrow(recorded, now);
  }

  /** Moves a sink to its effective capacity exactly: it left, unstaked, or was slashed. */
  refresh(sink: Account, now: bigint): void {
    this.#moveEscrow(this.#moveSink(sink, true, false, now), now);
  }

  /** Limits what the sinks together may be paid, wei/s; `undefined` for no limit. */
  setLimit(limit: bigint | undefined, now: bigint): void {
    if (limit !== this.#limit) {
      this.#record(now);
      this.#limit = limit;
    }
    this.#moveEscrow(false, now);
  }

  /** Sets the fee, basis points; the units follow when something else moves. */
  setFee(fee: bigint): void {
    this.#fee = fee;
  }

  /** Pays the sinks up to `available` wei from the token bucket; returns what was paid to all members, wei. */
  drain(available: bigint, now: bigint): bigint {
    this.#record(now);
    const perUnit = min(this.#drainable(this.#spare), available) / this.pool.totalUnits;
    const amount = this.pool.distribute(perUnit * this.pool.totalUnits);
    this.#spare -= amount;
    this.#drained += amount;
    this.#received += perUnit * this.#heldUnits;
    this.#feeIncome += perUnit * this.#feeUnits;
    return amount;
  }

  // ----------------------------------------------------------------------------------------------- Views

  get sinkUnits(): bigint {
    return this.#sinkUnits;
  }

  get escrowUnits(): bigint {
    return this.#escrowUnits;
  }

  get feeUnits(): bigint {
    return this.#feeUnits;
  }

  /** What the sinks together can be paid: min(q·U, limit), wei/s. */
  get intake(): bigint {
    const full = this.#parameters.unitRate * this.#sinkUnits;
    return this.#limit === undefined ? full : min(full, this.#limit);
  }

  /** The most that one unit may be paid, wei/s. */
  get priceCap(): bigint {
    const { unitRate } = this.#parameters;
    return this.#limit === undefined ? unitRate : priceCapDown(unitRate, this.#limit, this.#sinkUnits);
  }

  /** Since when no sink has units; `undefined` if one has. */
  get emptySince(): bigint | undefined {
    return this.#sinkUnits === 0n ? this.#emptySince : undefined;
  }

  /** Whether a rebalance would do something: move units, or witness an inflow that has yet to be confirmed. */
  needsRebalance(sinks: readonly Account[], now: bigint): boolean {
    if (sinks.some((sink) => this.#sinkMove(sink, false, now) !== undefined)) return true;
    return this.#escrowDue(now);
  }

  /** Everything that streams have paid through the pool, wei. */
  inflow(now: bigint): bigint {
    return this.#inflow + this.#sinceRecord(now).inflow;
  }

  /** Everything that the sinks have been paid, wei. */
  paid(now: bigint): bigint {
    const { inflow, received } = this.#sinceRecord(now);
    return this.#inflow + inflow + this.#drained - this.#received - received;
  }

  /** What a drain may pay, wei. */
  spare(now: bigint): bigint {
    return this.#drainable(this.#sinceRecord(now).spare);
  }

  /** What the escrow has received as a member, wei: its own, and the fee. */
  income(now: bigint): { escrow: bigint; fee: bigint } {
    const delta = this.#sinceRecord(now);
    const fee = this.#feeIncome + delta.feeIncome;
    return { escrow: this.#received + delta.received - fee, fee };
  }

  /** Integral of the escrow's share of the units: how long streams have overflowed, seconds · 10¹⁸. */
  overflowTime(now: bigint): bigint {
    return this.#overflowTime + ((now - this.#recordedAt) * WAD * this.#escrowUnits) / this.pool.totalUnits;
  }

  // ----------------------------------------------------------------------------------------------- Private

  /** The units that a sink moves to now; `undefined` if it stays. */
  #sinkMove(sink: Account, exact: boolean, now: bigint): bigint | undefined {
    const target = this.signals.effective(sink, now);
    const overdue = this.#epoch(now) >= (this.#movedAtEpoch.get(sink) ?? 0n) + OVERDUE_EPOCHS;
    return shouldMove(this.pool.unitsOf(sink), target, exact || overdue) ? target : undefined;
  }

  /** Returns whether the record is up to date afterwards. */
  #moveSink(sink: Account, exact: boolean, recorded: boolean, now: bigint): boolean {
    const target = this.#sinkMove(sink, exact, now);
    if (target === undefined) return recorded;

    if (!recorded) this.#record(now);
    if (this.#sinkUnits === 0n) this.#filledAt = now;
    this.#sinkUnits += target - this.pool.unitsOf(sink);
    if (this.#sinkUnits === 0n && this.#filledAt !== now) this.#emptySince = now;
    this.#movedAtEpoch.set(sink, this.#epoch(now));
    this.pool.setUnits(sink, target, now);
    return true;
  }

  /** The present rate only tells whether to look; the escrow moves to where the confirmed inflow wants it. */
  #moveEscrow(recorded: boolean, now: bigint): void {
    if (!recorded) {
      if (!this.#escrowDue(now)) return;
      this.#record(now);
    }
    const heldBefore = this.#heldUnits;
    const escrowBefore = this.#escrowUnits;
    const feeUnits = feeUnitsDown(this.#sinkUnits, this.#fee);
    const inflowMoved = this.#escrowTarget(this.pool.flowRate) !== escrowBefore;
    if (shouldMove(this.#feeUnits, feeUnits, inflowMoved)) this.#feeUnits = feeUnits;
    if (this.#escrowTarget(this.pool.flowRate) !== escrowBefore) {
      this.#escrowUnits = this.#escrowTarget(this.#confirmedInflow);
    }
    if (this.#heldUnits !== heldBefore) this.pool.setUnits(ESCROW, this.#heldUnits, now);
  }

  /** Writes down what happened; once the anchor is old enough, money has confirmed the inflow. */
  #record(now: bigint): void {
    const delta = this.#sinceRecord(now);
    this.#overflowTime = this.overflowTime(now);
    this.#received += delta.received;
    this.#inflow += delta.inflow;
    this.#feeIncome += delta.feeIncome;
    this.#spare = delta.spare;
    this.#recordedAt = now;
    if (!this.#witnessDue(now)) return;
    const steady = now >= this.pool.changedAt + CONFIRM_DELAY;
    this.#confirmedInflow = steady
      ? this.pool.flowRate
      : (this.#inflow - this.#anchor.inflow) / (now - this.#anchor.at);
    this.#anchor = { inflow: this.#inflow, at: now };
  }

  #sinceRecord(now: bigint): Delta {
    const received = this.pool.receivedBy(ESCROW, now) - this.#received;
    const perUnit = received / this.#heldUnits;
    const { unitRate, epochLength } = this.#parameters;
    const capacity = this.priceCap * this.#sinkUnits * (now - this.#recordedAt);
    const depth = min(unitRate * this.#sinkUnits * epochLength, MAX_AMOUNT);
    return {
      received,
      inflow: perUnit * this.pool.totalUnits,
      feeIncome: perUnit * this.#feeUnits,
      spare: fillBucket(this.#spare, capacity, perUnit * this.#sinkUnits, depth),
    };
  }

  /** Whether the escrow should move, or witness an inflow that would move it. */
  #escrowDue(now: bigint): boolean {
    if (this.#escrowTarget(this.pool.flowRate) === this.#escrowUnits) return false;
    return this.#witnessDue(now) || this.#escrowTarget(this.#confirmedInflow) !== this.#escrowUnits;
  }

  #witnessDue(now: bigint): boolean {
    return now >= this.#anchor.at + CONFIRM_DELAY;
  }

  #epoch(now: bigint): bigint {
    return now / this.#parameters.epochLength;
  }

  #escrowTarget(inflow: bigint): bigint {
    return escrowUnitsUp(inflow, this.priceCap, this.#sinkUnits, this.#feeUnits);
  }

  /** While overflow runs into the escrow, the sinks are paid in full and nothing is spare. */
  #drainable(spare: bigint): bigint {
    return this.#escrowUnits > 1n ? 0n : spare;
  }

  get #heldUnits(): bigint {
    return this.#escrowUnits + this.#feeUnits;
  }
}
