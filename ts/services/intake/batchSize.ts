/** Gas that a batch should use: with what is offered on top it fits a transaction, also if some cost more than those before. */
const BATCH_GAS = 11_000_000n;

/** How many messages go into one transaction, by what those of the latest one have cost. */
export class BatchSize {
  #gasOfOne: bigint | undefined;

  constructor(
    /** Messages of one transaction, whatever they cost. */
    readonly most: number,
    /** What one is taken to cost until a transaction has shown it, gas. Too little is found out in simulation. */
    readonly guess: bigint,
  ) {}

  /** Messages of the next transaction. */
  get next(): number {
    return Math.max(1, Math.min(this.most, Number(BATCH_GAS / (this.#gasOfOne ?? this.guess))));
  }

  /** Whether there is no reason to wait for more messages. */
  isFull(messages: number): boolean {
    return messages >= (this.#gasOfOne === undefined ? this.most : this.next);
  }

  /** What so many will take, units: a node that has to find it out tries the whole batch twenty times. */
  gasOf(messages: number): bigint {
    return (this.#gasOfOne ?? this.guess) * BigInt(messages);
  }

  /** Takes into account what so many have used, units. */
  learn(messages: number, gasUsed: bigint): void {
    this.#gasOfOne = 1n + gasUsed / BigInt(messages);
  }
}
