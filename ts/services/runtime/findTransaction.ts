import { type Address, type Hex, isAddressEqual } from "viem";
import { getBlock, getBlockNumber, getTransactionCount } from "viem/actions";
import type { ReadClient } from "../../sdk/types.ts";

/** Blocks before the one that was the latest then: an endpoint may have been behind. */
const MARGIN = 16n;

/**
 * The transaction with which an account has used a nonce, found by halves.
 * @param since The latest block when the nonce was still free.
 * @returns Its hash; undefined if the nonce was used by none, as an authorisation of EIP-7702 does, or is unused.
 */
export async function findTransaction(
  client: ReadClient,
  account: Address,
  nonce: number,
  since: bigint,
): Promise<Hex | undefined> {
  const isUsedAt = async (blockNumber: bigint): Promise<boolean> =>
    (await getTransactionCount(client, { address: account, blockNumber })) > nonce;
  let last = await getBlockNumber(client, { cacheTime: 0 });
  let first = since > MARGIN ? since - MARGIN : 0n;
  if (!(await isUsedAt(last))) return undefined;
  while (first < last) {
    const middle = (first + last) / 2n;
    if (await isUsedAt(middle)) last = middle;
    else first = middle + 1n;
  }
  const { transactions } = await getBlock(client, { blockNumber: last, includeTransactions: true });
  return transactions.find((each) => isAddressEqual(each.from, account) && each.nonce === nonce)?.hash;
}
