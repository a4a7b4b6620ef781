import type { Address, Hex } from "viem";
import { getBlockNumber, getContractEvents } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import type { Context } from "./context.ts";

/** Public endpoints answer for no more blocks at once. */
const BLOCKS_PER_QUERY = 10_000n;

/**
 * The profile that a registered sink has set last: only events say, so it is looked for backwards. Registering sets it.
 * @returns Undefined if it set none.
 */
export async function findProfile(
  { client, record }: Context,
  taskTypeId: Hex,
  sink: Address,
): Promise<string | undefined> {
  const first = BigInt(record.block);
  for (let toBlock = await getBlockNumber(client); toBlock >= first; toBlock -= BLOCKS_PER_QUERY) {
    const fromBlock = toBlock - BLOCKS_PER_QUERY + 1n;
    const events = await getContractEvents(client, {
      address: record.capacityRegistry,
      abi: capacityRegistryAbi,
      eventName: "ProfileSet",
      args: { taskTypeId, sink },
      fromBlock: fromBlock > first ? fromBlock : first,
      toBlock,
      strict: true,
    });
    const latest = events.at(-1);
    if (latest !== undefined) return latest.args.profileUri || undefined;
  }
  return undefined;
}
