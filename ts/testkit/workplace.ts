import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, keccak256, stringToBytes } from "viem";
import { writeRecord } from "../core/deploymentRecord.ts";
import type { TestChain } from "./testChain.ts";

/** Where a service under test finds its deployment and keeps its data. */
export type Workplace = {
  folder: string;
  /** Endpoint, records and key for a service. */
  env: (key?: string) => NodeJS.ProcessEnv;
  remove: () => void;
};

/** The variables from which services take their key. */
export function serviceKeys(key: Hex): NodeJS.ProcessEnv {
  return { KEEPER_PRIVATE_KEY: key, ORACLE_PRIVATE_KEY: key, VERIFIER_PRIVATE_KEY: key };
}

/** A folder with the record of the test chain's deployment. */
export function createWorkplace(chain: TestChain, taskTypes: Record<string, Hex> = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "backpressure-service-"));
  const owner = chain.deployment.host;
  writeRecord(folder, { chainId: 31337, block: 1, owner, ...chain.deployment, taskTypes });
  return {
    folder,
    env: (key = "operator") => ({
      ...{ LOCAL_RPC_URL: chain.url, DEPLOYMENTS_DIR: folder },
      ...serviceKeys(keccak256(stringToBytes(key))),
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
