import { readFileSync } from "node:fs";
import { createTestClient, type Hex, http } from "viem";
import { inject } from "vitest";
import { foundry } from "../core/chains.ts";
import { startAnvil } from "../localchain/anvil.ts";
import { localEconomy } from "../localchain/localEconomy.ts";
import type { LocalSuperfluid } from "../localchain/localSuperfluid.ts";
import type { Deployment } from "../sdk/types.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** From the global setup. */
    chainState: { path: string; deployment: Deployment; superfluid: LocalSuperfluid };
  }
}

/** When the chain begins. Far from the wall clock on purpose: what reads the wrong clock fails. */
export const GENESIS = 1_800_000_000;

export { EPOCH, UNIT_RATE } from "../localchain/localEconomy.ts";

/** A local chain with Superfluid and the protocol, to which nothing has happened yet. */
export type TestChain = Awaited<ReturnType<typeof startTestChain>>;

/** Starts a chain from the state that the global setup has prepared. It ends with the process, or with `stop`. */
export async function startTestChain() {
  const { path, deployment, superfluid } = inject("chainState");
  const { url, stop } = await startAnvil({ timestamp: GENESIS + 3600 });
  const loader = createTestClient({ chain: foundry, mode: "anvil", transport: http(url, { timeout: 60_000 }) });
  await loader.loadState({ state: readFileSync(path, "utf8") as Hex });
  return { ...(await localEconomy({ url, deployment, superfluid })), stop };
}
