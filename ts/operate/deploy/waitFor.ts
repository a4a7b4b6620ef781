import type { Chain, Client, Hex, TransactionReceipt, Transport } from "viem";
import { waitForTransactionReceipt } from "viem/actions";
import { formatDuration } from "../../sdk/utils/format.ts";

export type WaitForParameters = {
  hash: Hex;
  /** What it does, for whoever waits: `StakeManager`. */
  what: string;
  confirmations: number;
  log: (line: string) => void;
  /** Between two lines, milliseconds. */
  every?: number;
};

const EVERY = 15_000;

/** So long a block takes nowhere. Milliseconds. */
const HINT_AFTER = 60_000;

/** Longer than anybody watches; who runs the command again goes on. Milliseconds. */
const LONGEST = 3_600_000;

/** Waits for a transaction and says so; after a minute, what may be the matter. */
export async function waitFor(
  client: Client<Transport, Chain>,
  { hash, what, confirmations, log, every = EVERY }: WaitForParameters,
): Promise<TransactionReceipt> {
  const startedAt = Date.now();
  log(`${what}: sent ${hash}, waiting for ${confirmations} ${confirmations === 1 ? "block" : "blocks"} …`);
  const timer = setInterval(() => {
    const waited = Date.now() - startedAt;
    const hint =
      waited < HINT_AFTER ? "" : "; fees may have risen: stop with Ctrl-C and run the same again, it goes on";
    log(`${what}: waiting for ${formatDuration(Math.round(waited / 1000))}${hint}`);
  }, every);
  try {
    return await waitForTransactionReceipt(client, { hash, confirmations, timeout: LONGEST });
  } finally {
    clearInterval(timer);
  }
}
