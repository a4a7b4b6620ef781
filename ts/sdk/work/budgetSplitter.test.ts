import { type Address, type Hex, parseEther } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  getSource,
  getTaskType,
  InsufficientFundsError,
  InvalidParameterError,
  signAttestation,
  submitAttestations,
  type WriteClient,
} from "../index.ts";
import { send } from "../internal/call.ts";
import { BudgetSplitter, type SplitReport } from "./budgetSplitter.ts";
import { CreditFeed } from "./creditFeed.ts";
import { Dispatcher } from "./dispatcher.ts";
import { SinksBusyError, WaitForCreditError } from "./errors.ts";
import { startSplitLoop } from "./startSplitLoop.ts";
import { workIn } from "./workHistory.ts";

const [HORIZON, TASK, CAPACITY] = [360, parseEther("0.02"), 50n];
/** Nine tenths of what is left when one of the two pools is gone. */
const BUDGET = 90n * UNIT_RATE;

let chain: TestChain;
let snapshot: Hex;

beforeAll(async () => {
  chain = await startTestChain();
  snapshot = await chain.test.snapshot();
});

afterEach(async () => {
  await chain.test.revert({ id: snapshot });
  snapshot = await chain.test.snapshot();
});

afterAll(() => chain.stop());

type Market = Awaited<ReturnType<typeof startMarket>>;

/** Two sinks of 50 units, and a source that has tasks for whoever is owed for. */
async function startMarket(name: string, source: WriteClient) {
  const { deployment } = chain;
  const taskTypeId = await chain.registerTaskType(name, { acknowledgementGrace: 60 });
  const sinks = [
    await addSink(chain, taskTypeId, `${name} one`, CAPACITY),
    await addSink(chain, taskTypeId, `${name} two`, CAPACITY),
  ];
  const addresses = sinks.map(({ account }) => account.address);
  const dispatcher = new Dispatcher({ oneTask: TASK, horizon: HORIZON, targetLatency: 60 });
  const feed = new CreditFeed(source, {
    ...{ deployment, taskType: await getTaskType(source, { deployment, taskTypeId }) },
    sources: async () => [{ source: source.account.address, since: 0n }],
    sinks: async () => addresses,
    onCredit: (_: Address, sink: Address, credit: bigint, now: number) => dispatcher.paid(sink, credit, now),
  });
  return { name, taskTypeId, sinks, addresses, dispatcher, feed, answers: true, signals: true };
}

/** All tasks that sinks owe are asked for, and answered or not. */
async function work({ dispatcher, feed, answers }: Market): Promise<void> {
  await feed.refresh();
  for (;;) {
    try {
      const { id } = dispatcher.next({ value: TASK, now: feed.now() });
      if (answers) dispatcher.accepted({ id, now: feed.now(), value: TASK });
      else dispatcher.failed({ id, now: feed.now() });
    } catch (error) {
      if (error instanceof WaitForCreditError || error instanceof SinksBusyError) return;
      throw error;
    }
  }
}

/** An epoch in few blocks: the test chain has the state of the latest sixteen only. A keeper visits each pool. */
async function nextEpoch(markets: readonly Market[]): Promise<void> {
  const { deployment } = chain;
  const carrier = await chain.actor("carrier");
  for (let part = 0; part < 4; part++) await chain.pass(EPOCH / 4);
  for (const { taskTypeId, sinks, addresses, signals } of markets) {
    const signed = sinks.map((sink) =>
      signAttestation(sink, { deployment, taskTypeId, capacity: CAPACITY, backlog: 0n }),
    );
    const attestations = await Promise.all(signed);
    if (signals) await submitAttestations(carrier, { deployment, taskTypeId, attestations });
    else await send(carrier, contractsOf(deployment).capacityRegistry.rebalance(taskTypeId, addresses));
  }
}

async function start(budget = BUDGET) {
  const source = await addSource(chain, "source");
  const markets = [await startMarket("left", source), await startMarket("right", source)];
  for (let epoch = 0; epoch < 8; epoch++) await nextEpoch(markets);
  for (const market of markets) await work(market);
  const parameters = {
    ...{ deployment: chain.deployment, taskTypeIds: markets.map(({ taskTypeId }) => taskTypeId), budget: () => budget },
    workOf: (taskTypeId: Hex) => {
      const market = markets.find((market) => market.taskTypeId === taskTypeId) as Market;
      return workIn(market.dispatcher.standings());
    },
  };
  const [left, right] = markets as [Market, Market];
  return { source, markets, left, right, parameters, splitter: new BudgetSplitter(source, parameters) };
}

/** Some epochs, with a visit at the end of every tenth. */
async function run({ markets, splitter, left }: Awaited<ReturnType<typeof start>>, epochs: number) {
  const reports: SplitReport[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await nextEpoch(markets);
    for (const market of markets) await work(market);
    splitter.observe(left.feed.now());
    if (epoch % 10 === 0) reports.push(await splitter.apply());
  }
  return reports;
}

const answered = ({ dispatcher }: Market): bigint => workIn(dispatcher.standings()).answered;
const ratesOf = ({ pools }: SplitReport): bigint[] => pools.map(({ flowRate }) => flowRate);

test("a pool that falls silent and signals on loses the money, and the other one delivers it", {
  timeout: 240_000,
}, async () => {
  const economy = await start();
  const { source, left, right, splitter } = economy;
  const first = await splitter.apply();
  expect(first).toMatchObject({ reason: "started", budget: BUDGET });
  expect(BUDGET - first.flowRate).toBeLessThan(BUDGET / 1000n);
  const [toLeft, toRight] = ratesOf(first) as [bigint, bigint];
  expect(Number(toLeft) / Number(toRight)).toBeCloseTo(1, 1);

  const [calm] = await run(economy, 10);
  expect(calm?.hash).toBeUndefined();
  expect(answered(right)).toBeGreaterThan(0n);

  right.answers = false;
  const atDeath = answered(left) + answered(right);
  const afterDeath = await run(economy, 20);
  const last = afterDeath.at(-1) as SplitReport;
  expect(afterDeath.filter(({ hash }) => hash !== undefined).length).toBeLessThanOrEqual(2);
  expect(afterDeath.map(({ reason }) => reason)).toContain("left");
  expect(ratesOf(last)[1]).toBe(0n);
  expect(BUDGET - (ratesOf(last)[0] as bigint)).toBeLessThan(BUDGET / 1000n);
  expect(last.pools[1]?.barredUntil).toBeGreaterThan(last.timestamp);

  // Half of it was work until the visit that left, ten minutes after; an even split would have gone on so.
  const meanwhile = Number(answered(left) + answered(right) - atDeath) / Number(BUDGET * 1200n);
  expect(meanwhile).toBeGreaterThan(0.6);

  // All of the budget is work again.
  const before = answered(left);
  await run(economy, 10);
  const delivered = Number(answered(left) - before) / Number(BUDGET * 600n);
  expect(delivered).toBeGreaterThan(0.97);

  // Every wei that left the account is in the report: spent, in an escrow, or on its way back.
  const report = await splitter.close();
  expect(report.flowRate).toBe(0n);
  for (const { taskTypeId, spent, owned, payable, streamDeposit } of report.pools) {
    const state = await getSource(source, { deployment: chain.deployment, taskTypeId, source: source.account.address });
    expect(spent + owned + payable + state.returns.returned).toBe(state.streamed);
    expect(streamDeposit).toBe(0n);
  }
  expect(await getSource(source, { ...task(left), source: source.account.address })).toMatchObject({ flowRate: 0n });
});

const task = ({ taskTypeId }: Market) => ({ deployment: chain.deployment, taskTypeId });

test("a pool whose sinks are gone is left as soon as the chain shows it", { timeout: 240_000 }, async () => {
  const economy = await start();
  const { right, splitter } = economy;
  await splitter.apply();
  await run(economy, 10);
  [right.answers, right.signals] = [false, false];
  const reports = await run(economy, 20);
  const last = reports.at(-1) as SplitReport;
  expect(reports.map(({ reason }) => reason)).toContain("left");
  expect(ratesOf(last)[1]).toBe(0n);
  expect(BUDGET - (ratesOf(last)[0] as bigint)).toBeLessThan(BUDGET / 1000n);

  // What waited in its escrow is fetched a horizon later.
  const [fetched] = await run(economy, 10);
  expect(fetched?.pools[1]).toMatchObject({ flowRate: 0n, owned: 0n, payable: 0n });
});

describe("what it spends", () => {
  test("more than the account can pay for is refused, and nothing was changed", async () => {
    const { splitter, left, source } = await start(parseEther("1"));
    const refused = expect(splitter.apply()).rejects.toThrow(InsufficientFundsError);
    await refused;
    expect(await getSource(source, { ...task(left), source: source.account.address })).toMatchObject({ flowRate: 0n });
  });

  test("a small change of the budget waits, a lower one does not", async () => {
    const { parameters, splitter, source } = await start();
    await splitter.apply();
    const again = (budget: bigint) =>
      new BudgetSplitter(source, { ...parameters, budget: () => budget, state: splitter.toJSON() }).apply();
    expect((await again((BUDGET * 110n) / 100n)).hash).toBeUndefined();
    const lower = await again((BUDGET * 95n) / 100n);
    expect(lower.hash).toBeDefined();
    expect(lower.flowRate).toBeLessThanOrEqual((BUDGET * 95n) / 100n);
    expect((await again((BUDGET * 130n) / 100n)).flowRate).toBeGreaterThan((BUDGET * 129n) / 100n);
  });

  test("no task type, or one twice, is refused", () => {
    const split = (taskTypeIds: Hex[]) => () =>
      new BudgetSplitter({} as WriteClient, { deployment: chain.deployment, taskTypeIds, budget: () => 1n });
    expect(split([])).toThrow(InvalidParameterError);
    expect(split(["0x01", "0x01"])).toThrow(/different task types/);
  });
});

describe("the loop", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("observes every minute, visits every ten, and goes on after a failure", async () => {
    let [observed, visited] = [0, 0];
    const failures: unknown[] = [];
    const splitter = {
      observe: () => {
        observed += 1;
      },
      apply: async () => {
        visited += 1;
        if (visited === 2) throw new Error("no connection");
        return {} as SplitReport;
      },
    };
    const now = () => Date.now() / 1000;
    const loop = startSplitLoop({ splitter, now, phase: 0.5, onError: (error) => failures.push(error) });
    await vi.advanceTimersByTimeAsync(3600_000);
    expect([observed, visited, failures.length]).toEqual([61, 6, 1]);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(3600_000);
    expect(observed).toBe(61);
  });
});
