const MASK = 2n ** 64n - 1n;

/** A seeded generator of integers: the same seed gives the same numbers everywhere. SplitMix64 (Steele et al., 2014). */
export class Random {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = seed & MASK;
  }

  /** An integer of `count` random bits. */
  bits(count: number): bigint {
    let value = 0n;
    for (let have = 0; have < count; have += 64) value = (value << 64n) | this.#next();
    return BigInt.asUintN(count, value);
  }

  /** An integer in [low, high], uniform up to a bias below 2⁻⁶⁴. */
  between(low: bigint, high: bigint): bigint {
    const span = high - low + 1n;
    return low + (this.bits(span.toString(2).length + 64) % span);
  }

  /** True once in `n` times on average. */
  oneIn(n: bigint): boolean {
    return this.between(1n, n) === 1n;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Number(this.between(0n, BigInt(choices.length - 1)))] ?? choices[0];
  }

  /** An integer in [low, high] as tests want it: of any magnitude, and often at the edge. */
  edgy(low: bigint, high: bigint): bigint {
    const inRange = (value: bigint): bigint => (value < low ? low : value > high ? high : value);
    if (this.oneIn(4n)) return inRange(this.pick([0n, 1n, low, low + 1n, high - 1n, high]));
    const magnitude = Number(this.between(0n, BigInt((high - low).toString(2).length)));
    return inRange(low + this.bits(magnitude));
  }

  #next(): bigint {
    this.#state = (this.#state + 0x9e3779b97f4a7c15n) & MASK;
    let z = this.#state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  }
}
