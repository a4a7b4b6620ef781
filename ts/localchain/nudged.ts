import type { Transport } from "viem";

/** Looks at the block number in a row after which nothing moves any more: five seconds of a client that looks every 20 ms. */
const LOOKS = 250;

/** JSON-RPC's code of a call that the chain has reverted. */
const REVERTED = 3;

/**
 * A transport to an anvil that mines by itself. A transaction that reaches it while it mines the one before may stay queued
 * until the next block, which never comes if nobody else sends anything: who looks for that block for long mines it. And a call
 * that reaches it while it mines may be run on the new state with the old block's time, which no chain does: time since an
 * event is negative then, and contracts revert. Who is reverted asks once more, and learns the same if there was a reason.
 */
export function nudged(transport: Transport): Transport {
  return (options) => {
    const inner = transport(options);
    let looks = 0;
    const request: typeof inner.request = async (call, ...rest) => {
      looks = call.method === "eth_blockNumber" ? looks + 1 : 0;
      if (looks > 0 && looks % LOOKS === 0) await inner.request({ method: "evm_mine", params: [] });
      try {
        return await inner.request(call, ...rest);
      } catch (error) {
        if (call.method !== "eth_call" || (error as { code?: number }).code !== REVERTED) throw error;
        return inner.request(call, ...rest);
      }
    };
    return { ...inner, request };
  };
}
