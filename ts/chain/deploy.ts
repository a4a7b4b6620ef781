import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, getAddress } from "viem";
import { ToolFailedError } from "../errors.ts";
import { runScript } from "./forge.ts";
import { PROJECT_ROOT } from "./supervised.ts";

/** The contracts of one deployment. */
export type Protocol = {
  host: Address;
  stakeManager: Address;
  capacityRegistry: Address;
  backpressurePool: Address;
  escrowBuffer: Address;
  pipeline: Address;
};

const NAMES = [
  "host",
  "stakeManager",
  "capacityRegistry",
  "backpressurePool",
  "escrowBuffer",
  "pipeline",
] as const satisfies (keyof Protocol)[];

export type DeployProtocolParameters = {
  url: string;
  /** The account that deploys and then owns the fee, the only global power; the chain must have it unlocked. */
  sender: Address;
  /** Superfluid's host on this chain. */
  host: Address;
};

/**
 * Deploys the protocol on a local chain, through `script/Deploy.s.sol`, the one source of truth for deployment.
 * @throws {ToolFailedError}
 */
export async function deployProtocol({ url, sender, host }: DeployProtocolParameters): Promise<Protocol> {
  const script = "script/Deploy.s.sol";
  const environment = { SUPERFLUID_HOST: host, OWNER: sender };
  const { addresses } = await runScript({ script, url, sender, environment });
  const found = nameAddresses(addresses ?? "", componentNames());
  const entries = NAMES.map((name) => {
    const address = found.get(name);
    if (address === undefined) throw new ToolFailedError(`${script} returned no address of ${name}`);
    return [name, getAddress(address)];
  });
  return Object.fromEntries(entries) as Protocol;
}

/** Field names of the struct that the script returns, in its order: forge prints the values without them. */
function componentNames(): string[] {
  const artifact = readFileSync(join(PROJECT_ROOT, "out/Deploy.s.sol/Deploy.json"), "utf8");
  const { abi } = JSON.parse(artifact) as { abi: { name?: string; outputs?: { components?: { name: string }[] }[] }[] };
  const run = abi.find(({ name }) => name === "run");
  return run?.outputs?.[0]?.components?.map(({ name }) => name) ?? [];
}

/** Reads "(0x…, 0x…)". */
function nameAddresses(tuple: string, names: readonly string[]): Map<string, string> {
  const values = tuple.match(/0x[0-9a-fA-F]{40}/g) ?? [];
  return new Map(names.flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])));
}
