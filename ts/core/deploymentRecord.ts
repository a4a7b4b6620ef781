import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, getAddress, type Hex, isAddress, isHex } from "viem";
import { z } from "zod";
import { PROJECT_ROOT } from "../localchain/supervised.ts";
import { CONTRACTS } from "../operate/deploy/artifact.ts";
import type { PlannedContract } from "../operate/deploy/plan.ts";
import type { Deployment } from "../sdk/types.ts";
import { UsageError } from "./errors.ts";

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "not an address")
  .transform((text) => getAddress(text));
const hex = z.custom<Hex>((value) => isHex(value), "not hexadecimal");

const deploymentSchema = z.object({
  chainId: z.number(),
  /** Of the first contract: no event of the protocol is older. */
  block: z.number(),
  /** The sources that were deployed; "-dirty" if they differed from the commit. */
  commit: z.string().optional(),
  deployer: address.optional(),
  owner: address,
  host: address,
  stakeManager: address,
  capacityRegistry: address,
  backpressurePool: address,
  escrowBuffer: address,
  pipeline: address,
  completionTracker: address,
  constructorArguments: z.record(z.string(), z.array(z.string())).optional(),
  transactions: z.record(z.string(), hex).optional(),
  /** Task types that were created from here, by name. */
  taskTypes: z.record(z.string(), hex).optional(),
});

/** What `deployments/<chainId>.json` says. */
export type DeploymentRecord = z.output<typeof deploymentSchema>;

const pendingSchema = z.object({
  chainId: z.number(),
  deployer: address,
  owner: address,
  host: address,
  firstNonce: z.number(),
  commit: z.string(),
  contracts: z.array(
    z.object({
      name: z.enum(Object.values(CONTRACTS)),
      address,
      nonce: z.number(),
      initCode: hex,
      constructorArguments: z.array(z.string()),
      /** The latest transaction that was sent for it. */
      hash: hex.optional(),
    }),
  ),
});

/** A deployment that has begun: written before anything is sent, so that another run can go on. */
export type PendingDeployment = Omit<z.output<typeof pendingSchema>, "contracts"> & {
  contracts: (PlannedContract & { hash?: Hex | undefined })[];
};

/** Folder of the records; DEPLOYMENTS_DIR may name another. */
export function deploymentsFolder(environment: NodeJS.ProcessEnv): string {
  return environment.DEPLOYMENTS_DIR || join(PROJECT_ROOT, "deployments");
}

const recordPath = (folder: string, chainId: number): string => join(folder, `${chainId}.json`);
const pendingPath = (folder: string, chainId: number): string => join(folder, `${chainId}.pending.json`);

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

export function readPending(folder: string, chainId: number): PendingDeployment | undefined {
  return readJson(pendingPath(folder, chainId), pendingSchema);
}

export function writePending(folder: string, pending: PendingDeployment): void {
  writeJson(pendingPath(folder, pending.chainId), pending);
}

export function removePending(folder: string, chainId: number): void {
  rmSync(pendingPath(folder, chainId), { force: true });
}

/** The addresses alone, as the SDK takes them. */
export function addressesOf(record: DeploymentRecord): Deployment {
  const keys = Object.keys(CONTRACTS) as (keyof typeof CONTRACTS)[];
  const contracts = Object.fromEntries(keys.map((key): [string, Address] => [key, record[key]]));
  return { host: record.host, ...contracts } as Deployment;
}

/** Commit of this checkout, "-dirty" if files differ from it; "unknown" outside of git. */
export function currentCommit(): string {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: PROJECT_ROOT, encoding: "utf8" });
  const head = git("rev-parse", "HEAD");
  if (head.status !== 0) return "unknown";
  return head.stdout.trim() + (git("status", "--porcelain", "--", "src", "script").stdout === "" ? "" : "-dirty");
}

function readJson<schema extends z.ZodType>(path: string, schema: schema): z.output<schema> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new UsageError(`${path} is damaged: repair it, or remove it`, { cause });
  }
}

/** A reader, or the next run after a crash, sees the old file or the new one, and nothing between. */
function writeJson(path: string, value: unknown): string {
  mkdirSync(join(path, ".."), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(unfinished, path);
  return path;
}
