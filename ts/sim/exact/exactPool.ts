import { escrowUnitsUp, excess, max, min, priceCapDown, saturate, shouldHeal } from "../../model/exact.ts";
import {
  allUnits,
  asOfNow,
  average,
  CONFIRM_DELAY,
  confirmed,
  confirms,
  type Inflow,
  incomeOf,
  isRipe,
  noInflow,
  type Units,
  withDrain,
} from "../../model/inflow.ts";
import { Returns } from "../../model/returns.ts";
import { type Book, drain, overflowOf, release } from "../../model/shares.ts";
import { DistributionPool } from "./gda.ts";

const MAX_LEAK = 2n ** 96n - 1n;
const MAX_PRESSURE = 2n ** 112n - 1n;

export interface ExactPoolParameters {
  unitRate: bigint;
  epochLength: bigint;
  horizon: bigint;
  bufferMax: bigint;
  sources: number;
  startsAt: bigint;
}

/**
 * BackpressurePool and EscrowBuffer of one task type, without fee: the same calls change the same integers. The books are
 * the reference's own; what is fast is that all sinks are one member.
 * Amounts in wei, rates in wei/s, times in Unix seconds.
 */
export class ExactPool {
  readonly gda: DistributionPool;
  limit: bigint | undefined;
  readonly #p: ExactPoolParameters;
  readonly #returns: Returns<number>;
  readonly #units: Units = { sinks: 0n, escrow: 1n, fee: 0n };
  readonly #changedAt: bigint[];
  /** What the escrow received as a member up to `gda.perUnit === #seen`. */
  #received = 0n;
  #seen = 0n;
  #inflow: Inflow;
  /** What the members were paid when something was last written down, wei/s, and how many units they had. */
  #before = { flow: 0n, units: 1n };
  #returned = 0n;
  #pressure = { lasting: 0n, seen: 0n, seenAt: 0n };

  constructor(parameters: ExactPoolParameters) {
    this.#p = parameters;
    const { sources, startsAt, horizon } = parameters;
    this.gda = new DistributionPool(sources, 1n, startsAt);
    this.#returns = new Returns(horizon);
    this.#inflow = noInflow(startsAt);
    this.#changedAt = new Array<bigint>(sources).fill(0n);
  }

  get sinkUnits(): bigint {
    return this.#units.sinks;
  }

  get escrowUnits(): bigint {
    return this.#units.escrow;
  }

  /** What left the overflow and waits for its sources. */
  get setAside(): bigint {
    return this.#book().setAside;
  }

  /** What left the overflow for the sources: set aside, or paid back. */
  get released(): bigint {
    return this.setAside + this.#returned;
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

  /** The overflow, wei. */
  get level(): bigint {
    return overflowOf(this.#book());
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
    this.#units.sinks += BigInt(delta);
    this.gda.changeUnits(BigInt(delta));
    return true;
  }

  /** The end of every rebalance; `recorded` if a sink moved. */
  moveEscrow(recorded: boolean): void {
    if (!recorded) {
      if (!this.#shouldLook && !this.#isAnchorOld) return;
      this.#record();
      if (this.#escrowTarget(this.#inflow.confirmed) === this.escrowUnits) return;
    }
    this.#toTarget();
  }

  setLimit(limit: bigint): void {
    if (limit === this.limit) {
      this.moveEscrow(false);
      return;
    }
    this.#record();
    this.limit = limit;
    this.#toTarget();
  }

  /** Pays the sinks what the token bucket allows; returns it, wei. */
  drain(): bigint {
    const book = this.#recordedBook();
    const perUnit = min(this.#spare(this.#inflow), overflowOf(book)) / this.gda.totalUnits;
    if (perUnit === 0n) return 0n;
    const amount = perUnit * this.gda.totalUnits;
    this.#inflow = withDrain(this.#inflow, this.#units, perUnit);
    this.gda.distribute(perUnit);
    this.#see();
    drain(book, amount, perUnit * this.escrowUnits);
    this.#returns.write(book);
    return amount;
  }

  /** Whether `drain` would pay anything, without writing anything down. */
  get drainable(): boolean {
    return this.escrowUnits === 1n && min(this.#spare(this.#inflowNow()), this.level) >= this.gda.totalUnits;
  }

  /** What `releaseAndSync` would set aside. */
  get releasable(): bigint {
    const book = this.#book();
    return release(book, excess(overflowOf(book), this.#p.bufferMax));
  }

  /** Sets aside for the sources what is above the limit, and pays each its part; returns the former, wei. */
  releaseAndSync(): bigint {
    const book = this.#recordedBook();
    const amount = release(book, excess(overflowOf(book), this.#p.bufferMax));
    if (amount > 0n) this.#returns.write(book);
    for (let source = 0; source < this.gda.flows.length; source++) this.#sync(source);
    return amount;
  }

  /** What presses on the stage upstream: overflow that lasted since a look one confirm delay ago; wei. */
  press(): bigint {
    const { now } = this.gda;
    const present = min(min(this.level, this.#p.bufferMax), MAX_PRESSURE);
    const { lasting, seen, seenAt } = this.#pressure;
    this.#pressure =
      now < seenAt + CONFIRM_DELAY
        ? { lasting: min(lasting, present), seen, seenAt }
        : { lasting: min(present, seen), seen: present, seenAt: now };
    return this.#pressure.lasting;
  }

  // ----------------------------------------------------------------------------------------------- Private

  #sync(source: number): void {
    const stream = { rate: this.gda.flows[source] as bigint, changedAt: this.#changedAt[source] as bigint };
    const { paid } = this.#returns.sync(this.#recordedBook(), source, stream, this.gda.now);
    this.#returned += paid;
  }

  /** Whose the overflow is, as of now. */
  #book(): Book {
    const inflow = this.#inflowNow();
    return this.#returns.book({ income: incomeOf(inflow), overflowTime: inflow.overflowTime });
  }

  /** The same, for whoever changes it. */
  #recordedBook(): Book {
    this.#see();
    const { recordedAt, received, spare } = this.#inflow;
    if (recordedAt !== this.gda.now || received !== this.#received || spare > this.#depth) this.#record();
    return this.#book();
  }

  #see(): void {
    const { perUnit } = this.gda;
    this.#received = saturate(this.#received + (perUnit - this.#seen) * this.escrowUnits);
    this.#seen = perUnit;
  }

  #inflowNow(): Inflow {
    this.#see();
    return asOfNow(this.#inflow, this.#units, this.#received, this.priceCap, this.#depth, this.gda.now);
  }

  /** Must run before any unit changes. Once the anchor is ripe, money confirms the inflow. */
  #record(): void {
    const { now, flowRate, changedAt } = this.gda;
    this.#before = { flow: flowRate, units: allUnits(this.#units) };
    this.#inflow = this.#inflowNow();
    if (!isRipe(this.#inflow, now)) return;
    const steady = !confirms(this.#inflow, flowRate, this.#before.units, now) && now >= changedAt + CONFIRM_DELAY;
    this.#inflow = confirmed(this.#inflow, steady ? flowRate : average(this.#inflow, now), now);
  }

  #toTarget(): void {
    this.#see();
    const delta = this.#escrowTarget(this.#inflow.confirmed) - this.escrowUnits;
    this.#units.escrow += delta;
    if (delta !== 0n) this.gda.changeUnits(delta);
    const { flowRate, totalUnits } = this.gda;
    let leak = excess(this.#inflow.leak + this.#before.flow + this.#before.units, flowRate + totalUnits);
    if (shouldHeal(leak, flowRate, totalUnits)) {
      this.gda.splitAgain();
      leak = 0n;
    }
    this.#inflow.leak = min(leak, MAX_LEAK);
  }

  get #shouldLook(): boolean {
    if (this.#escrowTarget(this.#inflow.confirmed) !== this.escrowUnits) return true;
    return isRipe(this.#inflow, this.gda.now) && this.#escrowTarget(this.gda.flowRate) !== this.escrowUnits;
  }

  get #isAnchorOld(): boolean {
    const { epochLength } = this.#p;
    return this.gda.now >= this.#inflow.anchoredAt + max(epochLength, CONFIRM_DELAY);
  }

  get #depth(): bigint {
    return this.#p.unitRate * this.sinkUnits * this.#p.epochLength;
  }

  #spare({ spare }: Inflow): bigint {
    return this.escrowUnits > 1n ? 0n : min(spare, this.#depth);
  }

  #escrowTarget(inflow: bigint): bigint {
    return escrowUnitsUp(inflow, this.priceCap, this.sinkUnits, 0n);
  }
}
