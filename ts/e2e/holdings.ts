import { type Address, type Client, getAddress, type Hex, slice } from "viem";
import { getLogs, multicall } from "viem/actions";
import type { LocalEconomy } from "../localchain/localEconomy.ts";
import type { AnyCall } from "../sdk/calls/callsOf.ts";
import { superTokenAt } from "../sdk/calls/contracts.ts";

/** All that a super token has issued, and all that anybody has of it, at one block. Wei. */
export type Holdings = { supply: bigint; held: bigint };

/** Views that are asked for at once. */
const SLICE = 500;

/** Blocks whose events are asked for at once. */
const BLOCKS = 500n;

/**
 * Adds up what every account of a local chain has of the economy's token, deposits of streams included, at the latest
 * block.
 * @param accounts All addresses that any event has ever named, if not said.
 */
export async function addUpHoldings(economy: LocalEconomy, accounts?: readonly Address[]): Promise<Holdings> {
  const { test, client, superToken } = economy;
  const blockNumber = await test.getBlockNumber({ cacheTime: 0 });
  const holders = new Set(accounts ?? (await accountsNamed(economy, blockNumber)));
  const token = superTokenAt(superToken);
  const [supply, ...balances] = (await readAll(
    client,
    [token.totalSupply(), ...[...holders].map((account) => token.realtimeBalanceOfNow(account))],
    blockNumber,
  )) as [bigint, ...[bigint, bigint][]];
  return { supply, held: balances.reduce((sum, [available, deposit]) => sum + available + deposit, 0n) };
}

/** Reads any number of views, all of them at one block. */
export async function readAll(client: Client, views: readonly AnyCall[], blockNumber: bigint): Promise<unknown[]> {
  const results: unknown[] = [];
  const options = { allowFailure: false, deployless: true, batchSize: 0, blockNumber } as const;
  for (let first = 0; first < views.length; first += SLICE) {
    const contracts: readonly AnyCall[] = views.slice(first, first + SLICE);
    const some: unknown[] = await multicall(client, { ...options, contracts: contracts as never });
    results.push(...some);
  }
  return results;
}

async function accountsNamed({ client }: LocalEconomy, last: bigint): Promise<Address[]> {
  const accounts = new Set<Address>();
  for (let fromBlock = 0n; fromBlock <= last; fromBlock += BLOCKS) {
    const end = fromBlock + BLOCKS - 1n;
    const logs = await getLogs(client, { fromBlock, toBlock: end < last ? end : last });
    for (const { address, topics, data } of logs) {
      accounts.add(getAddress(address));
      for (const account of namedIn(topics, data)) accounts.add(account);
    }
  }
  return [...accounts];
}

/** Every word of an event that could be an address. */
function namedIn(topics: readonly Hex[], data: Hex): Address[] {
  const words = data.slice(2).match(/.{64}/g) ?? [];
  return [...topics, ...words.map((word): Hex => `0x${word}`)]
    .filter((word) => /^0x0{24}[0-9a-f]{40}$/.test(word) && !/^0x0{48}/.test(word))
    .map((word) => getAddress(slice(word, 12)));
}
