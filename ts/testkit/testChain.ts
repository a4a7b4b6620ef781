import { readFileSync } from "node:fs";
import { createTestClient, type Hex, http } from "viem";
import { foundry } from "viem/chains";
import { inject } from "vitest";
import { startAnvil } from "../localchain/anvil.ts";
import { localEconomy } from "../localchain/localEconomy.ts";
import { GENESIS } from "./globalSetup.ts";

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
