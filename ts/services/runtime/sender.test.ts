import { createTestClient, type Hex, http, keccak256, parseEther, parseGwei, stringToBytes } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { foundry } from "../../core/chains.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { connectChain, type ServiceChain } from "./client.ts";
import { Health } from "./health.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { Sender, type SenderOptions } from "./sender.ts";
import { batchTransaction, type Transaction, transactionOf } from "./transaction.ts";

let chain: TestChain;
let taskTypeId: Hex;
let logged: Record<string, unknown>[];

const OPTIONS: SenderOptions = {
  confirmations: 1,
  maxFee: parseGwei("50"),
  stuckAfter: 200,
  pollingInterval: 10,
  dryRun: false,
  gasPerHour: 100_000_000n,
  weiPerDay: parseEther("1"),
  minBalance: 1n,
};

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("send");
});
afterAll(() => chain?.stop());
beforeEach(() => {
  logged = [];
});

/** An endpoint that answers does so in time, however busy the machine is. */
const connect = (...urls: string[]): Promise<ServiceChain> => connectWithin(60_000, ...urls);

function connectWithin(timeout: number, ...urls: string[]): Promise<ServiceChain> {
  return connectChain({ network: networkOf(urls), log: logger(), metrics: createMetrics("test"), timeout });
}

const networkOf = (rpcUrls: string[]) =>
  ({ name: "local", chain: foundry, rpcUrls, rpcVariable: "LOCAL_RPC_URL", isPublic: false }) as const;

const logger = () =>
  createLogger({ service: "test", level: "debug", write: (line) => logged.push(JSON.parse(line) as never) });

async function startSender(name: string, options: Partial<SenderOptions> = {}, service?: ServiceChain) {
  const account = privateKeyToAccount(keccak256(stringToBytes(name)));
  await chain.test.setBalance({ address: account.address, value: parseEther("10") });
  const metrics = createMetrics("test");
  const sender = new Sender({
    chain: service ?? (await connect(chain.url)),
    account,
    log: logger(),
    metrics,
    options: { ...OPTIONS, ...options },
  });
  return { sender, account, metrics };
}

const rebalance = (): Transaction =>
  transactionOf(contractsOf(chain.deployment).capacityRegistry.rebalance(taskTypeId, []));
const drain = (): Transaction => transactionOf(contractsOf(chain.deployment).escrowBuffer.drain(taskTypeId));
const messages = (): unknown[] => logged.map(({ msg }) => msg);

describe("sending", () => {
  test("a transaction is confirmed, counted and logged", async () => {
    const { sender, metrics } = await startSender("plain");
    const outcome = await sender.send(rebalance());
    expect(outcome).toMatchObject({ status: "confirmed", receipt: { status: "success" } });
    expect(await metrics.registry.metrics()).toMatch(/transactions_total{action="rebalance",outcome="confirmed".*} 1/);
    expect(logged.at(-1)).toMatchObject({ action: "rebalance", msg: "confirmed", level: "info", service: "test" });
  });

  test("many at once run one after the other, each with the next nonce", async () => {
    const { sender, account } = await startSender("many");
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => sender.send(rebalance())));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill("confirmed"));
    expect(await getTransactionCount(chain.client, account)).toBe(5);
  });

  test("what its simulation refuses is not sent, and its error is named", async () => {
    const { sender, account } = await startSender("refused");
    const outcome = await sender.send(drain());
    expect(outcome).toMatchObject({ status: "refused", error: { errorName: "EscrowBuffer_NothingToDrain" } });
    expect(await getTransactionCount(chain.client, account)).toBe(0);
    expect(logged.at(-1)).toMatchObject({ level: "debug", msg: "refused in simulation" });
  });

  test("a batch is one transaction, and refused as a whole if a part of it is", async () => {
    const { sender, account } = await startSender("batch");
    const { host } = chain.deployment;
    const two = await sender.send(batchTransaction(host, "rebalance", [rebalance(), rebalance()]));
    expect(two).toMatchObject({ status: "confirmed", receipt: { to: host.toLowerCase() } });
    const mixed = await sender.send(batchTransaction(host, "rebalance", [rebalance(), drain()]));
    expect(mixed).toMatchObject({ status: "refused", error: { errorName: "EscrowBuffer_NothingToDrain" } });
    expect(await getTransactionCount(chain.client, account)).toBe(1);
  });

  test("a dry run sends nothing and says what it would send", async () => {
    const { sender, account } = await startSender("dry", { dryRun: true });
    expect(await sender.send(rebalance())).toEqual({ status: "skipped", reason: "dry run" });
    expect(await getTransactionCount(chain.client, account)).toBe(0);
    expect(logged.at(-1)).toMatchObject({ msg: "dry run: would send", action: "rebalance", data: rebalance().data });
  });

  test("the gas budget of an hour ends it", async () => {
    const { sender } = await startSender("budget", { gasPerHour: 60_000n });
    expect(await sender.send(rebalance())).toMatchObject({ status: "confirmed" });
    expect(await sender.send(rebalance())).toEqual({ status: "skipped", reason: "budget" });
  });

  test("an exhausted budget is a health problem, and nothing is simulated until it refills", async () => {
    const rpc = await FaultyRpc.start(chain.url);
    const { sender } = await startSender("spent", { weiPerDay: 0n, maxFee: parseGwei("50") }, await connect(rpc.url));
    await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("1") });
    await chain.test.mine({ blocks: 1 });
    const health = new Health();
    sender.addHealthChecks(health);
    expect(await sender.send(rebalance())).toEqual({ status: "skipped", reason: "budget" });
    expect(health.report().problems[0]).toMatchObject({
      check: "budget",
      problem: expect.stringMatching(/^--ether-per-day 0 is used up until/),
    });
    expect(sender.restsUntil).toBeGreaterThan(Date.now());
    rpc.asked.length = 0;
    expect(await sender.send(rebalance())).toEqual({ status: "skipped", reason: "budget" });
    expect(rpc.asked).toEqual([]);
    await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: 0n });
    await chain.test.mine({ blocks: 1 });
    await rpc.stop();
  });

  test("what costs more than it moves is not sent, the fee for L1 data counted", async () => {
    // An oracle that asks for an ether, whatever the data.
    const oracle = "0x420000000000000000000000000000000000000F";
    await chain.test.setCode({
      address: oracle,
      bytecode: `0x7f${parseEther("1").toString(16).padStart(64, "0")}60005260206000f3`,
    });
    const rollup = { ...foundry, contracts: { gasPriceOracle: { address: oracle } } } as typeof foundry;
    const parameters = { log: logger(), metrics: createMetrics("test"), timeout: 10_000 };
    const service = await connectChain({ ...parameters, network: { ...networkOf([chain.url]), chain: rollup } });
    const { sender } = await startSender("frugal", { weiPerToken: 10n ** 15n, weiPerDay: parseEther("100") }, service);
    // A token is worth a thousandth of an ether, so the fee is worth a thousand tokens, and gas less than one.
    const worth = parseEther("1001");
    expect(await sender.send({ ...rebalance(), worth: parseEther("1000") })).toEqual({
      status: "skipped",
      reason: "worth",
    });
    expect(await sender.send({ ...rebalance(), worth })).toMatchObject({ status: "confirmed" });
    expect(await sender.send(rebalance())).toMatchObject({ status: "confirmed" });
  });

  test("what no endpoint takes is counted as failed, and is a health problem after a minute", async () => {
    const { sender, account, metrics } = await startSender("refused");
    await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("1") });
    await chain.test.mine({ blocks: 1 });
    await chain.test.setBalance({ address: account.address, value: 1n });
    const refused = expect(sender.send(rebalance())).rejects.toThrow(/insufficient funds/i);
    await refused;
    await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: 0n });
    await chain.test.mine({ blocks: 1 });
    expect(await metrics.registry.metrics()).toMatch(/transactions_total{action="rebalance",outcome="failed".*} 1/);
    const health = new Health();
    sender.addHealthChecks(health);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(health.report().problems).toMatchObject([
      { check: "sending", problem: expect.stringMatching(/^sending has failed for .*funds/i) },
    ]);
    vi.useRealTimers();
    await chain.test.setBalance({ address: account.address, value: parseEther("1") });
    expect(await sender.send(rebalance())).toMatchObject({ status: "confirmed" });
    expect(health.report().status).toBe("ok");
  });

  test("an account that runs dry is unhealthy", async () => {
    const { sender, account } = await startSender("poor", { minBalance: parseEther("10") });
    await chain.test.setBalance({ address: account.address, value: parseEther("9.5") });
    await sender.checkBalance();
    const health = new Health();
    sender.addHealthChecks(health);
    expect(health.report()).toEqual({
      status: "failing",
      problems: [{ check: "balance", problem: `${account.address} has 9.5 ETH left, less than 10: top it up` }],
    });
  });
});

describe("when blocks do not come", () => {
  const anvil = () => createTestClient({ chain: foundry, mode: "anvil", transport: http(chain.url) });
  beforeEach(async () => {
    await anvil().setAutomine(false);
    return async () => {
      await anvil().setNextBlockBaseFeePerGas({ baseFeePerGas: 0n });
      await anvil().setAutomine(true);
      await anvil().mine({ blocks: 1 });
    };
  });

  test("a stuck transaction is replaced with higher fees, and one of them is mined", async () => {
    const { sender, account, metrics } = await startSender("stuck");
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    await anvil().setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("20") });
    // The block is mined with a base fee that the first offer does not cover.
    await anvil().mine({ blocks: 1 });
    expect(await getTransactionCount(chain.client, account)).toBe(0);
    await expect.poll(messages).toContain("stuck: replaced with higher fees");
    await anvil().mine({ blocks: 1 });
    expect(await outcome).toMatchObject({ status: "confirmed" });
    expect(await getTransactionCount(chain.client, account)).toBe(1);
    expect(await metrics.registry.metrics()).toMatch(/replacements_total{.*} [1-9]/);
  });

  const independent = (): Transaction => ({ ...rebalance(), independent: true });
  const sent = (): number => messages().filter((message) => message === "sent").length;

  test("independent transactions wait for none, up to sixteen, and what depends on them waits for all", async () => {
    const { sender, account } = await startSender("beside", { stuckAfter: 60_000 });
    const outcomes = Array.from({ length: 18 }, () => sender.send(independent()));
    const dependent = sender.send(rebalance());
    await expect.poll(sent).toBe(16);
    expect(logged.filter(({ msg }) => msg === "sent").map(({ nonce }) => nonce)).toEqual([...Array(16).keys()]);
    await anvil().mine({ blocks: 1 });
    await expect.poll(sent).toBe(18);
    await anvil().mine({ blocks: 1 });
    const receipts = (await Promise.all(outcomes)).map((outcome) =>
      "receipt" in outcome ? outcome.receipt : undefined,
    );
    expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).toBe(2);
    await expect.poll(sent).toBe(19);
    await anvil().mine({ blocks: 1 });
    expect(await dependent).toMatchObject({ status: "confirmed" });
    expect(await getTransactionCount(chain.client, account)).toBe(19);
  });

  test("of independent ones no more are sent than the budget has left", async () => {
    const { sender } = await startSender("thrifty", { gasPerHour: 60_000n });
    const outcomes = Array.from({ length: 5 }, () => sender.send(independent()));
    await expect.poll(sent).toBe(1);
    await anvil().mine({ blocks: 1 });
    const statuses = (await Promise.all(outcomes)).map(({ status }) => status);
    expect(statuses).toEqual(["confirmed", ...Array(4).fill("skipped")]);
  });

  test("fees above the limit are not offered, and that is a health problem", async () => {
    const { sender } = await startSender("limit", { maxFee: parseGwei("10"), stuckAfter: 20 });
    const health = new Health();
    sender.addHealthChecks(health);
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    await anvil().setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("30") });
    await anvil().mine({ blocks: 1 });
    await expect.poll(messages).toContain("stuck: --max-fee allows no higher fee");
    await expect
      .poll(() => health.report().problems.map(({ problem }) => problem))
      .toContainEqual(expect.stringMatching(/^rebalance has waited for .*: gas costs more than --max-fee allows$/));
    expect(await sender.stop(50).then(() => outcome)).toMatchObject({ status: "pending" });
  });

  test("what a killed predecessor left behind is replaced, not repeated", async () => {
    const first = await startSender("killed");
    const left = first.sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    // Nobody looks after it any more.
    await first.sender.stop(0);
    expect(await left).toMatchObject({ status: "pending" });
    const second = await startSender("killed");
    const outcome = second.sender.send(rebalance());
    await expect.poll(() => messages().filter((message) => message === "sent").length).toBe(2);
    await anvil().mine({ blocks: 3 });
    expect(await outcome).toMatchObject({ status: "confirmed" });
    expect(await getTransactionCount(chain.client, first.account)).toBe(1);
  });

  /** A transaction of the same account that was sent from elsewhere. */
  async function sendElsewhere(account: PrivateKeyAccount, fee: string): Promise<Hex> {
    const fees = { maxFeePerGas: parseGwei(fee), maxPriorityFeePerGas: parseGwei(fee) };
    const type = "eip1559" as const;
    const raw = await account.signTransaction({
      type,
      chainId: foundry.id,
      nonce: 0,
      gas: 21_000n,
      to: account.address,
      ...fees,
    });
    return anvil().request({ method: "eth_sendRawTransaction", params: [raw] } as never) as Promise<Hex>;
  }

  test("a nonce that another transaction waits with is paid more for", async () => {
    const { sender, account } = await startSender("outbid");
    const other = await sendElsewhere(account, "4");
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    await anvil().mine({ blocks: 1 });
    const result = await outcome;
    expect(result).toMatchObject({ status: "confirmed" });
    expect("hash" in result && result.hash).not.toBe(other);
    expect(await getTransactionCount(chain.client, account)).toBe(1);
  });

  test("a nonce that another transaction has taken is an outcome, not an endless wait", async () => {
    const { sender, account } = await startSender("overtaken", { stuckAfter: 60_000 });
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    const other = await sendElsewhere(account, "40");
    await anvil().mine({ blocks: 1 });
    expect(await outcome).toMatchObject({ status: "replaced", nonce: 0, by: other });
    expect(messages()).toContain("another program uses this account: it has taken the nonce");
    expect(await getTransactionCount(chain.client, account)).toBe(1);
  });

  test("a transaction whose receipt is long in coming is not taken for dropped", async () => {
    const rpc = await FaultyRpc.start(chain.url);
    try {
      const { sender } = await startSender("late", { stuckAfter: 60_000 }, await connect(rpc.url));
      const outcome = sender.send(rebalance());
      await expect.poll(messages).toContain("sent");
      rpc.fault = "hides receipts";
      rpc.asked.length = 0;
      await anvil().mine({ blocks: 1 });
      // Far beyond the looks after which a stranger's transaction would be given up for.
      await expect
        .poll(() => rpc.asked.filter((method) => method === "eth_getTransactionReceipt").length)
        .toBeGreaterThan(60);
      rpc.fault = undefined;
      expect(await outcome).toMatchObject({ status: "confirmed" });
    } finally {
      await rpc.stop();
    }
  });

  test("stopping waits for what is under way and takes nothing new", async () => {
    const { sender } = await startSender("stopped");
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("sent");
    const stopped = sender.stop(10_000);
    const late = sender.send(rebalance());
    await anvil().mine({ blocks: 1 });
    await stopped;
    expect(await late).toEqual({ status: "skipped", reason: "stopping" });
    expect(await outcome).toMatchObject({ status: "confirmed" });
  });
});

describe("reorganisations", () => {
  test("a transaction that one drops is sent again and confirmed", async () => {
    const { sender, metrics } = await startSender("reorganised", { confirmations: 3 });
    const outcome = sender.send(rebalance());
    await expect.poll(messages).toContain("mined");
    expect((await metrics.pendingSince.get()).values[0]?.value).toBe(0);
    await chain.test.request({ method: "anvil_reorg", params: [1, []] } as never);
    await expect.poll(messages).toContain("a reorganisation has dropped it: sending it again");
    await chain.test.mine({ blocks: 3 });
    expect(await outcome).toMatchObject({ status: "confirmed" });
  });
});

describe("endpoints that fail", () => {
  test.each(["errors", "hangs", "internal error", "swallows"] as const)("one that %s is survived", async (fault) => {
    const faulty = await FaultyRpc.start(chain.url);
    try {
      const service = await connectWithin(fault === "hangs" ? 5_000 : 60_000, faulty.url, chain.url);
      const { sender } = await startSender(`behind ${fault}`, {}, service);
      faulty.fault = fault;
      expect(await sender.send(rebalance())).toMatchObject({ status: "confirmed" });
    } finally {
      await faulty.stop();
    }
  });
});
