import type { Address } from "viem";
import { getCode } from "viem/actions";
import { CONTRACTS, type ContractKey, type ContractName } from "../../core/deployment.ts";
import { BackpressureError } from "../../core/errors.ts";
import type { ReadClient } from "../../sdk/types.ts";
import { matchesArtifact, readArtifact } from "./artifact.ts";

/**
 * Code on the chain is not what this checkout builds.
 * @remarks Check out the version that was deployed, or distrust the deployment.
 */
export class ByteCodeError extends BackpressureError {
  override name = "ByteCodeError";
}

export type Verdict = { name: ContractName; address: Address; verdict: "same" | "missing" | "different" };

/** Compares the contracts of a deployment with the local build, immutables apart. */
export function compareByteCode(client: ReadClient, addresses: Record<ContractKey, Address>): Promise<Verdict[]> {
  const keys = Object.keys(CONTRACTS) as ContractKey[];
  const verdicts = keys.map(async (key): Promise<Verdict> => {
    const [name, address] = [CONTRACTS[key], addresses[key]];
    const code = await getCode(client, { address });
    if (code === undefined) return { name, address, verdict: "missing" };
    return { name, address, verdict: matchesArtifact(code, readArtifact(name)) ? "same" : "different" };
  });
  return Promise.all(verdicts);
}

/** @throws {ByteCodeError} unless every contract is there and is what was built. */
export async function assertByteCode(client: ReadClient, addresses: Record<ContractKey, Address>): Promise<void> {
  const wrong = (await compareByteCode(client, addresses)).filter(({ verdict }) => verdict !== "same");
  if (wrong.length === 0) return;
  const list = wrong.map(({ name, verdict, address }) => `${name} is ${verdict} at ${address}`).join(", ");
  throw new ByteCodeError(`the chain differs from the local build: ${list}`);
}
