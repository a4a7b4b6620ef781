import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, getAddress } from "viem";
import { testTokenAbi } from "../abi/generated.ts";
import { ToolFailedError } from "../core/errors.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { type Calls, callsOf } from "../sdk/calls/callsOf.ts";
import { runScript } from "./forge.ts";
import { withTemporary } from "./temporary.ts";

/** The Superfluid framework on a local chain, with a dollar token of 6 decimals and its super token of 18. */
export type LocalSuperfluid = {
  host: Address;
  gdaV1: Address;
  gdaV1Forwarder: Address;
  cfaV1: Address;
  cfaV1Forwarder: Address;
  superTokenFactory: Address;
  underlying: Address;
  superToken: Address;
};

/** The dollar token: anybody can mint it. */
export const testTokenAt: (address: Address) => Calls<typeof testTokenAbi> = callsOf(testTokenAbi);

const NAMES = [
  "host",
  "gdaV1",
  "gdaV1Forwarder",
  "cfaV1",
  "cfaV1Forwarder",
  "superTokenFactory",
  "underlying",
  "superToken",
] as const satisfies (keyof LocalSuperfluid)[];

/**
 * Deploys the real Superfluid framework on a local chain, through `script/LocalSuperfluid.s.sol`.
 * @param url A fresh anvil.
 * @param sender An account that the chain has unlocked.
 * @throws {ToolFailedError}
 */
export async function deploySuperfluid(url: string, sender: Address): Promise<LocalSuperfluid> {
  // A name of its own: two local chains may be set up at the same time.
  const file = `deployments/local-superfluid.${process.pid}.json`;
  const path = join(PROJECT_ROOT, file);
  mkdirSync(join(PROJECT_ROOT, "deployments"), { recursive: true });
  return withTemporary(path, async () => {
    const environment = { LOCAL_SUPERFLUID_FILE: file };
    await runScript({ script: "script/LocalSuperfluid.s.sol", url, sender, environment });
    return parseAddresses(readFileSync(path, "utf8"));
  });
}

function parseAddresses(text: string): LocalSuperfluid {
  const found = JSON.parse(text) as Record<string, string>;
  const entries = NAMES.map((name) => {
    const address = found[name];
    if (address === undefined) throw new ToolFailedError(`script/LocalSuperfluid.s.sol wrote no address of ${name}`);
    return [name, getAddress(address)];
  });
  return Object.fromEntries(entries) as LocalSuperfluid;
}
