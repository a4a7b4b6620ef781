import type { Address, Hex } from "viem";
import { max, min } from "../../core/bigints.ts";
import { InvalidParameterError } from "../errors.ts";

/** What the chain says at the end of one block. All amounts count since the beginning, wei. */
export type Sample = {
  block: bigint;
  hash: Hex;
  /** Of the block, Unix seconds. */
  time: number;
  /** What all sinks together were paid, donations included: `BackpressurePool.paidOf`. */
  paid: bigint;
  /** What each source has spent, as the verifier computes it: `EscrowBuffer.spentOf`. */
  spent: Readonly<Record<Address, bigint>>;
  /** What each sink has received from the pool. */
  received: Readonly<Record<Address, bigint>>;
  /** Sources whose first stream is younger than the sample before: they had spent nothing then. */
  opened?: readonly Address[] | undefined;
};

/** The account at the end of a block. */
type Point = {
  block: bigint;
  hash: Hex;
  time: number;
  paid: bigint;
  spent: Record<Address, bigint>;
  received: Record<Address, bigint>;
  /** By source, then sink, wei. */
  credit: Record<Address, Record<Address, bigint>>;
};

/** What `toJSON` gives and `restore` takes. */
export type CreditBookState = { points: Point[] };

/** How many points a reorganisation can go back. */
const KEPT = 16;

/**
 * Which part of what sinks received each source has paid. Between two samples a source is credited
 * ⌊ΔR(k)·Δspent(s)/Δpaid⌋ at sink k, which both sides can compute from the chain. Whatever happens in between, all
 * credit at a sink together is at most what the sink received while it was sampled.
 *
 * Both sides sample at the same blocks: the first of each epoch. What a source spent and the chain books late counts in
 * full only as far as the interval's pay goes round: the divisor is the larger of Δpaid and the sum of Δspent.
 * @example
 * const book = new CreditBook();
 * for (const sample of samples) book.take(sample);
 * const wei = book.credit(source, sink);
 */
export class CreditBook {
  #points: Point[] = [];

  /** The block of the latest sample, which statements name; undefined before the first. */
  get block(): { block: bigint; hash: Hex; time: number } | undefined {
    const point = this.#points.at(-1);
    return point && { block: point.block, hash: point.hash, time: point.time };
  }

  /**
   * Continues the account up to a sample. The first only opens it, and so does the first that has a source or a
   * sink, except for sources that have `opened` since.
   * @throws {InvalidParameterError} if the sample is not later than the latest.
   */
  take(sample: Sample): void {
    this.#points.push(next(this.#points.at(-1), sample));
    if (this.#points.length > KEPT) this.#points.shift();
  }

  /**
   * After a reorganisation: forgets the samples of blocks that are no more. Take newer ones of the same epochs then.
   * @returns How many were forgotten. If none is left the account begins anew with the credit of the oldest, which is
   * too deep for a reorganisation.
   */
  forget(isCanonical: (hash: Hex, block: bigint) => boolean): number {
    const before = this.#points.length;
    while (this.#points.length > 1) {
      const { hash, block } = this.#points[this.#points.length - 1] as Point;
      if (isCanonical(hash, block)) break;
      this.#points.pop();
    }
    return before - this.#points.length;
  }

  /** What a source was credited at a sink up to the latest sample, wei, rounded down in favour of the sink. */
  credit(source: Address, sink: Address): bigint {
    return this.#points.at(-1)?.credit[source]?.[sink] ?? 0n;
  }

  /**
   * As `credit`, up to a sample within the present epoch that is not taken: at the lower of the latest interval's rate and
   * the rate since, so nobody is lent what a falling stream will not pay. 0 more until there was a whole interval.
   */
  provisional(sample: Sample, source: Address, sink: Address): bigint {
    const [before, latest] = [this.#points.at(-2), this.#points.at(-1)];
    const settled = this.credit(source, sink);
    if (before === undefined || latest === undefined || sample.block <= latest.block) return settled;
    const old = settled - (before.credit[source]?.[sink] ?? 0n);
    const elapsed = BigInt(Math.max(0, sample.time - latest.time));
    const atOldRate = (old * elapsed) / BigInt(Math.max(1, latest.time - before.time));
    const atNewRate = (next(latest, sample).credit[source]?.[sink] ?? 0n) - settled;
    return settled + min(atOldRate, atNewRate);
  }

  /** All of it, for `restore`. */
  toJSON(): CreditBookState {
    return { points: this.#points };
  }

  /** A book as `toJSON` gave it. */
  static restore({ points }: CreditBookState): CreditBook {
    const book = new CreditBook();
    book.#points = [...points];
    return book;
  }
}

/** An amount that falls and rises again is not counted twice: every account keeps its highest value so far. */
function next(last: Point | undefined, { block, hash, time, paid, spent, received, opened = [] }: Sample): Point {
  if (last === undefined)
    return { block, hash, time, paid, spent: { ...spent }, received: { ...received }, credit: {} };
  if (block <= last.block || time < last.time) {
    throw new InvalidParameterError(`block ${block} is not after block ${last.block}, the latest of this account`);
  }
  const paidMore = max(0n, paid - last.paid);
  const newcomers = opened.filter((source) => last.spent[source] === undefined).map((source) => [source, 0n]);
  const spends = increases({ ...last.spent, ...Object.fromEntries(newcomers) }, spent);
  const receipts = increases(last.received, received);
  const spentMore = spends.reduce((sum, [, wei]) => sum + wei, 0n);
  const divisor = max(spentMore, paidMore);

  const credit = { ...last.credit };
  for (const [source, wei] of spends) {
    const atSinks = { ...credit[source] };
    for (const [sink, more] of receipts) atSinks[sink] = (atSinks[sink] ?? 0n) + (more * wei) / divisor;
    credit[source] = atSinks;
  }
  return {
    ...{ block, hash, time, credit },
    paid: max(paid, last.paid),
    spent: highest(last.spent, spent),
    received: highest(last.received, received),
  };
}

type Amounts = Readonly<Record<Address, bigint>>;

function increases(before: Amounts, now: Amounts): [Address, bigint][] {
  const entries = Object.entries(now) as [Address, bigint][];
  return entries
    .map(([who, wei]): [Address, bigint] => [who, wei - (before[who] ?? wei)])
    .filter(([, more]) => more > 0n);
}

function highest(before: Amounts, now: Amounts): Record<Address, bigint> {
  const result: Record<Address, bigint> = { ...before };
  for (const [who, wei] of Object.entries(now) as [Address, bigint][]) {
    result[who] = max(wei, result[who] ?? wei);
  }
  return result;
}
