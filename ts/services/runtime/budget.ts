import { formatEther } from "viem";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a transaction takes: gas units, and wei with the fee for L1 data. */
export type Cost = { gas: bigint; wei: bigint };

export type BudgetLimits = {
  /** Gas units. */
  gasPerHour: bigint;
  /** Wei. */
  weiPerDay: bigint;
};

/** What is not affordable, and when it will be, milliseconds. */
export type Exhausted = { limit: "gas" | "ether"; until: number };

/** How much gas may be used within any hour, and how much ether within any day. It starts anew with the process. */
export class Budget {
  readonly #gas: Window;
  readonly #wei: Window;
  #exhausted: Exhausted | undefined;

  constructor({ gasPerHour, weiPerDay }: BudgetLimits) {
    this.#gas = new Window(gasPerHour, HOUR);
    this.#wei = new Window(weiPerDay, DAY);
  }

  /** @param now Milliseconds. */
  spend({ gas, wei }: Cost, now: number): void {
    this.#gas.add(gas, now);
    this.#wei.add(wei, now);
  }

  /** What was refused last, until there is enough again. */
  exhausted(now: number): Exhausted | undefined {
    if (this.#exhausted !== undefined && now >= this.#exhausted.until) this.#exhausted = undefined;
    return this.#exhausted;
  }

  /** Whether it is affordable; what is not is remembered. */
  affords({ gas, wei }: Cost, now: number): boolean {
    const gasAt = this.#gas.freeAt(gas, now);
    const weiAt = this.#wei.freeAt(wei, now);
    const until = Math.max(gasAt, weiAt);
    if (until <= now) return true;
    this.#exhausted = { limit: weiAt >= gasAt ? "ether" : "gas", until };
    return false;
  }

  left(now: number): Cost {
    return { gas: this.#gas.left(now), wei: this.#wei.left(now) };
  }

  /** For `health`. */
  problem(now: number): string | undefined {
    const exhausted = this.exhausted(now);
    if (exhausted === undefined) return undefined;
    const limits = {
      gas: `--gas-per-hour ${this.#gas.limit}`,
      ether: `--ether-per-day ${formatEther(this.#wei.limit)}`,
    };
    const at = new Date(exhausted.until).toISOString();
    return `${limits[exhausted.limit]} is used up until ${at}: raise it, or serve less`;
  }
}

/** What was used within a length of time. */
class Window {
  readonly #used: { at: number; amount: bigint }[] = [];
  #sum = 0n;

  constructor(
    readonly limit: bigint,
    readonly length: number,
  ) {}

  add(amount: bigint, now: number): void {
    this.#used.push({ at: now, amount });
    this.#sum += amount;
  }

  left(now: number): bigint {
    while (this.#used[0] !== undefined && this.#used[0].at <= now - this.length) {
      this.#sum -= this.#used.shift()?.amount ?? 0n;
    }
    return this.limit - this.#sum;
  }

  /** When so much is left, milliseconds; a whole length from now if it never will be. */
  freeAt(amount: bigint, now: number): number {
    let left = this.left(now);
    if (amount <= left) return now;
    for (const { at, amount: used } of this.#used) {
      left += used;
      if (amount <= left) return at + this.length;
    }
    return now + this.length;
  }
}
