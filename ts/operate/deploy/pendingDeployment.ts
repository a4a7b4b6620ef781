import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import { z } from "zod";
import { CONTRACTS } from "../../core/deployment.ts";
import { addressSchema, hexSchema } from "../../core/deploymentRecord.ts";
import { readJson, writeJson } from "../../core/jsonFile.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import type { PlannedContract } from "./plan.ts";

const pendingSchema = z.object({
  chainId: z.number(),
  deployer: addressSchema,
  owner: addressSchema,
  host: addressSchema,
  firstNonce: z.number(),
  commit: z.string(),
  contracts: z.array(
    z.object({
      name: z.enum(Object.values(CONTRACTS)),
      address: addressSchema,
      nonce: z.number(),
      initCode: hexSchema,
      constructorArguments: z.array(z.string()),
      /** The latest transaction that was sent for it. */
      hash: hexSchema.optional(),
    }),
  ),
});

/** A deployment that has begun: written before anything is sent, so that another run can go on. */
export type PendingDeployment = Omit<z.output<typeof pendingSchema>, "contracts"> & {
  contracts: (PlannedContract & { hash?: Hex | undefined })[];
};

const pendingPath = (folder: string, chainId: number): string => join(folder, `${chainId}.pending.json`);

export function readPending(folder: string, chainId: number): PendingDeployment | undefined {
  return readJson(pendingPath(folder, chainId), pendingSchema);
}

export function writePending(folder: string, pending: PendingDeployment): void {
  writeJson(pendingPath(folder, pending.chainId), pending);
}

export function removePending(folder: string, chainId: number): void {
  rmSync(pendingPath(folder, chainId), { force: true });
}

/** Commit of this checkout, "-dirty" if files differ from it; "unknown" outside of git. */
export function currentCommit(): string {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: PROJECT_ROOT, encoding: "utf8" });
  const head = git("rev-parse", "HEAD");
  if (head.status !== 0) return "unknown";
  return head.stdout.trim() + (git("status", "--porcelain", "--", "src", "script").stdout === "" ? "" : "-dirty");
}
