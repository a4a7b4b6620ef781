import { type Address, getAddress, isAddress } from "viem";
import { InvalidParameterError } from "../errors.ts";
import type { Deployment } from "../types.ts";

const NAMES = [
  "host",
  "stakeManager",
  "capacityRegistry",
  "backpressurePool",
  "escrowBuffer",
  "pipeline",
  "completionTracker",
] as const satisfies readonly (keyof Deployment)[];

export type ParseDeploymentErrorType = InvalidParameterError;

/**
 * Takes the addresses out of what `deployments/<chainId>.json` contains.
 * @param value The parsed file.
 * @throws {InvalidParameterError} if an address is missing or malformed.
 * @example
 * const contracts = parseDeployment(JSON.parse(JSON.stringify(deployment)));
 */
export function parseDeployment(value: unknown): Deployment {
  const found = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const entries = NAMES.map((name): [string, Address] => {
    const address = found[name];
    if (typeof address !== "string" || !isAddress(address, { strict: false })) {
      throw new InvalidParameterError(`the deployment has no address of ${name}`);
    }
    return [name, getAddress(address)];
  });
  return Object.fromEntries(entries) as Deployment;
}
