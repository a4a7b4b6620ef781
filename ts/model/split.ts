import { DistributionPool } from "./distribution.ts";
import {
  escrowUnitsUp,
  excess,
  feeUnitsDown,
  MAX_AMOUNT,
  max,
  min,
  priceCapDown,
  shouldHeal,
  shouldMove,
} from "./exact.ts";
import {
  allUnits,
  asOfNow,
  average,
  CONFIRM_DELAY,
  confirmed,
  confirms,
  heldUnits,
  type Inflow,
  incomeOf,
  isRipe,
  noInflow,
  type Units,
  withDrain,
} from "./inflow.ts";

/** Age at which units move however small the difference, epochs. */
export const OVERDUE_EPOCHS = 10n;

/** The parameters that the split of the stream depends on. */
export type SplitParameters = {
  /** q, wei/s per unit. */
  unitRate: bigint;
  /** h, seconds. */
  epochLength: bigint;
};

/** A sink and the units that it should have. */
export type Target<Account> = readonly [sink: Account, units: bigint];

/** The pool just before units move: what the members are paid, wei/s, and how many units they have. */
type Before = { flow: bigint; units: bigint };

const ESCROW = Symbol("escrow");
const ADMIN = Symbol("admin");

const MAX_LEAK = 2n ** 96n - 1n;

/**
 * Who gets which share of the stream: sinks what they are told, the escrow as much as it takes that no unit is paid above
 * the cap. Nothing moves by itself; see {@link move}. All times in Unix seconds, never going back.
 */
export class Split<Account> {
  readonly pool: DistributionPool<Account | typeof ESCROW | typeof ADMIN>;
  readonly #parameters: SplitParameters;
  readonly #movedAtEpoch = new Map<Account, bigint>();
  readonly #units: Units = { sinks: 0n, escrow: 1n, fee: 0n };

  #fee = 0n;
  #limit: bigint | undefined;
  #drained = 0n;
  /** As of the last record. */
  #book: Inflow;

  constructor(parameters: SplitParameters, now: bigint) {
    this.#parameters = parameters;
    this.pool = new DistributionPool(now);
    this.pool.setUnits(ESCROW, 1n, now);
    this.#book = noInflow(now);
  }

  // ----------------------------------------------------------------------------------------------- Moves

  /**
   * Moves sinks to their targets, then escrow and fee.
   *
   * @param exact Whether small differences count, too: a sink left, unstaked, or was slashed
   */
  move(targets: readonly Target<Account>[], exact: boolean, now: bigint): void {
    let before: Before | undefined;
    for (const [sink, units] of targets) {
      if (!this.#shouldMove(sink, units, exact, now)) continue;
      before ??= this.#record(now);
      this.#units.sinks += units - this.pool.unitsOf(sink);
      this.#movedAtEpoch.set(sink, this.#epoch(now));
      this.pool.setUnits(sink, units, now);
    }
    if (before) this.#moveEscrow(before, now);
    else this.#moveEscrowIfDue(now);
  }

  /** Limits what the sinks together may be paid, wei/s; `undefined` for no limit. */
  setLimit(limit: bigint | undefined, now: bigint): void {
    if (limit === this.#limit) {
      this.#moveEscrowIfDue(now);
      return;
    }
    const before = this.#record(now);
    this.#limit = limit;
    this.#moveEscrow(before, now);
  }

  /** Sets the fee, basis points; the units follow when something else moves. */
  setFee(fee: bigint): void {
    this.#fee = fee;
  }

  /** Writes down what has flowed until now, unless nothing has since the last time. */
  record(now: bigint): void {
    const { recordedAt, received, spare } = this.#book;
    const upToDate = recordedAt === now && received === this.pool.receivedBy(ESCROW, now) && spare <= this.#depth;
    if (!upToDate) this.#record(now);
  }

  /**
   * Pays the sinks up to `available` wei from the token bucket.
   *
   * @returns What was paid to all members, and what of it came back to the escrow's own units; wei
   */
  drain(available: bigint, now: bigint): { amount: bigint; back: bigint } {
    this.record(now);
    const units = allUnits(this.#units);
    const perUnit = min(this.#drainable(this.#book.spare), available) / units;
    this.#book = withDrain(this.#book, this.#units, perUnit);
    const amount = this.pool.distribute(perUnit * units);
    this.#drained = min(this.#drained + amount, MAX_AMOUNT);
    return { amount, back: perUnit * this.#units.escrow };
  }

  // ----------------------------------------------------------------------------------------------- Views

  get sinkUnits(): bigint {
    return this.#units.sinks;
  }

  get escrowUnits(): bigint {
    return this.#units.escrow;
  }

  get feeUnits(): bigint {
    return this.#units.fee;
  }

  /** What the sinks together can be paid: min(q·U, limit), wei/s. */
  get intake(): bigint {
    const full = this.#parameters.unitRate * this.#units.sinks;
    return this.#limit === undefined ? full : min(full, this.#limit);
  }

  /** The most that one unit may be paid, wei/s. */
  get priceCap(): bigint {
    const { unitRate } = this.#parameters;
    return this.#limit === undefined ? unitRate : priceCapDown(unitRate, this.#limit, this.#units.sinks);
  }

  /** Whether {@link move} would do something: move units, or witness an inflow that would move the escrow. */
  needsMove(targets: readonly Target<Account>[], now: bigint): boolean {
    if (targets.some(([sink, units]) => this.#shouldMove(sink, units, false, now))) return true;
    if (this.#shouldLook(now)) return true;
    return this.#isAnchorOld(now) && this.#escrowTarget(average(this.inflowBook(now), now)) !== this.#units.escrow;
  }

  /** What has flowed in, as of now. */
  inflowBook(now: bigint): Inflow {
    return asOfNow(this.#book, this.#units, this.pool.receivedBy(ESCROW, now), this.priceCap, this.#depth, now);
  }

  /** Everything that streams have paid through the pool, wei. */
  inflow(now: bigint): bigint {
    const { paid, received } = this.inflowBook(now);
    return excess(paid + received, this.#drained);
  }

  /** Everything that the sinks have been paid, wei. */
  paid(now: bigint): bigint {
    return this.inflowBook(now).paid;
  }

  /** What a drain may pay, wei. */
  spare(now: bigint): bigint {
    return this.#drainable(this.inflowBook(now).spare);
  }

  /** What the escrow has received as a member, wei: its own, and the fee. */
  income(now: bigint): { escrow: bigint; fee: bigint } {
    const book = this.inflowBook(now);
    return { escrow: incomeOf(book), fee: book.feeIncome };
  }

  /** What a stream of one wei/s that stayed has paid to the escrow, at least; wei · 10¹⁸. */
  overflowTime(now: bigint): bigint {
    return this.inflowBook(now).overflowTime;
  }

  // ----------------------------------------------------------------------------------------------- Private

  #shouldMove(sink: Account, target: bigint, exact: boolean, now: bigint): boolean {
    const overdue = this.#epoch(now) >= (this.#movedAtEpoch.get(sink) ?? 0n) + OVERDUE_EPOCHS;
    return shouldMove(this.pool.unitsOf(sink), target, exact || overdue);
  }

  #moveEscrowIfDue(now: bigint): void {
    if (!this.#shouldLook(now) && !this.#isAnchorOld(now)) return;
    const before = this.#record(now);
    if (this.#escrowTarget(this.#book.confirmed) !== this.#units.escrow) this.#moveEscrow(before, now);
  }

  /** To where the confirmed inflow leaves no unit above the cap; the rate of this moment has no say. */
  #moveEscrow(before: Before, now: bigint): void {
    const heldBefore = heldUnits(this.#units);
    const feeUnits = feeUnitsDown(this.#units.sinks, this.#fee);
    const moves = this.#escrowTarget(this.#book.confirmed) !== this.#units.escrow;
    if (shouldMove(this.#units.fee, feeUnits, moves)) this.#units.fee = feeUnits;
    this.#units.escrow = this.#escrowTarget(this.#book.confirmed);
    if (heldUnits(this.#units) !== heldBefore) this.pool.setUnits(ESCROW, heldUnits(this.#units), now);
    this.#countLeak(before, now);
  }

  /** What Superfluid could not split is what the members get less than before; where that is worth it, it splits it again. */
  #countLeak({ flow: flowBefore, units: unitsBefore }: Before, now: bigint): void {
    const { flowRate: flow, totalUnits: units } = this.pool;
    let leak = excess(this.#book.leak + flowBefore + unitsBefore, flow + units);
    if (shouldHeal(leak, flow, units)) {
      this.pool.setStream(ADMIN, 0n, now);
      leak = 0n;
    }
    this.#book.leak = min(leak, MAX_LEAK);
  }

  /** Must run before any unit changes. Once the anchor is ripe, money confirms the inflow. */
  #record(now: bigint): Before {
    const before = { flow: this.pool.flowRate, units: allUnits(this.#units) };
    const book = this.inflowBook(now);
    this.#book = book;
    if (isRipe(book, now)) {
      const steady = !confirms(book, before.flow, before.units, now) && now >= this.pool.changedAt + CONFIRM_DELAY;
      this.#book = confirmed(book, steady ? before.flow : average(book, now), now);
    }
    return before;
  }

  /** The rate of this moment may ask for a look, but only money decides. */
  #shouldLook(now: bigint): boolean {
    if (this.#escrowTarget(this.#book.confirmed) !== this.#units.escrow) return true;
    return isRipe(this.#book, now) && this.#escrowTarget(this.pool.flowRate) !== this.#units.escrow;
  }

  /** Once per epoch whoever comes looks. */
  #isAnchorOld(now: bigint): boolean {
    const { epochLength } = this.#parameters;
    return now >= this.#book.anchoredAt + max(epochLength, CONFIRM_DELAY);
  }

  #epoch(now: bigint): bigint {
    return now / this.#parameters.epochLength;
  }

  #escrowTarget(inflow: bigint): bigint {
    return escrowUnitsUp(inflow, this.priceCap, this.#units.sinks, this.#units.fee);
  }

  /**
   * While overflow runs into the escrow, the sinks are paid in full and nothing is spare. Units that went in this block
   * take their part of the bucket with them.
   */
  #drainable(spare: bigint): bigint {
    return this.#units.escrow > 1n ? 0n : min(spare, this.#depth);
  }

  /** One epoch of full pay, wei. */
  get #depth(): bigint {
    const { unitRate, epochLength } = this.#parameters;
    return unitRate * this.#units.sinks * epochLength;
  }
}
