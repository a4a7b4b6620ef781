import { join } from "node:path";
import { type Address, getAddress, type Hex, isAddress, isHex, size } from "viem";
import { z } from "zod";
import { CONTRACTS, type Deployment } from "./deployment.ts";
import { UsageError } from "./errors.ts";
import { readJson, writeJson } from "./jsonFile.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";

/** An address in any case; comes out with its checksum. */
export const addressSchema = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "not an address")
  .transform((text) => getAddress(text));
/** Bytes in hexadecimal. */
export const hexSchema = z.custom<Hex>((value) => isHex(value), "not hexadecimal");

const deploymentSchema = z.object({
  chainId: z.number(),
  /** Of the first contract: no event of the protocol is older. */
  block: z.number(),
  /** The sources that were deployed; "-dirty" if they differed from the commit. */
  commit: z.string().optional(),
  deployer: addressSchema.optional(),
  owner: addressSchema,
  host: addressSchema,
  stakeManager: addressSchema,
  capacityRegistry: addressSchema,
  backpressurePool: addressSchema,
  escrowBuffer: addressSchema,
  pipeline: addressSchema,
  completionTracker: addressSchema,
  constructorArguments: z.record(z.string(), z.array(z.string())).optional(),
  transactions: z.record(z.string(), hexSchema).optional(),
  /** Task types that were created from here, by name. */
  taskTypes: z.record(z.string(), hexSchema).optional(),
});

/** What `deployments/<chainId>.json` says. */
export type DeploymentRecord = z.output<typeof deploymentSchema>;

/** Folder of the records; DEPLOYMENTS_DIR may name another. */
export function deploymentsFolder(environment: NodeJS.ProcessEnv): string {
  return environment.DEPLOYMENTS_DIR || join(PROJECT_ROOT, "deployments");
}

const recordPath = (folder: string, chainId: number): string => join(folder, `${chainId}.json`);

/** The record of a chain; undefined without one. @throws {UsageError} if it is damaged. */
export function readRecord(folder: string, chainId: number): DeploymentRecord | undefined {
  return readJson(recordPath(folder, chainId), deploymentSchema);
}

/** As `readRecord`, for commands that need one. */
export function requireRecord(folder: string, chainId: number): DeploymentRecord {
  const record = readRecord(folder, chainId);
  if (record !== undefined) return record;
  throw new UsageError(`nothing is recorded in ${recordPath(folder, chainId)}: deploy first, or set DEPLOYMENTS_DIR`);
}

export function writeRecord(folder: string, record: DeploymentRecord): string {
  return writeJson(recordPath(folder, record.chainId), record);
}

/** The addresses alone, as the SDK takes them. */
export function addressesOf(record: DeploymentRecord): Deployment {
  const keys = Object.keys(CONTRACTS) as (keyof typeof CONTRACTS)[];
  const contracts = Object.fromEntries(keys.map((key): [string, Address] => [key, record[key]]));
  return { host: record.host, ...contracts } as Deployment;
}

/** A task type by its identifier, or by the name under which `deploy task-type` has recorded it. */
export function resolveTaskType({ record }: { record: DeploymentRecord }, text: string): Hex {
  if (isHex(text) && size(text) === 32) return text;
  const known = record.taskTypes ?? {};
  const found = Object.hasOwn(known, text) ? known[text] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(known).map((name) => `"${name}"`);
  const hint = names.length === 0 ? "none is recorded by name" : `recorded are ${names.join(", ")}`;
  throw new UsageError(`"${text}" is no task type: give its 32 bytes, or a name (${hint})`);
}

/** The name under which a task type is recorded; undefined for others. */
export function nameOf({ record }: { record: DeploymentRecord }, taskTypeId: Hex): string | undefined {
  return Object.entries(record.taskTypes ?? {}).find(([, id]) => id === taskTypeId)?.[0];
}
