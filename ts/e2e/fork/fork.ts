import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sfMetadata from "@superfluid-finance/metadata";
import {
  type Address,
  createClient,
  createTestClient,
  type Hex,
  http,
  keccak256,
  parseAbi,
  parseEther,
  publicActions,
  stringToBytes,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { getChainId, sendTransaction, waitForTransactionReceipt } from "viem/actions";
import { base } from "../../core/chains.ts";
import { describeError, UsageError } from "../../core/errors.ts";
import { getNetwork, NETWORK_NAMES, type Network } from "../../core/networks.ts";
import { startAnvil } from "../../localchain/anvil.ts";
import { deploySuperfluid, type LocalSuperfluid, testTokenAt } from "../../localchain/localSuperfluid.ts";
import { callsOf, encodeCall } from "../../sdk/calls/callsOf.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { send } from "../../sdk/internal/call.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";

const nativeSuperTokenAbi = parseAbi(["function upgradeByETH() payable"]);

/** A copy of a public network that tests may change, or of a local chain that stands in for it. */
export type Fork = Awaited<ReturnType<typeof startFork>>;

/**
 * Forks the network at an endpoint. Without one, forks a fresh local chain with Base's chain id on which Superfluid has
 * been deployed: the same steps, on a framework at other addresses.
 * @param rpcUrl Of Base or Base Sepolia; an archive is not needed.
 */
export async function startFork(rpcUrl: string | undefined) {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const origin = rpcUrl === undefined ? await standIn(stops) : await realNetwork(rpcUrl, stops);
    const anvil = await startAnvil({ forkUrl: origin.url });
    stops.push(anvil.stop);
    const folder = mkdtempSync(join(tmpdir(), "backpressure-fork-"));
    stops.push(async () => rmSync(folder, { recursive: true, force: true }));
    return { ...origin, ...(await actorsOf(anvil.url, origin)), url: anvil.url, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Origin = {
  network: Network;
  url: string;
  host: Address;
  superToken: Address;
  /** Undefined on a real network. */
  superfluid: LocalSuperfluid | undefined;
};

async function standIn(stops: (() => Promise<unknown>)[]): Promise<Origin> {
  const anvil = await startAnvil({ chainId: base.id });
  stops.push(anvil.stop);
  const superfluid = await deploySuperfluid(anvil.url, anvil.deployer);
  const { host, superToken } = superfluid;
  return { network: getNetwork("base", {}), url: anvil.url, host, superToken, superfluid };
}

async function realNetwork(rpcUrl: string, stops: (() => Promise<unknown>)[]): Promise<Origin> {
  const chainId = await getChainId(createClient({ transport: http(rpcUrl) })).catch((cause: unknown) => {
    // Without the cause: its text has the URL, and so maybe a key.
    throw new UsageError(`FORK_RPC_URL does not answer: ${describeError(cause)}`);
  });
  const network = NETWORK_NAMES.map((name) => getNetwork(name, {})).find(({ chain }) => chain.id === chainId);
  const superToken = sfMetadata.getNetworkByChainId(chainId)?.nativeTokenWrapper as Address | undefined;
  if (network?.superfluidHost === undefined || superToken === undefined) {
    throw new UsageError(`FORK_RPC_URL answers for chain ${chainId}: Base and Base Sepolia can be forked`);
  }
  // anvil takes an endpoint as an argument, which everybody on the machine can read; so it gets one without a key.
  const proxy = await FaultyRpc.start(rpcUrl);
  stops.push(() => proxy.stop());
  return { network, url: proxy.url, host: network.superfluidHost, superToken, superfluid: undefined };
}

async function actorsOf(url: string, { network, superToken, superfluid }: Origin) {
  const transport = http(url, { timeout: 120_000 });
  const { chain } = network;
  const test = createTestClient({ chain, mode: "anvil", transport }).extend(publicActions);
  const client = createClient({ chain, transport, pollingInterval: 50 });

  async function actor(name: string): Promise<WriteClient> {
    const account = privateKeyToAccount(keyOf(name));
    await test.setBalance({ address: account.address, value: parseEther("1000") });
    return createClient({ account, chain, transport, pollingInterval: 50 });
  }

  /** Super tokens for an account: its own ether wrapped, or of the local chain's dollar token. */
  async function giveTokens(who: WriteClient, amount: bigint): Promise<void> {
    if (superfluid === undefined) {
      const wrap = encodeCall(callsOf(nativeSuperTokenAbi)(superToken).upgradeByETH());
      const hash = await sendTransaction(who, { ...wrap, value: amount });
      await waitForTransactionReceipt(who, { hash });
      return;
    }
    const minted = amount / 10n ** 12n + 1n;
    await send(who, testTokenAt(superfluid.underlying).mint(who.account.address, minted));
    await send(who, testTokenAt(superfluid.underlying).approve(superToken, minted));
    await send(who, superTokenAt(superToken).upgrade(amount));
  }

  async function pass(seconds: number): Promise<void> {
    await test.increaseTime({ seconds });
    await test.mine({ blocks: 1 });
  }
  return { test, client, actor, giveTokens, pass };
}

export const keyOf = (name: string): Hex => keccak256(stringToBytes(`fork ${name}`));
