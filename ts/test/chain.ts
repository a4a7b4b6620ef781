import { readFileSync } from "node:fs";
import {
  type Address,
  createClient,
  createTestClient,
  type Hex,
  http,
  keccak256,
  parseEther,
  publicActions,
  stringToBytes,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { inject } from "vitest";
import { capacityRegistryAbi, iSuperTokenAbi, testTokenAbi } from "../abi/generated.ts";
import { startAnvil } from "../chain/anvil.ts";
import { type TaskTypeArguments, taskTypeIdOf } from "../deploy/taskType.ts";
import { send } from "../sdk/internal/call.ts";
import type { WriteClient } from "../sdk/types.ts";
import { GENESIS } from "./globalSetup.ts";

/** Of the tests' task type: 0.36 tokens per hour and unit. */
export const UNIT_RATE = 100_000_000_000_000n;
export const EPOCH = 60;

const WEI_PER_UNDERLYING = 1_000_000_000_000n;

/** A local chain with Superfluid and the protocol, to which nothing has happened yet. */
export type TestChain = Awaited<ReturnType<typeof startTestChain>>;

/** Starts a chain from the state that the global setup has prepared. It ends with the process, or with `stop`. */
export async function startTestChain() {
  const { path, deployment, superfluid } = inject("chainState");
  const anvil = await startAnvil({ timestamp: GENESIS + 3600 });
  const transport = http(anvil.url, { timeout: 60_000 });
  const test = createTestClient({ chain: foundry, mode: "anvil", transport }).extend(publicActions);
  await test.loadState({ state: readFileSync(path, "utf8") as Hex });
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
    const token = { address: underlying, abi: testTokenAbi } as const;
    await send(faucet, { ...token, functionName: "mint", args: [faucet.account.address, minted] });
    await send(faucet, { ...token, functionName: "approve", args: [superToken, minted] });
    const args = [to, minted * WEI_PER_UNDERLYING, "0x"] as const;
    await send(faucet, { address: superToken, abi: iSuperTokenAbi, functionName: "upgradeTo", args });
  }

  async function registerTaskType(metadata: string, changes: Partial<TaskTypeArguments["parameters"]> = {}) {
    const registration = {
      parameters: {
        superToken: superfluid.superToken,
        unitRate: UNIT_RATE,
        epochLength: EPOCH,
        horizon: 360,
        acknowledgementGrace: 60,
        reportDelay: 60,
        signalTimeToLive: 300,
        smoothing: parseEther("0.3"),
        verifier: deployment.completionTracker,
        minimumStake: parseEther("10"),
        bufferMax: parseEther("1000"),
        ...changes,
      },
      salt: `0x${"0".repeat(64)}` as Hex,
      metadata,
    };
    const creator = await actor("creator");
    await send(creator, {
      address: deployment.capacityRegistry,
      abi: capacityRegistryAbi,
      functionName: "registerTaskType",
      args: [registration.parameters, registration.salt, metadata],
    });
    return taskTypeIdOf(creator.account.address, registration);
  }

  return {
    url: anvil.url,
    stop: anvil.stop,
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
