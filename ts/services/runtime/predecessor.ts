import type { Address } from "viem";
import { getTransactionCount } from "viem/actions";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { ServiceChain } from "./client.ts";

export type AwaitPredecessorParameters = {
  chain: ServiceChain;
  account: Address;
  /** Between two looks, milliseconds. */
  every: number;
  /** Longest wait: what is not mined by then is replaced, as anything that is stuck. Milliseconds. */
  atMost: number;
};

/**
 * Waits until what another process has sent from an account is mined, and the head is a block that has it: whoever goes on
 * from there sends nothing a second time.
 * @throws If the chain cannot be asked.
 */
export async function awaitPredecessor({ chain, account, every, atMost }: AwaitPredecessorParameters): Promise<void> {
  const deadline = Date.now() + atMost;
  for (;;) {
    const [mined, sent] = await Promise.all(
      (["latest", "pending"] as const).map((blockTag) =>
        getTransactionCount(chain.client, { address: account, blockTag }),
      ),
    );
    await chain.endpoints.refresh();
    if (mined === sent || Date.now() >= deadline) return;
    await pause(every);
  }
}
