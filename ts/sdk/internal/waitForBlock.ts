import { getBlockNumber } from "viem/actions";
import type { ReadClient } from "../types.ts";

/** Resolves once the chain has reached a block; rejects with the reason of `abort`. */
export async function waitForBlock(client: ReadClient, blockNumber: bigint, abort?: AbortSignal): Promise<void> {
  while ((await getBlockNumber(client, { cacheTime: 0 })) < blockNumber) await pause(client.pollingInterval, abort);
}

/** Waits, unless `abort` comes first: then it rejects with the reason of it. */
export function pause(milliseconds: number, abort?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (abort?.aborted) return reject(abort.reason);
    const timer = setTimeout(done, milliseconds);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(abort?.reason);
    };
    function done(): void {
      abort?.removeEventListener("abort", onAbort);
      resolve();
    }
    abort?.addEventListener("abort", onAbort, { once: true });
  });
}
