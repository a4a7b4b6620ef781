import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { createTestClient, type Hex, http } from "viem";
import { foundry } from "../../core/chains.ts";
import { deployProtocol } from "../../localchain/deployScript.ts";
import { deploySuperfluid, type LocalSuperfluid } from "../../localchain/localSuperfluid.ts";
import type { Deployment } from "../../sdk/types.ts";

/** What is on a local chain before anything happens. */
export type ChainContents = { superfluid: LocalSuperfluid; deployment: Deployment };

type SavedChain = ChainContents & { state: Hex };

/** Beside the compiled program: a package has neither the contracts' sources nor a compiler. */
const SAVED = fileURLToPath(new URL("../../chain.json.gz", import.meta.url));

const clientOf = (url: string) =>
  createTestClient({ chain: foundry, mode: "anvil", transport: http(url, { timeout: 60_000 }) });

/** Puts Superfluid and the protocol on a fresh local chain: as the package has them, or from the sources of a checkout. */
export async function fillChain(url: string, deployer: `0x${string}`): Promise<ChainContents> {
  if (!existsSync(SAVED)) return deployChain(url, deployer);
  const { state, ...contents } = JSON.parse(gunzipSync(readFileSync(SAVED)).toString("utf8")) as SavedChain;
  await clientOf(url).loadState({ state });
  return contents;
}

export async function deployChain(url: string, deployer: `0x${string}`): Promise<ChainContents> {
  const superfluid = await deploySuperfluid(url, deployer);
  return { superfluid, deployment: await deployProtocol({ url, sender: deployer, host: superfluid.host }) };
}

/** Saves all of a chain for the package. */
export async function saveChain(url: string, contents: ChainContents, path: string): Promise<void> {
  const saved: SavedChain = { ...contents, state: await clientOf(url).dumpState() };
  writeFileSync(path, gzipSync(JSON.stringify(saved)));
}
