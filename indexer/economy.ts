/** The main job's economy on a local chain that stays, for those who look at it afterwards. */

import { writeRecord } from "../ts/core/deploymentRecord.ts";
import { generateRequests, planDemand } from "../ts/demo/demand.ts";
import { type Market, openMarket } from "../ts/demo/market.ts";
import { type EconomyResult, runEconomy } from "../ts/demo/runEconomy.ts";
import { START, timelineOf } from "../ts/demo/scenario.ts";
import { type LocalProtocol, startLocalProtocol } from "../ts/localchain/localProtocol.ts";

/** Seconds that lie between the chain's first block and the start, for deployment. */
const PREPARATION = 86_400;

export type Economy = LocalProtocol & { market: Market };

/** Starts a chain with the market open, and records its deployment in a folder. */
export async function startEconomy(folder: string): Promise<Economy> {
  const local = await startLocalProtocol(START - PREPARATION);
  const { chain, protocol, superfluid, deployer, stop } = local;
  try {
    const market = await openMarket(chain, protocol, superfluid);
    writeRecord(folder, { chainId: await chain.client.getChainId(), block: 1, owner: deployer, ...protocol });
    return { ...local, market };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lets it run, as `npm start` does. @param minutes Of chain time. */
export async function run({ chain, market }: Economy, minutes: number, seed = 1): Promise<EconomyResult> {
  const timeline = timelineOf(minutes);
  const requests = planDemand(generateRequests(seed, timeline.end), timeline, seed);
  return runEconomy({ chain, market, requests, timeline, seed, chainId: await chain.client.getChainId() });
}
