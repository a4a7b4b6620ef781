import type { Hex } from "viem";

type ChainEvent = {
  log: { logIndex: number };
  block: { number: bigint; timestamp: bigint };
  transaction: { hash: Hex };
};

/** What every row of an event has: an identifier that is the same however it was found, and where and when it was. */
export function origin({ log, block, transaction }: ChainEvent) {
  return {
    id: `${transaction.hash}-${log.logIndex}`,
    timestamp: block.timestamp,
    blockNumber: block.number,
    transactionHash: transaction.hash,
  };
}

/** Where an event stands among all: its block's number times a million, and its own within the block. */
export const placeOf = ({ log, block }: ChainEvent): bigint => block.number * 1_000_000n + BigInt(log.logIndex);
