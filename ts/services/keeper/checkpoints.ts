import type { Hex } from "viem";

/** A block up to which events were read. */
export type Checkpoint = { number: bigint; hash: Hex };

/** Blocks between two that are kept, at least; the way back is at most as much longer. */
export const SPACING = 64n;

/** Rewinding further than the oldest begins anew. */
const MOST = 100;

/** How far events were read, and where to go back to if those blocks turn out not to be of the chain. */
export class Checkpoints {
  readonly #checkpoints: Checkpoint[] = [];

  get last(): Checkpoint | undefined {
    return this.#checkpoints.at(-1);
  }

  add(checkpoint: Checkpoint): void {
    const before = this.#checkpoints.at(-2);
    if (before !== undefined && checkpoint.number < before.number + SPACING) this.#checkpoints.pop();
    this.#checkpoints.push(checkpoint);
    if (this.#checkpoints.length > MOST) this.#checkpoints.shift();
  }

  drop(): void {
    this.#checkpoints.pop();
  }
}
