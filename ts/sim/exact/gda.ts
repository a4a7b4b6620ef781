/**
 * One Superfluid distribution pool, to the wei: the same integer operations in the same order as `SemanticMoney.sol`
 * and `TokenMonad.sol`. Rates are wei/s, amounts wei.
 */
export class DistributionPool {
  /** What one unit is paid, wei/s. */
  perUnitRate = 0n;
  totalUnits: bigint;
  /** What one unit has been paid since the beginning, wei. */
  perUnit = 0n;
  /** Remainder of divisions, paid to the pool's admin, wei/s. */
  adjustmentRate = 0n;
  /** What the admin has received that way, wei. */
  dust = 0n;
  /** What all sources have paid, wei. */
  streamed = 0n;
  /** Stream per source, wei/s. */
  readonly flows: bigint[];
  now: bigint;
  /** When a stream or a unit last changed. */
  changedAt: bigint;

  constructor(sources: number, totalUnits: bigint, now: bigint) {
    this.flows = new Array<bigint>(sources).fill(0n);
    this.totalUnits = totalUnits;
    this.now = now;
    this.changedAt = now;
  }

  get flowRate(): bigint {
    return this.perUnitRate * this.totalUnits;
  }

  advance(now: bigint): void {
    const seconds = now - this.now;
    if (seconds === 0n) return;
    this.now = now;
    this.perUnit += this.perUnitRate * seconds;
    this.dust += this.adjustmentRate * seconds;
    this.streamed += (this.flowRate + this.adjustmentRate) * seconds;
  }

  /** A source asks for a rate and gets it rounded down, so that every unit is paid the same whole number. */
  setFlow(source: number, requested: bigint): void {
    this.changedAt = this.now;
    const old = this.flows[source] as bigint;
    const oldTotal = this.flowRate;
    this.perUnitRate = (oldTotal + requested - old + this.adjustmentRate) / this.totalUnits;
    const actual = old + this.flowRate - oldTotal - this.adjustmentRate;
    this.adjustmentRate = actual < 0n ? -actual : 0n;
    this.flows[source] = actual < 0n ? 0n : actual;
  }

  /** The pool's admin touches its empty stream: what went to it for want of divisibility is split again, if it can be. */
  splitAgain(): void {
    this.changedAt = this.now;
    const all = this.flowRate + this.adjustmentRate;
    this.perUnitRate = all / this.totalUnits;
    this.adjustmentRate = all - this.flowRate;
  }

  /** A member's units change by `delta`; what no longer divides goes to the admin. */
  changeUnits(delta: bigint): void {
    this.changedAt = this.now;
    const flow = this.perUnitRate * this.totalUnits;
    this.totalUnits += delta;
    this.perUnitRate = flow / this.totalUnits;
    this.adjustmentRate += flow - this.perUnitRate * this.totalUnits;
  }

  /** A one-off payment of `perUnit` wei to every unit. */
  distribute(perUnit: bigint): void {
    this.perUnit += perUnit;
  }
}
