import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Abi,
  type Address,
  createClient,
  getAddress,
  type Hex,
  http,
  keccak256,
  parseEther,
  parseGwei,
  stringToBytes,
} from "viem";
import { toAccount } from "viem/accounts";
import { deployContract, sendTransaction, waitForTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { encodeCall } from "../../sdk/calls/callsOf.ts";
import { changeStreamCall } from "../../sdk/calls/superfluid.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { countersOf } from "../../sdk/work/countersOf.ts";
import { Tab } from "../../sdk/work/tab.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import { Till } from "../seller/till.ts";
import { Store } from "../store.ts";
import { startTestMarket, TASK, type TestMarket } from "../testMarket.ts";

let market: TestMarket;
beforeAll(async () => {
  market = await startTestMarket("sign");
});
afterAll(() => market.close());

async function deployWallet(name: "OwnedWallet" | "HostileWallet", args: unknown[]): Promise<Address> {
  const deployer = await market.chain.actor("deployer");
  const artifact = readFileSync(join(PROJECT_ROOT, `out/Wallets.sol/${name}.json`), "utf8");
  const { abi, bytecode } = JSON.parse(artifact) as { abi: Abi; bytecode: { object: Hex } };
  const fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 1_000_000n };
  const hash = await deployContract(deployer, { abi, bytecode: bytecode.object, args, ...fees });
  return getAddress((await waitForTransactionReceipt(deployer, { hash })).contractAddress as Address);
}

/** A wallet that streams: its owner signs for it, and the chain takes its transactions on trust. */
async function walletOf(owner: WriteClient): Promise<WriteClient> {
  const { chain } = market;
  const address = await deployWallet("OwnedWallet", [owner.account.address]);
  await chain.test.impersonateAccount({ address });
  await chain.test.setBalance({ address, value: parseEther("10") });
  await chain.giveTokens(address, parseEther("1000"));
  const signTypedData = owner.account.signTypedData as NonNullable<typeof owner.account.signTypedData>;
  const never = async (): Promise<Hex> => {
    throw new Error("a wallet's owner signs typed data only");
  };
  const account = toAccount({ address, signTypedData, signMessage: never, signTransaction: never });
  const shared = { chain: foundry, transport: http(chain.url), pollingInterval: 20 };
  const wallet = createClient({ account, ...shared });
  const { taskTypeId, deployment } = market.task;
  const [{ superToken, distributionPool }, gda] = await Promise.all([
    getTaskType(wallet, market.task),
    getGda(wallet, deployment),
  ]);
  const flow = { gda, superToken, distributionPool, taskTypeId, source: address, flowRate: 40n * UNIT_RATE };
  const call = encodeCall(changeStreamCall(deployment, flow));
  const fees = { maxFeePerGas: parseGwei("100"), maxPriorityFeePerGas: 0n };
  const hash = await sendTransaction(createClient({ account: address, ...shared }), { ...call, ...fees });
  expect((await waitForTransactionReceipt(wallet, { hash })).status).toBe("success");
  return wallet;
}

let nonces = 0;
const nonce = (): Hex => {
  nonces += 1;
  return keccak256(stringToBytes(`payer ${nonces}`));
};

async function tabOf(client: WriteClient): Promise<Tab> {
  const { task, chain } = market;
  const table = (await Store.open(undefined, "")).table<bigint>("counters");
  const counters = countersOf(client, { ...task, side: "source", table });
  const { timestamp } = await chain.test.getBlock();
  return new Tab(client, { ...task, counters, nonce, now: () => Number(timestamp) });
}

test("keys, wallets and accounts that are both pay; at most two reads for an order, and none in the same block", async () => {
  const { chain, task } = market;
  const rpc = await FaultyRpc.start(chain.url);
  market.onClose(() => rpc.stop());
  const sink = await market.till("sink", { freeTrials: 20n * TASK });
  const counted = createClient({ ...sink.parameters.client, transport: http(rpc.url) } as never) as WriteClient;
  const till = await Till.open({ ...sink.parameters, client: counted });
  market.onClose(() => till.close());

  const key = await chain.actor("key");
  await chain.giveTokens(key.account.address, parseEther("1000"));
  const delegated = await chain.actor("delegated");
  await chain.giveTokens(delegated.account.address, parseEther("1000"));
  const wallet = await walletOf(await chain.actor("owner"));
  for (const client of [key, delegated]) await openStream(client, { ...task, flowRate: 40n * UNIT_RATE });
  const target = await deployWallet("HostileWallet", []);
  await chain.test.setCode({ address: delegated.account.address, bytecode: `0xef0100${target.slice(2)}` });
  await chain.pass(120);
  await till.refresh();

  for (const [client, signature] of [
    [key, 0],
    [delegated, 0],
    [wallet, 1],
  ] as const) {
    const tab = await tabOf(client);
    const reads = [];
    for (let time = 0; time < 2; time++) {
      const before = rpc.asked.length;
      const signed = await tab.sign(tab.draft(till.desk.sink, { maxWork: TASK, requestHash: nonce() }));
      expect(await till.verify(signed, {})).toEqual({ kind: "admitted", trial: true });
      await till.desk.settle(signed.order, TASK, () => "done");
      reads.push(rpc.asked.length - before);
    }
    // The stream, once a block; and a wallet is asked for its signature each time.
    expect(reads).toEqual([1 + signature, signature]);
  }

  // Another's key is not the wallet's, and another wallet's answer is no signature.
  const forger = await tabOf({
    ...wallet,
    account: { ...key.account, address: wallet.account.address },
  } as never);
  const forged = await forger.sign(forger.draft(till.desk.sink, { maxWork: TASK, requestHash: nonce() }));
  await expect(till.verify(forged, {})).rejects.toThrow("has not signed this order");
});
