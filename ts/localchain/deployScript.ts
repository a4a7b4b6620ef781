import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "viem";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import type { Deployment } from "../sdk/types.ts";
import { parseDeployment } from "../sdk/utils/parseDeployment.ts";
import { runScript } from "./forge.ts";

export type DeployProtocolParameters = {
  url: string;
  /** The account that deploys and then owns the fee, the only global power; the chain must have it unlocked. */
  sender: Address;
  /** Superfluid's host on this chain. */
  host: Address;
};

/**
 * Deploys the protocol on a local chain, through `script/Deploy.s.sol`, the one source of truth for deployment.
 * @throws {ToolFailedError} if the script fails.
 * @throws {InvalidParameterError} if it does not return every address.
 */
export async function deployProtocol({ url, sender, host }: DeployProtocolParameters): Promise<Deployment> {
  const script = "script/Deploy.s.sol";
  const environment = { SUPERFLUID_HOST: host, OWNER: sender };
  const { addresses } = await runScript({ script, url, sender, environment });
  return parseDeployment(nameAddresses(addresses ?? "", componentNames()));
}

/** Field names of the struct that the script returns, in its order: forge prints the values without them. */
function componentNames(): string[] {
  const artifact = readFileSync(join(PROJECT_ROOT, "out/Deploy.s.sol/Deploy.json"), "utf8");
  const { abi } = JSON.parse(artifact) as { abi: { name?: string; outputs?: { components?: { name: string }[] }[] }[] };
  const run = abi.find(({ name }) => name === "run");
  return run?.outputs?.[0]?.components?.map(({ name }) => name) ?? [];
}

/** Reads "(0x…, 0x…)". */
function nameAddresses(tuple: string, names: readonly string[]): Record<string, string | undefined> {
  const values = tuple.match(/0x[0-9a-fA-F]{40}/g) ?? [];
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}
