import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { writeRecord } from "../../core/deploymentRecord.ts";
import { startAnvil } from "../../localchain/anvil.ts";
import { localEconomy } from "../../localchain/localEconomy.ts";
import { fillChain } from "./savedChain.ts";

/** The name under which the pool is found. */
export const TASK_TYPE = "demo";

/** What each of the two accounts is given, wei. */
const GIVEN = parseEther("1000");

/** Everything faster and cheaper than elsewhere, so that the first answer comes within a minute. */
const PARAMETERS = {
  unitRate: 10n ** 12n,
  epochLength: 12,
  reportDelay: 12,
  horizon: 120,
  acknowledgementGrace: 30,
  signalTimeToLive: 120,
  smoothing: parseEther("1"),
  minimumStake: parseEther("1"),
};

export type DevChain = {
  url: string;
  /** Where records of the deployment, and what sell and buy keep, are. */
  folder: string;
  /** Everybody can compute these keys. */
  keys: { seller: Hex; buyer: Hex };
  stop: () => Promise<void>;
};

const keyOf = (name: string): Hex => keccak256(stringToBytes(name));

/** Starts a local chain with the protocol, a token, one pool without sinks, and two accounts with money. */
export async function startDevChain({ port, folder }: { port: number; folder: string }): Promise<DevChain> {
  // What was kept for another chain would be wrong here.
  for (const name of ["data", "31337.json"]) rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { url, deployer, stop } = await startAnvil({ port, blockTime: 1 });
  try {
    const { superfluid, deployment } = await fillChain(url, deployer);
    const economy = await localEconomy({ url, deployment, superfluid });
    const taskTypeId = await economy.registerTaskType(TASK_TYPE, PARAMETERS);
    for (const name of ["seller", "buyer"]) {
      const { account } = await economy.actor(name);
      await economy.giveTokens(account.address, GIVEN);
    }
    // Accounts are settled by epochs, and the first is to be over.
    for (let epoch = 0; epoch < 4; epoch++) await economy.pass(PARAMETERS.epochLength);
    const record = { chainId: 31337, block: 0, owner: deployer, ...deployment, taskTypes: { [TASK_TYPE]: taskTypeId } };
    writeRecord(folder, record);
    return { url, folder, keys: { seller: keyOf("seller"), buyer: keyOf("buyer") }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
