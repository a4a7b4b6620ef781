import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import type { ContractName } from "../../core/deployment.ts";
import { ToolFailedError } from "../../core/errors.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";

/** What Foundry built. */
export type Artifact = {
  /** Without constructor arguments. */
  initCode: Hex;
  /** With zeros where immutables are. */
  runtimeCode: Hex;
  /** Where immutables are, in bytes. */
  immutables: { start: number; length: number }[];
};

type ArtifactFile = {
  bytecode: { object: Hex };
  deployedBytecode: { object: Hex; immutableReferences?: Record<string, { start: number; length: number }[]> };
};

/**
 * Reads what the local build made of a contract.
 * @throws {ToolFailedError} if it has not been built.
 */
export function readArtifact(name: ContractName): Artifact {
  const path = join(PROJECT_ROOT, "out", `${name}.sol`, `${name}.json`);
  if (!existsSync(path)) throw new ToolFailedError(`${name} has not been built: run \`npm run build\``);
  const { bytecode, deployedBytecode } = JSON.parse(readFileSync(path, "utf8")) as ArtifactFile;
  return {
    initCode: bytecode.object,
    runtimeCode: deployedBytecode.object,
    immutables: Object.values(deployedBytecode.immutableReferences ?? {}).flat(),
  };
}

/** Whether code on a chain is what was built, immutables apart: those the constructor writes. */
export function matchesArtifact(code: Hex | undefined, artifact: Artifact): boolean {
  if (code === undefined || code.length !== artifact.runtimeCode.length) return false;
  return masked(code, artifact) === masked(artifact.runtimeCode, artifact);
}

function masked(code: Hex, { immutables }: Artifact): string {
  const bytes = Buffer.from(code.slice(2), "hex");
  for (const { start, length } of immutables) bytes.fill(0, start, start + length);
  return bytes.toString("hex");
}
