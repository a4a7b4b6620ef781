import type { Address } from "viem";
import type { Deployment } from "../sdk/types.ts";
import { startAnvil } from "./anvil.ts";
import { deployProtocol } from "./deployScript.ts";
import { LocalChain } from "./localChain.ts";
import { deploySuperfluid, type LocalSuperfluid } from "./localSuperfluid.ts";

/** A local chain with Superfluid and the protocol on it. */
export type LocalProtocol = {
  chain: LocalChain;
  superfluid: LocalSuperfluid;
  protocol: Deployment;
  /** Who deployed both, and owns the fee. */
  deployer: Address;
  stop: () => Promise<void>;
};

/**
 * Starts a chain with everything deployed, under control: nothing is mined that its user does not mine.
 * @param now Time of the first block that the user mines, Unix seconds.
 * @throws {LocalChainError | ToolFailedError}
 */
export async function startLocalProtocol(now: number): Promise<LocalProtocol> {
  // Deploying takes some blocks, which are stamped with the time that passes meanwhile.
  const { url, deployer, stop } = await startAnvil({ timestamp: now - 3600 });
  try {
    const chain = new LocalChain(url);
    const superfluid = await deploySuperfluid(url, deployer);
    const protocol = await deployProtocol({ url, sender: deployer, host: superfluid.host });
    await chain.takeControl();
    return { chain, superfluid, protocol, deployer, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
