/** The most that a look at the pool adds when the next block makes it due: a record, two moves of units and a heal. */
const LOOK = 700_000n;

/**
 * The gas to offer for a transaction that is estimated now and mined in a later block, where what a stream has accrued is
 * another amount, and a look at the pool may have become due. What is not used costs nothing.
 *
 * @param estimate Gas that it takes now.
 * @returns Gas, rounded down: a fifth more, and a look.
 */
export function gasOffered(estimate: bigint): bigint {
  return (estimate * 6n) / 5n + LOOK;
}
