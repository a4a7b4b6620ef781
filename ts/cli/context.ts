import { join } from "node:path";
import type { Command } from "commander";
import type { Hex } from "viem";
import { z } from "zod";
import { networkOption, type Terminal } from "../core/commandLine.ts";
import {
  addressesOf,
  type DeploymentRecord,
  deploymentsFolder,
  requireRecord,
  resolveTaskType,
} from "../core/deploymentRecord.ts";
import { loadAccount } from "../core/loadAccount.ts";
import { assertNetwork, getNetwork, NETWORK_NAMES, type Network, networkClient } from "../core/networks.ts";
import type { Deployment, WriteClient } from "../sdk/types.ts";

/** What every command that acts on a chain is told. */
export const chainFields = { network: z.enum(NETWORK_NAMES), keystore: z.string().optional() };

/** The flags that belong to `chainFields`. */
export function addChainOptions(command: Command): Command {
  return command
    .addOption(networkOption().makeOptionMandatory(false))
    .option("--keystore <file>", "sign with this keystore (password: KEYSTORE_PASSWORD, or asked for)");
}

/** An account on a chain with a deployment. */
export type ChainContext = { network: Network; client: WriteClient; record: DeploymentRecord; deployment: Deployment };

/** @throws {UsageError} without a key, a deployment, or the right chain. */
export async function openChain(
  { network: name, keystore }: { network: Network["name"]; keystore?: string | undefined },
  terminal: Terminal,
): Promise<ChainContext> {
  const network = getNetwork(name, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
  const client = networkClient(network, await loadAccount({ network, keystore, terminal }));
  await assertNetwork(client, network);
  return { network, client, record, deployment: addressesOf(record) };
}

/** Where what is known is kept: one folder for each chain and account. */
export function folderOf({ client }: ChainContext, role: "sell" | "buy" | "mcp", env: NodeJS.ProcessEnv): string {
  return join(env.BACKPRESSURE_DATA || "data", `${role}-${client.chain.id}-${client.account.address}`);
}

/** A pool, for the account. */
export function poolOf(context: ChainContext, taskType: string, role: "sell" | "buy", env: NodeJS.ProcessEnv) {
  const { client, record, deployment } = context;
  const taskTypeId: Hex = resolveTaskType({ record }, taskType);
  return { client, deployment, taskTypeId, folder: folderOf(context, role, env), fromBlock: BigInt(record.block) };
}
