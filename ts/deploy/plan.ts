import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, getAddress, getContractAddress, type Hex } from "viem";
import { z } from "zod";
import { findTool, spawnSupervised } from "../chain/supervised.ts";
import { ToolFailedError } from "../errors.ts";
import { CONTRACTS, type ContractName } from "./artifact.ts";

const SCRIPT = "script/Deploy.s.sol";
const NAMES = Object.values(CONTRACTS);

/** One contract that is to be created. */
export type PlannedContract = {
  name: ContractName;
  /** Where it will be, if the deployer's nonce is `nonce`. */
  address: Address;
  nonce: number;
  /** Byte code with constructor arguments. */
  initCode: Hex;
  /** Readable, for the record. */
  constructorArguments: string[];
};

export type PlanDeploymentParameters = {
  /** Endpoint of the chain. */
  url: string;
  chainId: number;
  deployer: Address;
  /** Superfluid's host. */
  host: Address;
  /** Who may set the fee. */
  owner: Address;
};

const hex = z.string().regex(/^0x[0-9a-fA-F]*$/) as unknown as z.ZodType<Hex>;

const rehearsal = z.object({
  transactions: z.array(
    z.object({
      transactionType: z.literal("CREATE"),
      contractName: z.enum(NAMES),
      contractAddress: hex,
      arguments: z.array(z.string()),
      transaction: z.object({ input: hex, nonce: hex }),
    }),
  ),
});

/**
 * Rehearses `script/Deploy.s.sol` against the chain as it is now, and returns what it would send. So that script alone
 * decides order and constructor arguments. Sends nothing and needs no key.
 * @throws {ToolFailedError}
 */
export async function planDeployment(parameters: PlanDeploymentParameters): Promise<PlannedContract[]> {
  const { url, chainId, deployer, host, owner } = parameters;
  const folder = mkdtempSync(join(tmpdir(), "backpressure-plan-"));
  try {
    await forgeScript(["script", SCRIPT, "--sender", deployer, "--non-interactive"], {
      // As variables: an endpoint's URL may contain a key, and arguments are visible to everybody.
      FOUNDRY_ETH_RPC_URL: url,
      FOUNDRY_BROADCAST: folder,
      SUPERFLUID_HOST: host,
      OWNER: owner,
    });
    const path = join(folder, "Deploy.s.sol", String(chainId), "dry-run", "run-latest.json");
    return parseRehearsal(readFileSync(path, "utf8"), deployer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseRehearsal(text: string, deployer: Address): PlannedContract[] {
  const parsed = rehearsal.safeParse(JSON.parse(text));
  if (!parsed.success || parsed.data.transactions.length !== NAMES.length) {
    throw new ToolFailedError(`${SCRIPT} does not create ${NAMES.join(", ")}, and nothing else`);
  }
  return parsed.data.transactions.map(({ contractName, contractAddress, arguments: args, transaction }) => {
    const nonce = Number(transaction.nonce);
    const address = getContractAddress({ from: deployer, nonce: BigInt(nonce) });
    if (address !== getAddress(contractAddress)) throw new ToolFailedError(`${SCRIPT} expects other addresses`);
    return { name: contractName, address, nonce, initCode: transaction.input, constructorArguments: args };
  });
}

function forgeScript(args: readonly string[], environment: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawnSupervised(findTool("forge"), args, { ...environment, NO_COLOR: "1" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-4000);
      });
    }
    child.once("error", (cause) => reject(new ToolFailedError(`cannot run forge: ${cause.message}`, { cause })));
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const failure = output
        .split("\n")
        .findLast((line) => line.startsWith("Error: "))
        ?.slice("Error: ".length);
      reject(
        new ToolFailedError(`the rehearsal of ${SCRIPT} failed: ${failure ?? "see below"}`, { details: output.trim() }),
      );
    });
  });
}
