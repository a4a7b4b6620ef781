import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClient, type Hex, http } from "viem";
import { foundry } from "viem/chains";
import type { TestProject } from "vitest/node";
import { addressesOf } from "../core/deploymentRecord.ts";
import { loadAccount } from "../core/loadAccount.ts";
import { getNetwork, networkClient } from "../core/networks.ts";
import { startAnvil } from "../localchain/anvil.ts";
import { build } from "../localchain/forge.ts";
import { deploySuperfluid, type LocalSuperfluid } from "../localchain/localSuperfluid.ts";
import { deployProtocol } from "../operate/deploy/deployProtocol.ts";
import type { Deployment } from "../sdk/types.ts";

declare module "vitest" {
  interface ProvidedContext {
    chainState: { path: string; deployment: Deployment; superfluid: LocalSuperfluid };
  }
}

/** Far from the wall clock on purpose: what reads the wrong clock fails. */
export const GENESIS = 1_800_000_000;

/** Builds the contracts, deploys everything once, and keeps the state of the chain for `startTestChain`. */
export default async function setup(project: TestProject): Promise<() => void> {
  await build();
  const folder = mkdtempSync(join(tmpdir(), "backpressure-test-"));
  const anvil = await startAnvil({ timestamp: GENESIS });
  try {
    const environment = { LOCAL_RPC_URL: anvil.url };
    const network = getNetwork("local", environment);
    const account = await loadAccount({
      network,
      keystore: undefined,
      terminal: { env: environment, askSecret: undefined },
    });
    const superfluid = await deploySuperfluid(anvil.url, account.address);
    const record = await deployProtocol(networkClient({ ...network, chain: foundry }, account), {
      url: anvil.url,
      chainId: foundry.id,
      host: superfluid.host,
      owner: account.address,
      folder,
      confirmations: 1,
      restart: false,
      log: () => {},
    });
    const client = createTestClient({ chain: foundry, mode: "anvil", transport: http(anvil.url, { timeout: 60_000 }) });
    const path = join(folder, "state");
    const state: Hex = await client.dumpState();
    writeFileSync(path, state);
    project.provide("chainState", { path, deployment: addressesOf(record), superfluid });
  } finally {
    await anvil.stop();
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
