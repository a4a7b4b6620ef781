import { readFileSync } from "node:fs";
import { type Address, encodeFunctionData, type Hex, keccak256, parseEther, stringToBytes, toHex } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capacityRegistryAbi, iSuperTokenAbi, stakeManagerAbi } from "../abi/generated.ts";
import { getPool, getSink, getTaskType, openStream, stakeForCapacity } from "../sdk/index.ts";
import { attestationTypedData } from "../sdk/typedData.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../test/chain.ts";
import { addSource } from "../test/economy.ts";
import { Keepers } from "../testing/keeper.ts";

/** `npm run test:load`: it takes minutes. */
const LOAD = process.env.LOAD_TESTS === "true";
const SINKS = 10_000;
const CAPACITY = 20n;
const MEGABYTE = 1024;
/** Longer than a look at all of them takes. */
const EPOCH = 3600;
const TERMS = {
  minimumStake: 1n,
  epochLength: EPOCH,
  horizon: 6 * EPOCH,
  reportDelay: EPOCH,
  signalTimeToLive: 5 * EPOCH,
};

let chain: TestChain;
let keepers: Keepers;
let taskTypeId: Hex;
let sinks: PrivateKeyAccount[];

type Sent = { from: Address; to: Address; data: Hex };

/** Mines many transactions of unlocked accounts, some hundred a block. */
async function sendAll(transactions: readonly Sent[]): Promise<void> {
  const size = 500;
  await chain.test.setAutomine(false);
  for (let first = 0; first < transactions.length; first += size) {
    const chunk = transactions.slice(first, first + size);
    // anvil gives every transaction of a block that comes from one account the same nonce, if nobody says which.
    const nonces = new Map<Address, number>();
    for (const { from } of chunk) {
      if (!nonces.has(from)) nonces.set(from, await getTransactionCount(chain.client, { address: from }));
    }
    const batch = chunk.map((transaction, id) => {
      const nonce = nonces.get(transaction.from) ?? 0;
      nonces.set(transaction.from, nonce + 1);
      const params = [{ ...transaction, nonce: toHex(nonce), gas: toHex(200_000_000), gasPrice: "0x0" }];
      return { jsonrpc: "2.0", id, method: "eth_sendTransaction", params };
    });
    const body = JSON.stringify(batch);
    const headers = { "content-type": "application/json" };
    const response = await fetch(chain.url, { method: "POST", headers, body });
    const answers = (await response.json()) as { error?: unknown }[];
    expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
    await chain.test.mine({ blocks: 1 });
    const receipts = (await chain.test.request({ method: "eth_getBlockReceipts", params: ["latest"] } as never)) as {
      status: Hex;
    }[];
    expect(receipts.filter(({ status }) => status === "0x1")).toHaveLength(batch.length);
  }
  await chain.test.setAutomine(true);
}

async function addSinks(): Promise<void> {
  const { deployment, superToken } = chain;
  const { stakeManager, capacityRegistry } = deployment;
  const task = { deployment, taskTypeId };
  const amount = stakeForCapacity({ taskType: await getTaskType(chain.client, task), capacity: CAPACITY });
  const bank = (await chain.actor("bank")).account.address;
  await chain.giveTokens(bank, amount * BigInt(SINKS));
  const call = (
    abi: typeof stakeManagerAbi | typeof capacityRegistryAbi | typeof iSuperTokenAbi,
    name: string,
    args: unknown[],
  ) => encodeFunctionData({ abi, functionName: name, args } as never);
  const approve = call(iSuperTokenAbi, "approve", [stakeManager, amount]);
  const stake = call(stakeManagerAbi, "stake", [taskTypeId, amount]);
  const register = call(capacityRegistryAbi, "registerSink", [taskTypeId]);
  await sendAll(
    sinks.map(({ address }) => ({
      from: bank,
      to: superToken,
      data: call(iSuperTokenAbi, "transfer", [address, amount]),
    })),
  );
  await sendAll(sinks.map(({ address: from }) => ({ from, to: superToken, data: approve })));
  await sendAll(sinks.map(({ address: from }) => ({ from, to: stakeManager, data: stake })));
  await sendAll(sinks.map(({ address: from }) => ({ from, to: capacityRegistry, data: register })));
}

async function signalAll(): Promise<void> {
  const { deployment } = chain;
  const { address: from } = sinks[0] as PrivateKeyAccount;
  const transactions: Sent[] = [];
  const size = 250;
  for (let first = 0; first < sinks.length; first += size) {
    const issuedAt = Number((await chain.test.getBlock()).timestamp);
    const signed = sinks.slice(first, first + size).map(async (sink) => {
      const attestation = { taskTypeId, sink: sink.address, capacity: CAPACITY, backlog: 0n, issuedAt };
      const typed = attestationTypedData({ deployment, chainId: 31337, attestation } as never);
      return { ...attestation, signature: await sink.signTypedData(typed as never) };
    });
    const args = [taskTypeId, await Promise.all(signed)] as const;
    const data = encodeFunctionData({ abi: capacityRegistryAbi, functionName: "submitAttestations", args });
    transactions.push({ from, to: deployment.capacityRegistry, data });
  }
  for (const transaction of transactions) await sendAll([transaction]);
}

describe.runIf(LOAD)("a task type with 10,000 sinks", () => {
  beforeAll(async () => {
    chain = await startTestChain();
    keepers = new Keepers(chain);
    taskTypeId = await chain.registerTaskType("large", TERMS);
    sinks = Array.from({ length: SINKS }, (_, index) => privateKeyToAccount(keccak256(stringToBytes(`sink ${index}`))));
    await addSinks();
    await chain.pass(EPOCH);
    await signalAll();
  }, 1_200_000);
  afterAll(async () => {
    await keepers?.stop();
    await chain?.stop();
  });

  test("is kept, in less than 300 MB", async () => {
    const task = { deployment: chain.deployment, taskTypeId };
    const source = await addSource(chain, "source", parseEther("1000000"));
    await openStream(source, { ...task, flowRate: 20_000n * UNIT_RATE });
    // The first minute of an epoch: none ends while the keeper works.
    const { timestamp } = await chain.test.getBlock();
    await chain.test.setNextBlockTimestamp({ timestamp: (timestamp / BigInt(EPOCH) + 1n) * BigInt(EPOCH) + 60n });
    await chain.test.mine({ blocks: 1 });

    const first = await keepOnce();
    expect(first.transactions).toBeGreaterThan(SINKS / 30);
    expect(first.megabytes).toBeLessThan(300);
    // All of them were looked at: each has the units that its capacity calls for.
    for (const sink of [sinks[0], sinks[5000], sinks[9999]]) {
      const { units, effectiveCapacity } = await getSink(chain.client, { ...task, sink: sink?.address ?? "0x" });
      expect(units).toBe(effectiveCapacity);
      expect(units).toBeGreaterThan(0n);
    }
    expect((await getPool(chain.client, task)).units.sinks).toBeGreaterThan(BigInt(SINKS));

    const second = await keepOnce();
    expect(second.transactions).toBeLessThan(5);
    expect(second.megabytes).toBeLessThan(300);
  }, 1_800_000);
});

/** Runs a keeper's process for one look, and says what that took. */
async function keepOnce() {
  const startedAt = Date.now();
  const keeper = await keepers.spawn(["--gas-per-hour", "100000000000", "--max-fee", "100", "--once"]);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(keeper.child.pid));
  }, 50);
  expect(await keeper.exited).toEqual({ code: 0, signal: null });
  clearInterval(watch);
  const confirmed = keeper.lines.filter(({ msg }) => msg === "confirmed");
  const gas: Record<string, number> = {};
  for (const { action = "", gasUsed } of confirmed) gas[action] = (gas[action] ?? 0) + Number(gasUsed);
  const seconds = (Date.now() - startedAt) / 1000;
  const measured = { megabytes: peak / MEGABYTE, seconds, transactions: confirmed.length, gas };
  console.info(JSON.stringify(measured));
  expect(peak).toBeGreaterThan(0);
  return measured;
}

/** The most memory that a process has ever had, kilobytes. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // It has ended.
    return 0;
  }
}
