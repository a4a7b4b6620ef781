import { ConservationError } from "../fluid/quanta.ts";
import type { ExactPool } from "./exactPool.ts";

/** 27 bits per limb: units below 2^26 times a limb stay below 2^53, and so exact. */
const LIMB = 2 ** 27;
const BIG_LIMB = BigInt(LIMB);

/**
 * What each sink has received, in whole wei: two limbs in doubles, many times faster than one bigint per sink. Holds
 * 2^80 wei, a million tokens, per sink; beyond that the audit at the end of a run would notice the first lost wei.
 */
export class WeiLedger {
  readonly #high: Float64Array;
  readonly #low: Float64Array;

  constructor(count: number) {
    this.#high = new Float64Array(count);
    this.#low = new Float64Array(count);
  }

  /** Pays `perUnit` wei, below 2^54, for each unit of the sinks from `from` up to `to`. */
  pay(units: Float64Array, from: number, to: number, perUnit: bigint): void {
    const high = Number(perUnit / BIG_LIMB);
    const low = Number(perUnit % BIG_LIMB);
    for (let i = from; i < to; i++) {
      const count = units[i] as number;
      const sum = (this.#low[i] as number) + count * low;
      const carry = Math.floor(sum / LIMB);
      this.#low[i] = sum - carry * LIMB;
      this.#high[i] = (this.#high[i] as number) + count * high + carry;
    }
  }

  of(i: number): bigint {
    return BigInt(this.#high[i] as number) * BIG_LIMB + BigInt(this.#low[i] as number);
  }
}

/** Streamed = received by sinks + escrow + returned + dust of the admin, in wei, per pool; or it throws. */
export function auditWei(pools: readonly ExactPool[], first: Int32Array, ledger: WeiLedger): void {
  pools.forEach((pool, p) => {
    let received = 0n;
    for (let i = first[p] as number; i < (first[p + 1] as number); i++) received += ledger.of(i);
    const outside = received + pool.level + pool.released + pool.gda.dust;
    if (pool.gda.streamed !== outside) throw new ConservationError(`pool ${p}`, pool.gda.streamed, outside);
  });
}
