import { createClient, type Hex, http, nonceManager, parseEther } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { getTransactionCount, waitForTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundry } from "../core/chains.ts";
import { addSource } from "../localchain/participants.ts";
import { type TestChain, UNIT_RATE } from "../testkit/testChain.ts";
import { startTestPool } from "../testkit/testPool.ts";
import {
  ContractCallError,
  deposit,
  getSink,
  getSource,
  type PreparedCall,
  prepareChangeStream,
  prepareCloseStream,
  prepareConnectPool,
  prepareDeposit,
  prepareOpenStream,
  prepareRegisterSink,
  prepareSignalCapacity,
  prepareStake,
  prepareSyncSource,
  quoteStake,
  sendPrepared,
  stake,
  syncSource,
  type WriteClient,
} from "./index.ts";
import { inTurn } from "./internal/turns.ts";

let chain: TestChain;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let source: WriteClient;

beforeAll(async () => {
  ({ chain, task } = await startTestPool());
  source = await addSource(chain, "source");
});

afterAll(() => chain.stop());

const countOf = ({ account }: WriteClient) => getTransactionCount(chain.client, { address: account.address });

test("what one key sends at the same time is all mined, also through several clients", async () => {
  const twin = createClient({ account: source.account, chain: foundry, transport: http(chain.url) });
  const before = await countOf(source);
  const amount = parseEther("1");
  const sent = await Promise.all([
    ...[source, twin, source, twin, source].map((client) => deposit(client, { ...task, amount })),
    ...[source, twin].map((client) => syncSource(client, task)),
  ]);
  expect(new Set(sent.map(({ hash }) => hash)).size).toBe(7);
  expect(sent.every(({ receipt }) => receipt.status === "success")).toBe(true);
  // Each deposit with an approval before it, which the next one would otherwise have used up.
  expect((await countOf(source)) - before).toBe(12);
});

test("what fails in its turn does not stop what comes after", async () => {
  const { deployment, taskTypeId } = task;
  const refused = expect(
    sendPrepared(source, { calls: [{ to: deployment.escrowBuffer, data: taskTypeId, value: 0n }] }),
  ).rejects.toThrow(ContractCallError);
  const { receipt } = await syncSource(source, task);
  await refused;
  expect(receipt.status).toBe("success");
});

test("turns are by account", async () => {
  const order: string[] = [];
  let release: () => void = () => {};
  const slow = inTurn("a", () => new Promise<void>((done) => (release = done)));
  const next = inTurn("a", async () => void order.push("a"));
  await inTurn("b", async () => void order.push("b"));
  release();
  await Promise.all([slow, next]);
  expect(order).toEqual(["b", "a"]);
});

test("gas, nonce and fees are taken as they are said", async () => {
  const nonce = await countOf(source);
  const options = { nonce, gas: 2_000_000n, maxFeePerGas: 5_000_000_000n, maxPriorityFeePerGas: 7n };
  const { hash } = await syncSource(source, { ...task, ...options });
  expect(await chain.test.getTransaction({ hash })).toMatchObject(options);
  const { hash: second } = await syncSource(source, { ...task, maxPriorityFeePerGas: 9n });
  expect(await chain.test.getTransaction({ hash: second })).toMatchObject({
    nonce: nonce + 1,
    maxPriorityFeePerGas: 9n,
  });
});

test("who does not want to wait gets the hash", async () => {
  await chain.test.setAutomine(false);
  const calls = await prepareSyncSource(source, task);
  const { hashes, receipts } = await sendPrepared(source, { calls, wait: false });
  expect(receipts).toEqual([]);
  const [hash] = hashes as [Hex];
  expect(await chain.test.getTransaction({ hash })).toMatchObject({ blockNumber: null });
  await chain.test.mine({ blocks: 1 });
  await chain.test.setAutomine(true);
  expect((await waitForTransactionReceipt(source, { hash })).status).toBe("success");
});

test("an account that counts its own nonces goes on to do so", async () => {
  const key: Hex = `0x${"7".repeat(64)}`;
  const account = privateKeyToAccount(key, { nonceManager });
  await chain.test.setBalance({ address: account.address, value: parseEther("1") });
  const client = createClient({ account, chain: foundry, transport: http(chain.url), pollingInterval: 20 });
  for (const _ of [1, 2]) await syncSource(client, task);
  expect(await countOf(client)).toBe(2);
});

test("a client that was not told its chain sends on its endpoint's", async () => {
  const client = createClient({ account: source.account, transport: http(chain.url), pollingInterval: 20 });
  const { hash } = await syncSource(client as unknown as WriteClient, task);
  expect(await chain.test.getTransaction({ hash })).toMatchObject({ chainId: foundry.id });
});

/** A contract's account, as a Safe or a smart account is one: it has no key, and whoever runs it sends for it. */
async function sendAs(address: Hex, calls: readonly PreparedCall[]): Promise<void> {
  await chain.test.setBalance({ address, value: parseEther("1") });
  await chain.test.impersonateAccount({ address });
  const wallet = createClient({ account: address, chain: foundry, transport: http(chain.url), pollingInterval: 20 });
  // The node that stands for the wallet offers fees that it then refuses.
  await sendPrepared(wallet, { calls, maxFeePerGas: 5_000_000_000n, maxPriorityFeePerGas: 0n });
}

test("an account without a key lives on what was prepared: as a source", async () => {
  const account: Hex = `0x${"5afe".repeat(10)}`;
  await chain.test.setCode({ address: account, bytecode: "0x00" });
  await chain.giveTokens(account, parseEther("1000"));
  const parameters = { ...task, account };
  await sendAs(account, await prepareDeposit(chain.client, { ...parameters, amount: parseEther("2") }));
  await sendAs(account, await prepareOpenStream(chain.client, { ...parameters, flowRate: 10n * UNIT_RATE }));
  const { flowRate } = await getSource(chain.client, { ...task, source: account });
  expect(flowRate).toBeGreaterThan((99n * 10n * UNIT_RATE) / 100n);
  await sendAs(account, await prepareChangeStream(chain.client, { ...parameters, flowRate: 5n * UNIT_RATE }));
  expect((await getSource(chain.client, { ...task, source: account })).flowRate).toBeLessThan(flowRate);
  await sendAs(account, await prepareCloseStream(chain.client, parameters));
  expect((await getSource(chain.client, { ...task, source: account })).flowRate).toBe(0n);
});

test("and as a sink", async () => {
  const account: Hex = `0x${"5a1e".repeat(10)}`;
  await chain.giveTokens(account, parseEther("100"));
  const parameters = { ...task, account };
  const amount = parseEther("50");
  await sendAs(account, await prepareStake(chain.client, { ...parameters, amount }));
  await sendAs(account, await prepareRegisterSink(chain.client, parameters));
  await sendAs(account, await prepareConnectPool(chain.client, parameters));
  const { commit, reveal } = await prepareSignalCapacity(chain.client, { ...parameters, capacity: 9n, backlog: 0n });
  await sendAs(account, commit);
  await chain.pass(1);
  await sendAs(account, reveal);
  expect(await getSink(chain.client, { ...task, sink: account })).toMatchObject({
    ...{ stake: amount, registered: true, connected: true, declaredCapacity: 9n },
  });
});

test("before it stakes, a sink hears who else may have it slashed", async () => {
  const stranger: Hex = `0x${"c0de".repeat(10)}`;
  await chain.test.setCode({ address: stranger, bytecode: "0x00" });
  const [own, foreign, nobody] = [
    task.taskTypeId,
    await chain.registerTaskType("judged by a stranger", { verifier: stranger }),
    await chain.registerTaskType("judged by nobody", { verifier: `0x${"0".repeat(40)}` }),
  ];
  const quote = (taskTypeId: Hex) => quoteStake(source, { ...task, taskTypeId, amount: parseEther("20") });
  expect(await quote(own)).toMatchObject({ warnings: [] });
  expect((await quote(foreign)).warnings).toEqual([
    expect.stringMatching(/^0x\w+ verifies this task type, not the protocol's tracker/),
  ]);
  expect((await quote(nobody)).warnings).toEqual([expect.stringMatching("^nobody verifies")]);
  const { warnings } = await stake(source, { ...task, taskTypeId: foreign, amount: parseEther("20") });
  expect(warnings).toHaveLength(1);
});
