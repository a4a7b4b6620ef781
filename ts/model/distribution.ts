/** What a member of a distribution pool has. */
type Member = {
  units: bigint;
  /** Wei received up to the last change of `units`. */
  received: bigint;
  /** What one unit had been paid by then, wei. */
  perUnitSeen: bigint;
};

/** A source's stream into the pool. */
export type Stream = {
  /** wei/s */
  rate: bigint;
  /** Since when it has that rate, Unix seconds. */
  changedAt: bigint;
  /** What the source had paid by then, wei. */
  paid: bigint;
};

/**
 * Superfluid's general distribution in exact integers: streams come in, and every unit is paid the same whole number of
 * wei per second. What cannot be split evenly goes to the pool's admin until a stream changes. All times in Unix
 * seconds, never going back.
 */
export class DistributionPool<Account> {
  readonly #members = new Map<Account, Member>();
  readonly #streams = new Map<Account, Stream>();
  #totalUnits = 0n;
  #rateOfUnit = 0n;
  #adjustmentRate = 0n;
  #paidToUnit = 0n;
  #paidToAdmin = 0n;
  #changedAt: bigint;

  constructor(now: bigint) {
    this.#changedAt = now;
  }

  get totalUnits(): bigint {
    return this.#totalUnits;
  }

  /** What the members are paid together, wei/s. */
  get flowRate(): bigint {
    return this.#rateOfUnit * this.#totalUnits;
  }

  /** What every unit is paid, wei/s. */
  get rateOfUnit(): bigint {
    return this.#rateOfUnit;
  }

  /** What the admin is paid, because it could not be split, wei/s. */
  get adjustmentRate(): bigint {
    return this.#adjustmentRate;
  }

  /** When a stream or a unit last changed, Unix seconds. */
  get changedAt(): bigint {
    return this.#changedAt;
  }

  unitsOf(account: Account): bigint {
    return this.#members.get(account)?.units ?? 0n;
  }

  /** The stream of a source; rate 0 if it never had one. */
  streamOf(source: Account): Stream {
    return this.#streams.get(source) ?? { rate: 0n, changedAt: 0n, paid: 0n };
  }

  /** All that a source has streamed, wei. Superfluid does not keep it; see `advance` for what a contract can know. */
  paidBy(source: Account, now: bigint): bigint {
    const { rate, changedAt, paid } = this.streamOf(source);
    return paid + rate * (now - changedAt);
  }

  /** All that a member has been paid, wei. */
  receivedBy(account: Account, now: bigint): bigint {
    const member = this.#members.get(account);
    return member ? member.received + member.units * (this.#paidToUnitAt(now) - member.perUnitSeen) : 0n;
  }

  /** All that the admin has been paid, wei. */
  receivedByAdmin(now: bigint): bigint {
    return this.#paidToAdmin + this.#adjustmentRate * (now - this.#changedAt);
  }

  /** Sets a member's units. The present flow is split anew, rounded down; the remainder is left to the admin. */
  setUnits(account: Account, units: bigint, now: bigint): void {
    this.#advance(now);
    const flowBefore = this.flowRate;
    this.#totalUnits += units - this.unitsOf(account);
    this.#members.set(account, {
      units,
      received: this.receivedBy(account, now),
      perUnitSeen: this.#paidToUnit,
    });
    this.#rateOfUnit = this.#totalUnits === 0n ? 0n : flowBefore / this.#totalUnits;
    this.#adjustmentRate += flowBefore - this.flowRate;
  }

  /**
   * Sets a source's stream. It takes up what was left to the admin, and the source pays what the members then get more.
   *
   * @param requested wei/s
   * @returns What the source pays from now on, wei/s: not more than `requested`
   */
  setStream(source: Account, requested: bigint, now: bigint): bigint {
    this.#advance(now);
    const rateBefore = this.streamOf(source).rate;
    const inflowOfOthers = this.flowRate + this.#adjustmentRate - rateBefore;
    this.#rateOfUnit = this.#totalUnits === 0n ? 0n : (inflowOfOthers + requested) / this.#totalUnits;
    // What others stream already may exceed what can be split: the rest stays with the admin.
    const missing = this.flowRate - inflowOfOthers;
    const rate = missing > 0n ? missing : 0n;
    this.#adjustmentRate = inflowOfOthers + rate - this.flowRate;
    this.#streams.set(source, { rate, changedAt: now, paid: this.paidBy(source, now) });
    return rate;
  }

  /** Pays up to `amount` wei to the members at once; returns what could be split evenly. */
  distribute(amount: bigint): bigint {
    if (this.#totalUnits === 0n) return 0n;
    const perUnit = amount / this.#totalUnits;
    this.#paidToUnit += perUnit;
    return perUnit * this.#totalUnits;
  }

  #paidToUnitAt(now: bigint): bigint {
    return this.#paidToUnit + this.#rateOfUnit * (now - this.#changedAt);
  }

  #advance(now: bigint): void {
    this.#paidToAdmin = this.receivedByAdmin(now);
    this.#paidToUnit = this.#paidToUnitAt(now);
    this.#changedAt = now;
  }
}
