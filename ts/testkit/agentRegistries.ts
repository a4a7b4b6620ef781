import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Abi, type Address, getAddress, type Hex, parseAbi, parseEventLogs, parseGwei } from "viem";
import { deployContract, waitForTransactionReceipt } from "viem/actions";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { callsOf } from "../sdk/calls/callsOf.ts";
import { send } from "../sdk/internal/call.ts";
import type { WriteClient } from "../sdk/types.ts";
import { type AgentRegistries, identityRegistryAbi, identityRegistryAt } from "../sdk/work/agents/registries.ts";
import type { TestChain } from "./testChain.ts";

/** Deploys a contract that was built. */
export async function deployBuilt(chain: TestChain, name: string, args: unknown[] = []): Promise<Address> {
  const artifact = JSON.parse(readFileSync(join(PROJECT_ROOT, "out", `${name}.sol`, `${name}.json`), "utf8")) as {
    abi: Abi;
    bytecode: { object: Hex };
  };
  const deployer = await chain.actor("deployer");
  const fees = { maxFeePerGas: parseGwei("2"), maxPriorityFeePerGas: 0n };
  const hash = await deployContract(deployer, { abi: artifact.abi, bytecode: artifact.bytecode.object, args, ...fees });
  const { contractAddress } = await waitForTransactionReceipt(deployer, { hash });
  if (!contractAddress) throw new Error(`${name} was not deployed`);
  return getAddress(contractAddress);
}

/** ERC-8004's registries as the standard describes them: the code of those that are deployed on Base is in no package. */
export async function deployAgentRegistries(chain: TestChain): Promise<AgentRegistries> {
  const identityRegistry = await deployBuilt(chain, "PublishedIdentityRegistry");
  const reputationRegistry = await deployBuilt(chain, "PublishedReputationRegistry");
  const at = callsOf(parseAbi(["function initialize(address identityRegistry)"]));
  await send(await chain.actor("deployer"), at(reputationRegistry).initialize(identityRegistry));
  return { identityRegistry, reputationRegistry };
}

/** Registers an agent of the client and says its number. */
export async function registerAgent(client: WriteClient, { identityRegistry }: AgentRegistries): Promise<bigint> {
  const { receipt } = await send(client, identityRegistryAt(identityRegistry).register(""));
  const [registered] = parseEventLogs({ abi: identityRegistryAbi, eventName: "Registered", logs: receipt.logs });
  if (registered === undefined) throw new Error("no agent was registered");
  return registered.args.agentId;
}
