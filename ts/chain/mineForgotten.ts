import { createTestClient, http, publicActions } from "viem";
import { pause } from "../sdk/internal/waitForBlock.ts";

/** Milliseconds between two looks. A chain that mines at all needs a few for a block. */
const INTERVAL = 500;

/**
 * Mines what a local chain has taken and forgotten. An anvil that mines by itself misses, once in some thousand times, a
 * transaction that comes while it mines, and leaves it until another one comes; whoever waits for it waits for ever.
 * @param abort Ends it. Never rejects: a chain that does not answer is noticed by those who need it.
 */
export async function mineForgotten(url: string, abort: AbortSignal): Promise<void> {
  const client = createTestClient({ mode: "anvil", transport: http(url, { retryCount: 0 }) }).extend(publicActions);
  /** The block after which transactions were seen waiting. */
  let waitsAfter: bigint | undefined;
  async function look(): Promise<void> {
    const latest = await client.getBlockNumber({ cacheTime: 0 });
    const { pending } = await client.getTxpoolStatus();
    if (pending > 0 && waitsAfter === latest) await client.mine({ blocks: 1 });
    waitsAfter = pending > 0 ? latest : undefined;
  }
  while (!abort.aborted) {
    await look().catch(() => {});
    await pause(INTERVAL, abort).catch(() => {});
  }
}
