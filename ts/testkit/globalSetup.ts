import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClient, type Hex, http } from "viem";
import type { TestProject } from "vitest/node";
import { foundry } from "../core/chains.ts";
import { startAnvil } from "../localchain/anvil.ts";
import { deployProtocol } from "../localchain/deployScript.ts";
import { build } from "../localchain/forge.ts";
import { deploySuperfluid } from "../localchain/localSuperfluid.ts";
import { GENESIS } from "./testChain.ts";

/** Builds the contracts, deploys everything once, and keeps the state of the chain for `startTestChain`. */
export default async function setup(project: TestProject): Promise<() => void> {
  await build();
  const folder = mkdtempSync(join(tmpdir(), "backpressure-test-"));
  const { url, deployer, stop } = await startAnvil({ timestamp: GENESIS });
  try {
    const superfluid = await deploySuperfluid(url, deployer);
    const deployment = await deployProtocol({ url, sender: deployer, host: superfluid.host });
    const client = createTestClient({ chain: foundry, mode: "anvil", transport: http(url, { timeout: 60_000 }) });
    const path = join(folder, "state");
    const state: Hex = await client.dumpState();
    writeFileSync(path, state);
    project.provide("chainState", { path, deployment, superfluid });
  } finally {
    await stop();
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
