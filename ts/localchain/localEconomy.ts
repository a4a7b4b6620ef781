import {
  type Address,
  createClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  keccak256,
  parseEther,
  publicActions,
  stringToBytes,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "../core/chains.ts";
import { LocalChainError } from "../core/errors.ts";
import { contractsOf, superTokenAt } from "../sdk/calls/contracts.ts";
import { send } from "../sdk/internal/call.ts";
import { type TaskTypeArguments, taskTypeIdOf } from "../sdk/internal/taskTypeId.ts";
import type { Deployment, WriteClient } from "../sdk/types.ts";
import { startAnvil } from "./anvil.ts";
import { deployProtocol } from "./deployScript.ts";
import { deploySuperfluid, type LocalSuperfluid, testTokenAt } from "./localSuperfluid.ts";
import { nudged } from "./nudged.ts";

/** q of the task types that are registered here: 0.36 tokens per hour and unit. */
export const UNIT_RATE = 100_000_000_000_000n;
/** Their epoch, seconds. */
export const EPOCH = 60;

const WEI_PER_UNDERLYING = 1_000_000_000_000n;

/** A local chain on which anybody can have an account with money in it. */
export type LocalEconomy = Awaited<ReturnType<typeof localEconomy<LocalSuperfluid>>>;

/** The dollar token, and its super token. */
type LocalTokens = Pick<LocalSuperfluid, "underlying" | "superToken">;

export type LocalEconomyParameters<superfluid extends LocalTokens = LocalSuperfluid> = {
  url: string;
  deployment: Deployment;
  superfluid: superfluid;
};

/** What tests and examples do on a local chain that has Superfluid and the protocol. */
export async function localEconomy<superfluid extends LocalTokens>({
  url,
  deployment,
  superfluid,
}: LocalEconomyParameters<superfluid>) {
  const transport = nudged(http(url, { timeout: 60_000 }));
  const test = createTestClient({ chain: foundry, mode: "anvil", transport }).extend(publicActions);
  const reader = createClient({ chain: foundry, transport, pollingInterval: 20 });

  /** A client of an account that is the same in every run, with ETH for gas. */
  async function actor(name: string): Promise<WriteClient> {
    const account = privateKeyToAccount(keccak256(stringToBytes(name)));
    await test.setBalance({ address: account.address, value: parseEther("10") });
    return createClient({ account, chain: foundry, transport, pollingInterval: 20 });
  }
  const faucet = await actor("faucet");

  async function giveTokens(to: Address, amount: bigint): Promise<void> {
    const { underlying, superToken } = superfluid;
    const minted = (amount + WEI_PER_UNDERLYING - 1n) / WEI_PER_UNDERLYING;
    await send(faucet, testTokenAt(underlying).mint(faucet.account.address, minted));
    await send(faucet, testTokenAt(underlying).approve(superToken, minted));
    await send(faucet, superTokenAt(superToken).upgradeTo(to, minted * WEI_PER_UNDERLYING, "0x"));
  }

  async function registerTaskType(metadata: string, changes: Partial<TaskTypeArguments["parameters"]> = {}) {
    const registration = {
      parameters: {
        superToken: superfluid.superToken,
        unitRate: UNIT_RATE,
        epochLength: EPOCH,
        horizon: 360,
        acknowledgementGrace: 120,
        reportDelay: 60,
        signalTimeToLive: 300,
        receiptEpochs: 5,
        smoothing: parseEther("0.3"),
        verifier: deployment.completionTracker,
        admission: zeroAddress,
        minimumStake: parseEther("10"),
        bufferMax: parseEther("1000"),
        ...changes,
      },
      salt: `0x${"0".repeat(64)}` as Hex,
      metadata,
    };
    const creator = await actor("creator");
    const { capacityRegistry } = contractsOf(deployment);
    await send(creator, capacityRegistry.registerTaskType(registration.parameters, registration.salt, metadata));
    return taskTypeIdOf(creator.account.address, registration);
  }

  return {
    url,
    deployment,
    superfluid,
    superToken: superfluid.superToken,
    test,
    /** Reads only. */
    client: reader,
    actor,
    giveTokens,
    registerTaskType,
    /** Lets time pass and mines a block. */
    async pass(seconds: number): Promise<void> {
      await test.increaseTime({ seconds });
      await test.mine({ blocks: 1 });
    },
  };
}

/** A local economy that can be ended; a chain that ran before it goes on. */
export type RunningEconomy = LocalEconomy & { stop: () => Promise<void> };

/**
 * Deploys Superfluid and the protocol on a local chain, and starts that chain if there is none.
 * @param url Endpoint of an anvil that runs already.
 * @example
 * const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
 * const alice = await economy.actor("alice");
 */
export async function startLocalEconomy(url?: string): Promise<RunningEconomy> {
  const { stop, url: endpoint } = url === undefined ? await startAnvil() : { stop: async () => {}, url };
  try {
    const [sender] = await createWalletClient({ transport: http(endpoint) }).getAddresses();
    if (sender === undefined) throw new LocalChainError(`${endpoint} has no unlocked account: it is no local chain`);
    const superfluid = await deploySuperfluid(endpoint, sender);
    const deployment = await deployProtocol({ url: endpoint, sender, host: superfluid.host });
    return { ...(await localEconomy({ url: endpoint, deployment, superfluid })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
