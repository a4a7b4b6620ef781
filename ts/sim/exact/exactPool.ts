import { escrowUnitsUp, excess, fillBucket, min, priceCapDown, WAD } from "../../model/exact.ts";
import { accrue, type Book, drain, Returns, release } from "../../model/shares.ts";
import { DistributionPool } from "./gda.ts";

const CONFIRM_DELAY = 12n;

export interface ExactPoolParameters {
  unitRate: bigint;
  epochLength: bigint;
  timeToLive: bigint;
  bufferMax: bigint;
  sources: number;
  startsAt: bigint;
}

/**
 * BackpressurePool and EscrowBuffer of one task type, without fee: the same calls change the same integers.
 * Amounts in wei, rates in wei/s, times in Unix seconds.
 */
export class ExactPool {
  readonly gda: DistributionPool;
  sinkUnits = 0n;
  escrowUnits = 1n;
  confirmedInflow = 0n;
  limit: bigint | undefined;
  spare = 0n;
  /** Overflow paid to the sinks. */
  drained = 0n;
  readonly #returns = new Returns<number>();
  #released = 0n;
  /** Integral of the escrow's share of the units, seconds · 10¹⁸, as of the last record. */
  #overflowTime = 0n;
  readonly #p: ExactPoolParameters;
  /** What the escrow's units received up to `gda.perUnit === #seen`, and what of that is written down. */
  #received = 0n;
  #recorded = 0n;
  #seen = 0n;
  #inflow = 0n;
  #recordedAt: bigint;
  #anchorInflow = 0n;
  #anchoredAt: bigint;
  #emptySince: bigint;
  #filledAt = 0n;
  readonly #changedAt: bigint[];

  constructor(parameters: ExactPoolParameters) {
    this.#p = parameters;
    const { sources, startsAt } = parameters;
    this.gda = new DistributionPool(sources, 1n, startsAt);
    this.#recordedAt = startsAt;
    this.#anchoredAt = startsAt;
    this.#emptySince = startsAt;
    this.#changedAt = new Array<bigint>(sources).fill(0n);
  }

  /** Overflow set aside for the sources, less what nobody claimed. */
  get released(): bigint {
    return this.#released - this.#returns.unclaimed;
  }

  /** What a source has been paid back. */
  returnedTo(source: number): bigint {
    return this.#returns.returnedTo(source);
  }

  get priceCap(): bigint {
    const { unitRate } = this.#p;
    return this.limit === undefined ? unitRate : priceCapDown(unitRate, this.limit, this.sinkUnits);
  }

  /** What the sinks can be paid, wei/s: the limit of the stage upstream. */
  get intake(): bigint {
    const full = this.#p.unitRate * this.sinkUnits;
    return this.limit === undefined ? full : min(full, this.limit);
  }

  /** What the escrow holds, wei. */
  get level(): bigint {
    this.#see();
    return this.#received - this.drained - this.released;
  }

  advance(now: bigint): void {
    this.gda.advance(now);
  }

  /** Changes a stream; the source synchronises just before and just after. */
  setFlow(source: number, requested: bigint): void {
    this.#sync(source);
    this.gda.setFlow(source, requested);
    this.#changedAt[source] = this.gda.now;
    this.#sync(source);
  }

  /** Changes one sink's units; `recorded` as returned by the call before in the same transaction. */
  moveSink(delta: number, recorded: boolean): true {
    if (!recorded) this.#record();
    if (this.sinkUnits === 0n) this.#filledAt = this.gda.now;
    this.sinkUnits += BigInt(delta);
    // Capacity that comes and goes within one transaction does not restart the grace.
    if (this.sinkUnits === 0n && this.#filledAt !== this.gda.now) this.#emptySince = this.gda.now;
    this.gda.changeUnits(BigInt(delta));
    return true;
  }

  /** The end of every rebalance. */
  moveEscrow(recorded: boolean): void {
    if (this.#escrowTarget(this.gda.flowRate) === this.escrowUnits) return;
    if (!recorded) {
      const due = this.#witnessDue || this.#escrowTarget(this.confirmedInflow) !== this.escrowUnits;
      if (!due) return;
      this.#record();
    }
    const target = this.#escrowTarget(this.confirmedInflow);
    const delta = target - this.escrowUnits;
    if (delta === 0n) return;
    this.#see();
    this.escrowUnits = target;
    this.gda.changeUnits(delta);
  }

  setLimit(limit: bigint): void {
    if (limit !== this.limit) {
      this.#record();
      this.limit = limit;
    }
    this.moveEscrow(false);
  }

  /** Pays the sinks what the token bucket allows; returns it, wei. */
  drain(): bigint {
    this.#record();
    const spare = this.escrowUnits > 1n ? 0n : this.spare;
    const total = this.gda.totalUnits;
    const perUnit = min(spare, this.level) / total;
    if (perUnit === 0n) return 0n;
    const [book, released] = drain(this.#book(), perUnit * total, perUnit);
    this.#returns.write(book);
    this.#released += released;
    this.spare -= perUnit * total;
    this.drained += perUnit * total;
    this.gda.distribute(perUnit);
    this.#see();
    // What comes back to the escrow's own units is not inflow.
    this.#recorded = this.#received;
    return perUnit * total;
  }

  /** Whether `drain` would pay anything, without writing anything down. */
  get drainable(): boolean {
    if (this.escrowUnits > 1n) return false;
    this.#see();
    return min(this.#spareNow(), this.level) >= this.gda.totalUnits;
  }

  /** What `releaseAndSync` would set aside. */
  get releasable(): bigint {
    const tooMuch = this.#tooMuch;
    return tooMuch === 0n ? 0n : release(this.#book(), tooMuch)[1];
  }

  /** Sets aside for the sources what is above the limit, and pays each its part; returns the former, wei. */
  releaseAndSync(): bigint {
    const [book, amount] = release(this.#book(), this.#tooMuch);
    if (amount > 0n) {
      this.#returns.write(book);
      this.#released += amount;
    }
    for (let source = 0; source < this.gda.flows.length; source++) this.#sync(source);
    return amount;
  }

  get #tooMuch(): bigint {
    const { timeToLive, bufferMax } = this.#p;
    const abandoned = this.sinkUnits === 0n && this.gda.now >= this.#emptySince + timeToLive;
    return excess(this.level, abandoned ? 0n : bufferMax);
  }

  #book(): Book {
    this.#see();
    return accrue(this.#returns.book, this.#received, this.#overflowTimeNow());
  }

  #sync(source: number): void {
    const stream = { rate: this.gda.flows[source] as bigint, changedAt: this.#changedAt[source] as bigint };
    this.#returns.sync(this.#book(), source, stream, this.gda.now);
  }

  #overflowTimeNow(): bigint {
    return this.#overflowTime + ((this.gda.now - this.#recordedAt) * WAD * this.escrowUnits) / this.gda.totalUnits;
  }

  #see(): void {
    const { perUnit } = this.gda;
    if (perUnit === this.#seen) return;
    this.#received += (perUnit - this.#seen) * this.escrowUnits;
    this.#seen = perUnit;
  }

  #perUnitSinceRecord(): bigint {
    this.#see();
    return (this.#received - this.#recorded) / this.escrowUnits;
  }

  #spareNow(): bigint {
    const { unitRate, epochLength } = this.#p;
    const capacity = this.priceCap * this.sinkUnits * (this.gda.now - this.#recordedAt);
    const paid = this.#perUnitSinceRecord() * this.sinkUnits;
    return fillBucket(this.spare, capacity, paid, unitRate * this.sinkUnits * epochLength);
  }

  #record(): void {
    const { now } = this.gda;
    const perUnit = this.#perUnitSinceRecord();
    const spare = this.#spareNow();
    this.#inflow += perUnit * (this.sinkUnits + this.escrowUnits);
    this.#recorded = this.#received;
    this.spare = spare;
    this.#overflowTime = this.#overflowTimeNow();
    this.#recordedAt = now;
    if (!this.#witnessDue) return;
    const steady = now >= this.gda.changedAt + CONFIRM_DELAY;
    const average = (this.#inflow - this.#anchorInflow) / (now - this.#anchoredAt);
    this.confirmedInflow = steady ? this.gda.flowRate : average;
    this.#anchorInflow = this.#inflow;
    this.#anchoredAt = now;
  }

  get #witnessDue(): boolean {
    return this.gda.now >= this.#anchoredAt + CONFIRM_DELAY;
  }

  #escrowTarget(inflow: bigint): bigint {
    return escrowUnitsUp(inflow, this.priceCap, this.sinkUnits, 0n);
  }
}
