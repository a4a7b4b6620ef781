import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, getAddress, getContractAddress, type Hex } from "viem";
import { z } from "zod";
import { CONTRACTS, type ContractName } from "../../core/deployment.ts";
import { ToolFailedError } from "../../core/errors.ts";
import { forge } from "../../localchain/forge.ts";

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
  return forge({
    what: `the rehearsal of ${SCRIPT}`,
    args: ["script", SCRIPT, "--sender", deployer, "--non-interactive"],
    // As variables: an endpoint's URL may contain a key, and arguments are visible to everybody.
    environment: { FOUNDRY_ETH_RPC_URL: url, SUPERFLUID_HOST: host, OWNER: owner },
    read: ({ broadcast }) => {
      const path = join(broadcast, "Deploy.s.sol", String(chainId), "dry-run", "run-latest.json");
      return parseRehearsal(readFileSync(path, "utf8"), deployer);
    },
  });
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
