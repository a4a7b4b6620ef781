const HOUR = 3_600_000;

/** How much gas may be used within any hour. It starts anew with the process. */
export class GasBudget {
  readonly #spent: { at: number; gas: bigint }[] = [];

  /** @param gasPerHour Gas units. */
  constructor(readonly gasPerHour: bigint) {}

  /** @param now Milliseconds. */
  spend(gas: bigint, now: number): void {
    this.#spent.push({ at: now, gas });
  }

  /** Gas units that are left. @param now Milliseconds. */
  left(now: number): bigint {
    const first = this.#spent.findIndex(({ at }) => at > now - HOUR);
    this.#spent.splice(0, first === -1 ? this.#spent.length : first);
    return this.#spent.reduce((left, { gas }) => left - gas, this.gasPerHour);
  }
}
