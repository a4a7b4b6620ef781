import { type Address, getAddress, type Hex, slice } from "viem";
import { getLogs } from "viem/actions";
import { iSuperTokenAbi } from "../abi/generated.ts";
import type { LocalEconomy } from "../chain/economy.ts";

/** All that a super token has issued, and all that anybody has of it, at one block. Wei. */
export type Holdings = { supply: bigint; held: bigint };

/**
 * Adds up what every account of a local chain has of the economy's token, deposits of streams included, at the latest
 * block. Accounts are all addresses that any event has ever named.
 */
export async function addUpHoldings({ test, client, superToken }: LocalEconomy): Promise<Holdings> {
  const blockNumber = await test.getBlockNumber({ cacheTime: 0 });
  const token = { address: superToken, abi: iSuperTokenAbi, blockNumber } as const;
  const logs = await getLogs(client, { fromBlock: 0n, toBlock: blockNumber });
  const accounts = new Set<Address>(
    logs.flatMap(({ address, topics, data }) => [getAddress(address), ...namedIn(topics, data)]),
  );
  const balances = await Promise.all(
    [...accounts].map(async (account) => {
      const [available, deposit] = await test.readContract({
        ...token,
        functionName: "realtimeBalanceOfNow",
        args: [account],
      });
      return available + deposit;
    }),
  );
  const supply = await test.readContract({ ...token, functionName: "totalSupply" });
  return { supply, held: balances.reduce((sum, balance) => sum + balance, 0n) };
}

/** Every word of an event that could be an address. */
function namedIn(topics: readonly Hex[], data: Hex): Address[] {
  const words = data.slice(2).match(/.{64}/g) ?? [];
  return [...topics, ...words.map((word): Hex => `0x${word}`)]
    .filter((word) => /^0x0{24}[0-9a-f]{40}$/.test(word) && !/^0x0{48}/.test(word))
    .map((word) => getAddress(slice(word, 12)));
}
