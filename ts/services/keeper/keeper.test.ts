import { type Hex, parseEther, parseGwei } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { contractsOf, gdaAt } from "../../sdk/calls/contracts.ts";
import { throughHost } from "../../sdk/calls/superfluid.ts";
import {
  changeStream,
  closeStream,
  deposit,
  deregisterSink,
  getPool,
  getSink,
  getSource,
  openStream,
  requestReturn,
  requestUnstake,
  signReceipt,
  submitReceipts,
  type WriteClient,
  withdraw,
} from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { Keepers, type LogLine } from "./testKeepers.ts";

const SOON = { timeout: 50_000, interval: 20 };

let chain: TestChain;
let keepers: Keepers;
let taskTypeId: Hex;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let alive: WriteClient;
let dying: WriteClient;
let source: WriteClient;

beforeAll(async () => {
  chain = await startTestChain();
  keepers = new Keepers(chain);
  taskTypeId = await chain.registerTaskType("keep", { bufferMax: parseEther("1") });
  task = { deployment: chain.deployment, taskTypeId };
  alive = await addSink(chain, taskTypeId, "alive", 200n);
  dying = await addSink(chain, taskTypeId, "dying", 200n);
  source = await addSource(chain, "source", parseEther("100000"));
  for (let epoch = 0; epoch < 6; epoch++) {
    await signalFor(chain, taskTypeId, alive, 100n, 1);
    await signalFor(chain, taskTypeId, dying, 100n, 1);
  }
});

eachAnew(() => chain);

afterAll(async () => {
  await keepers?.stop();
  await chain?.stop();
});

const pool = () => getPool(chain.client, task);
const sinkOf = ({ account }: WriteClient) => getSink(chain.client, { ...task, sink: account.address });
const sourceOf = ({ account }: WriteClient) => getSource(chain.client, { ...task, source: account.address });
const confirmed = (lines: readonly LogLine[]) =>
  lines.filter(({ msg }) => msg === "confirmed").map((line) => line.action);

/** As a wallet would that knows nothing of the protocol: no synchronisation, no rebalance. */
async function streamAlone(client: WriteClient, flowRate: bigint): Promise<void> {
  const { superToken, distributionPool } = (await pool()).taskType;
  const { gdaV1 } = chain.superfluid;
  const change = gdaAt(gdaV1).distributeFlow(superToken, client.account.address, distributionPool, flowRate, "0x");
  await send(client, throughHost(chain.deployment.host, change));
}

test("with nothing to do nothing is sent", async () => {
  const lines = await keepers.once();
  expect(lines.filter(({ msg }) => msg === "sent")).toEqual([]);
});

test("a stream that nobody told of is counted, and the escrow follows once it is confirmed", async () => {
  await streamAlone(source, 1000n * UNIT_RATE);
  await chain.pass(13);
  expect(confirmed(await keepers.once())).toEqual(expect.arrayContaining(["rebalance", "syncSource"]));
  await chain.pass(13);
  await keepers.once();
  const { price, units } = await pool();
  expect(units.escrow).toBeGreaterThan(700n);
  expect(price).toBeLessThanOrEqual(UNIT_RATE);
  expect((await sourceOf(source)).streamed).toBeGreaterThan(0n);
});

test("a dead sink is defunded, the living one is not", async () => {
  await openStream(source, { ...task, flowRate: 100n * UNIT_RATE });
  const before = await sinkOf(dying);
  expect(before.units).toBeGreaterThan(70n);
  for (let epoch = 0; epoch < 30; epoch++) {
    await signalFor(chain, taskTypeId, alive, 100n, 1);
    await keepers.once();
  }
  const after = await sinkOf(dying);
  expect(after.units).toBe(0n);
  expect(after.flowRate).toBe(0n);
  expect((await sinkOf(alive)).units).toBeGreaterThan(90n);
});

test("a deposit is drained to the sinks", async () => {
  await deposit(source, { ...task, amount: parseEther("5") });
  await chain.pass(EPOCH);
  const before = await pool();
  expect(before.escrow.drainable).toBeGreaterThan(0n);
  expect(confirmed(await keepers.once())).toContain("drain");
  const after = await pool();
  expect(after.escrow.deposits).toBeLessThan(before.escrow.deposits);
  expect(after.paid).toBeGreaterThan(before.paid);
});

/** Lets keepers confirm the streams, and leave everything else. */
async function settleEscrow(): Promise<void> {
  for (let look = 0; look < 3; look++) {
    await chain.pass(30);
    await keepers.once(["--min-amount", "1000"]);
  }
}

test("what is too much is returned to the source, in the same transaction", async () => {
  await openStream(source, { ...task, flowRate: 2000n * UNIT_RATE });
  await settleEscrow();
  await chain.pass(300);
  const before = await pool();
  expect(before.escrow.overflow).toBeGreaterThan(parseEther("20"));
  expect(before.escrow.releasable).toBeGreaterThan(parseEther("19"));
  expect(confirmed(await keepers.once())).toContain("release");
  const after = await pool();
  const { returns } = await sourceOf(source);
  expect(returns.returned).toBeGreaterThan(parseEther("19"));
  expect(after.escrow.overflow).toBeLessThan(parseEther("2"));
});

describe("a buffer that stays full", () => {
  const releasesIn = (lines: readonly LogLine[]): LogLine[] =>
    lines.filter(({ msg, action }) => msg === "confirmed" && action === "release");

  test("is released once an epoch, and a day's budget lasts for that", async () => {
    await openStream(source, { ...task, flowRate: 2000n * UNIT_RATE });
    await settleEscrow();
    await chain.pass(300);
    const begin = (await pool()).timestamp;
    const releases: LogLine[] = [];
    while ((await pool()).timestamp < begin + 4 * EPOCH) {
      releases.push(...releasesIn(await keepers.once()));
      await chain.pass(12);
    }
    expect(releases.length).toBeGreaterThanOrEqual(3);
    const blocks = releases.map(({ blockNumber }) => chain.test.getBlock({ blockNumber: BigInt(String(blockNumber)) }));
    const epochs = (await Promise.all(blocks)).map(({ timestamp }) => Number(timestamp) / EPOCH).map(Math.floor);
    expect(new Set(epochs).size).toBe(epochs.length);

    // The default of --ether-per-day, at 0.1 gwei.
    const gas = BigInt(String(releases.at(-1)?.gasUsed));
    expect(parseGwei("0.1") * gas * BigInt(86_400 / EPOCH)).toBeLessThan(parseEther("0.1"));
  });

  test("is released no more often if somebody lets a stream rise and fall", async () => {
    const epoch = 900;
    const own = await chain.registerTaskType("hours", {
      ...{ epochLength: epoch, reportDelay: 600, horizon: 5 * epoch, acknowledgementGrace: epoch },
      ...{ signalTimeToLive: 3 * epoch, receiptEpochs: 3, bufferMax: parseEther("1") },
    });
    const ownTask = { ...task, taskTypeId: own };
    const startOfEpoch = async (): Promise<void> => {
      const next = Math.floor((await getPool(chain.client, ownTask)).timestamp / epoch) + 1;
      await chain.test.setNextBlockTimestamp({ timestamp: BigInt(next * epoch) });
      await chain.test.mine({ blocks: 1 });
    };
    await openStream(source, { ...ownTask, flowRate: 600n * UNIT_RATE });
    await chain.pass(2 * epoch);
    await startOfEpoch();
    const keeper = await keepers.start(["--look-interval", "0.05", "--task-type", own]);
    await expect.poll(() => releasesIn(keeper.lines).length, SOON).toBe(1);

    await chain.pass(30);
    await changeStream(source, { ...ownTask, flowRate: UNIT_RATE });
    expect((await getPool(chain.client, ownTask)).escrow.releasable).toBeGreaterThan(parseEther("1"));
    const seen = keeper.lines.length;
    const looks = (): number => keeper.lines.slice(seen).filter(({ msg }) => msg === "looked").length;
    await expect.poll(looks, SOON).toBeGreaterThan(2);
    expect(releasesIn(keeper.lines)).toHaveLength(1);

    await startOfEpoch();
    await expect.poll(() => releasesIn(keeper.lines).length, SOON).toBe(2);
    expect(await keeper.stop()).toMatchObject({ code: 0, error: "" });
  });
});

/** The source acknowledges everything that a sink has been paid. */
async function acknowledge(sink: WriteClient): Promise<void> {
  const { paid } = await sinkOf(sink);
  const receipt = { taskTypeId, source: source.account.address, sink: sink.account.address, completed: paid };
  const [sourceSignature, sinkSignature] = await Promise.all([
    signReceipt(source, { ...task, receipt }),
    signReceipt(sink, { ...task, receipt }),
  ]);
  await submitReceipts(sink, { ...task, receipts: [{ ...receipt, sourceSignature, sinkSignature }] });
}

/** An epoch in which both sinks say what they can do, the source acknowledges the living one's work, and a keeper looks. */
async function keepEpoch(actions: Set<string | undefined>): Promise<void> {
  await signalFor(chain, taskTypeId, alive, 100n, 1);
  await signalFor(chain, taskTypeId, dying, 100n, 1);
  await acknowledge(alive);
  for (const action of confirmed(await keepers.once())) actions.add(action);
}

test("who is paid and delivers nothing is settled, assessed and slashed; who delivers is not", async () => {
  await openStream(source, { ...task, flowRate: 150n * UNIT_RATE });
  const [{ stake: before }, { stake: honest }] = await Promise.all([sinkOf(dying), sinkOf(alive)]);
  const actions = new Set<string | undefined>();
  for (let epoch = 0; epoch < 60 && (await sinkOf(dying)).stake === before; epoch++) await keepEpoch(actions);
  expect(actions).toContain("settle");
  expect(actions).toContain("assess");
  expect((await sinkOf(dying)).stake).toBeLessThan(before);
  expect((await sinkOf(alive)).stake).toBe(honest);
});

describe("a sink that owes", () => {
  beforeEach(async () => {
    await openStream(source, { ...task, flowRate: 150n * UNIT_RATE });
    for (let epoch = 0; epoch < 40 && (await sinkOf(dying)).verifiedBacklog < 3600n; epoch++) {
      await keepEpoch(new Set());
    }
    expect((await sinkOf(dying)).verifiedBacklog).toBeGreaterThanOrEqual(3600n);
  });

  test("is settled once its work has been acknowledged, so that its pay returns", async () => {
    const before = await sinkOf(dying);
    await chain.pass(EPOCH);
    await acknowledge(dying);
    expect(confirmed(await keepers.once())).toContain("settle");
    const after = await sinkOf(dying);
    expect(after.verifiedBacklog).toBeLessThan(before.verifiedBacklog);
    expect(after.units).toBeGreaterThan(before.units);
  });

  test("is judged after it has left, until its bond is out", async () => {
    const { ledger } = await sinkOf(dying);
    await deregisterSink(dying, task);
    await chain.test.mine({ blocks: 64 });
    await chain.pass(5 * EPOCH);
    await acknowledge(alive);
    expect(confirmed(await keepers.once())).toContain("assess");
    expect((await sinkOf(dying)).ledger.openedAt).toBeGreaterThan(ledger.openedAt);
    const { stake } = await sinkOf(dying);
    const { unbondedAt } = await requestUnstake(dying, { ...task, amount: stake });
    await chain.test.setNextBlockTimestamp({ timestamp: BigInt(unbondedAt) });
    await chain.test.mine({ blocks: 1 });
    await withdraw(dying, task);
    expect(confirmed(await keepers.once())).not.toContain("assess");
  });
});

test("a sink that signals seldom is settled before it fades", async () => {
  const { signal } = await sinkOf(alive);
  await chain.test.setNextBlockTimestamp({ timestamp: BigInt((signal.settledEpoch + 5) * EPOCH) });
  await chain.test.mine({ blocks: 1 });
  const last = Math.floor((await sinkOf(alive)).timestamp / EPOCH);
  expect(confirmed(await keepers.once())).toContain("settle");
  expect((await sinkOf(alive)).signal.settledEpoch).toBe(last);
});

describe("a source", () => {
  let own: typeof task;
  const stateOf = ({ account }: WriteClient) => getSource(chain.client, { ...own, source: account.address });

  /** In a pool without sinks all that it streams waits in the escrow. */
  beforeEach(async () => {
    own = { ...task, taskTypeId: await chain.registerTaskType("empty") };
  });

  test("is paid what it has in the escrow one horizon after its stream ended, once", async () => {
    await openStream(source, { ...own, flowRate: 600n * UNIT_RATE });
    await chain.pass(100);
    expect(confirmed(await keepers.once())).toContain("syncSource");
    await closeStream(source, own);
    await chain.pass(359);
    expect(confirmed(await keepers.once())).not.toContain("syncSource");
    await chain.pass(1);
    const { payable } = (await stateOf(source)).returns;
    expect(payable).toBeGreaterThan(parseEther("5"));
    expect(confirmed(await keepers.once())).toContain("syncSource");
    expect((await stateOf(source)).returns).toEqual({ owned: 0n, payable: 0n, returned: payable });
    await chain.pass(EPOCH);
    expect(confirmed(await keepers.once())).not.toContain("syncSource");
  });

  test("is paid what it asked for one horizon later", async () => {
    await openStream(source, { ...own, flowRate: 600n * UNIT_RATE });
    await chain.pass(100);
    await requestReturn(source, own);
    await chain.pass(360);
    expect(confirmed(await keepers.once())).toContain("syncSource");
    expect((await stateOf(source)).returns.returned).toBeGreaterThan(parseEther("5"));
  });

  test("is synchronised once an epoch, and more often before it can be liquidated", async () => {
    const poor = await addSource(chain, "poor", parseEther("1200"));
    await openStream(poor, { ...own, flowRate: 600n * UNIT_RATE });
    const startOf = async (epochs: number): Promise<void> => {
      const epoch = Math.floor((await stateOf(poor)).timestamp / EPOCH) + epochs;
      await chain.test.setNextBlockTimestamp({ timestamp: BigInt(epoch * EPOCH) });
      await chain.test.mine({ blocks: 1 });
    };
    await startOf(1);
    expect(confirmed(await keepers.once())).toContain("syncSource");
    await chain.pass(20);
    expect(confirmed(await keepers.once())).not.toContain("syncSource");

    await startOf(Math.floor(((await stateOf(poor)).runway ?? 0) / EPOCH));
    expect(confirmed(await keepers.once())).toContain("syncSource");
    const { runway = 0, returns } = await stateOf(poor);
    await chain.pass(Math.min(runway - 1, 50));
    expect((await stateOf(poor)).runway).toBeLessThan(60);
    expect(confirmed(await keepers.once())).toContain("syncSource");
    expect((await stateOf(poor)).returns.owned).toBeGreaterThan(returns.owned);
  });
});

test("pressure is carried upstream, link by link", async () => {
  const downstream = await chain.registerTaskType("narrow");
  const narrow = await addSink(chain, downstream, "narrow", 60n);
  await signalFor(chain, downstream, narrow, 60n, 6);
  await send(
    await chain.actor("creator"),
    contractsOf(chain.deployment).pipeline.setDownstream(taskTypeId, downstream, parseEther("1")),
  );
  await signalFor(chain, taskTypeId, alive, 100n, 3);
  await signalFor(chain, downstream, narrow, 20n, 3);
  const before = await pool();
  expect(before.limit).toBeLessThan(before.intake);
  expect(confirmed(await keepers.once())).toContain("propagate");
  const after = await pool();
  expect(after.intake).toBe(after.limit);
});

test("events are found however few blocks an endpoint allows at once", async () => {
  const faulty = await FaultyRpc.start(chain.url);
  faulty.fault = "limits ranges";
  await deposit(source, { ...task, amount: parseEther("5") });
  await chain.pass(EPOCH);
  await chain.test.mine({ blocks: 150 });
  try {
    expect(confirmed(await keepers.once(["--blocks-per-query", "25"], { rpc: faulty.url }))).toContain("drain");
    const ranges = faulty.asked.filter((method) => method === "eth_getLogs");
    expect(ranges.length).toBeGreaterThan(20);
  } finally {
    await faulty.stop();
  }
});

test("task types that are not named, or paid in other tokens, are left alone", async () => {
  await streamAlone(source, 1000n * UNIT_RATE);
  await chain.pass(13);
  expect(confirmed(await keepers.once(["--task-type", `0x${"1".repeat(64)}`]))).toEqual([]);
  expect(confirmed(await keepers.once(["--token", source.account.address]))).toEqual([]);
  expect(confirmed(await keepers.once(["--token", chain.superToken, "--task-type", taskTypeId]))).not.toEqual([]);
});

test("a dry run says what it would send, without a key, and sends nothing", async () => {
  await streamAlone(source, 1000n * UNIT_RATE);
  await chain.pass(13);
  const block = await chain.test.getBlockNumber();
  const lines = await keepers.once(["--dry-run"]);
  expect(lines.filter(({ msg }) => msg === "dry run: would send").map(({ action }) => action)).toContain("rebalance");
  expect(await chain.test.getBlockNumber()).toBe(block);
});

test("amounts below the minimum are left", async () => {
  await deposit(source, { ...task, amount: parseEther("5") });
  await chain.pass(EPOCH);
  expect(confirmed(await keepers.once(["--min-amount", "100"]))).toEqual([]);
});
