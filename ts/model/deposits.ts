import { min } from "./exact.ts";

/** Deposits that one drain may spend. */
export const MAX_STEPS = 16;

/** A prepayment that waits. */
export type Deposit<Owner> = {
  /** Its number; the first is 1, and numbers are never used again. */
  position: bigint;
  owner: Owner;
  /** What is unspent of it, wei. */
  amount: bigint;
};

/**
 * Prepayments, spent oldest first; whoever made one can take back what is unspent. The second implementation of the
 * Solidity library of the same name. Spec 8.3.
 */
export class DepositQueue<Owner> {
  readonly #spentOf = new Map<Owner, bigint>();
  #waiting: Deposit<Owner>[] = [];
  #count = 0n;

  /** Unspent in all deposits, wei. */
  get total(): bigint {
    return this.#waiting.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** What one drain can take: the wei in the {@link MAX_STEPS} oldest deposits. */
  get ready(): bigint {
    return this.#waiting.slice(0, MAX_STEPS).reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** What was spent of an owner's deposits, wei. */
  spentOf(owner: Owner): bigint {
    return this.#spentOf.get(owner) ?? 0n;
  }

  /** Deposits that have money left, oldest first. */
  get waiting(): readonly Readonly<Deposit<Owner>>[] {
    return this.#waiting;
  }

  /** Appends a deposit of `amount` wei, more than zero, and returns its position. */
  push(owner: Owner, amount: bigint): bigint {
    this.#count += 1n;
    this.#waiting.push({ position: this.#count, owner, amount });
    return this.#count;
  }

  /** Takes a deposit out of the queue and returns what was unspent of it, wei. */
  remove(position: bigint): bigint {
    const index = this.#waiting.findIndex((deposit) => deposit.position === position);
    const [removed] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!removed) throw new RangeError(`no deposit waits at position ${position}`);
    return removed.amount;
  }

  /** Spends `amount` wei, at most {@link ready}, oldest first. */
  spend(amount: bigint): void {
    if (amount > this.ready) throw new RangeError(`cannot spend ${amount} wei, ${this.ready} are ready`);
    let left = amount;
    for (const deposit of this.#waiting) {
      const spent = min(left, deposit.amount);
      deposit.amount -= spent;
      this.#spentOf.set(deposit.owner, this.spentOf(deposit.owner) + spent);
      left -= spent;
    }
    this.#waiting = this.#waiting.filter((deposit) => deposit.amount > 0n);
  }
}
