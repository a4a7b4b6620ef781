import { createClient, type Hex, http, parseEther } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { foundry } from "../core/chains.ts";
import { addSink, signalFor } from "../localchain/participants.ts";
import { beyondTransaction, counted } from "../testkit/counted.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../testkit/testChain.ts";
import {
  closeStream,
  getPool,
  getSink,
  getSource,
  getTaskType,
  openStream,
  quoteStream,
  TaskTypeNotFoundError,
  type WriteClient,
} from "./index.ts";

let chain: TestChain;
let source: WriteClient;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let who: { sink: Hex; source: Hex };
let asked: string[];

beforeAll(async () => {
  chain = await startTestChain();
  const taskTypeId = await chain.registerTaskType("work");
  task = { deployment: chain.deployment, taskTypeId };
  const sink = await addSink(chain, taskTypeId, "sink", 100n);
  await signalFor(chain, taskTypeId, sink, 100n, 5);
  const { account } = await chain.actor("source");
  await chain.giveTokens(account.address, parseEther("10000"));
  const counting = counted(http(chain.url));
  asked = counting.asked;
  source = createClient({ account, chain: foundry, transport: counting.transport, pollingInterval: 20 });
  who = { sink: sink.account.address, source: account.address };
});

beforeEach(() => {
  asked.length = 0;
});

afterAll(() => chain.stop());

test("a read is at most three requests", async () => {
  const requestsOf = async (read: () => Promise<unknown>): Promise<number> => {
    asked.length = 0;
    await read();
    expect(new Set(asked)).toEqual(new Set(["eth_call"]));
    return asked.length;
  };
  expect(await requestsOf(() => getTaskType(source, task))).toBe(1);
  expect(await requestsOf(() => getPool(source, task))).toBe(2);
  expect(await requestsOf(() => getSource(source, { ...task, source: who.source }))).toBe(2);
  expect(await requestsOf(() => getSink(source, { ...task, sink: who.sink }))).toBe(2);
  expect(await requestsOf(() => quoteStream(source, { ...task, source: who.source, flowRate: UNIT_RATE }))).toBe(2);
  // What several ask for at once is read together.
  const sinks = Array.from({ length: 10 }, () => getSink(source, { ...task, sink: who.sink }));
  expect(await requestsOf(() => Promise.all(sinks))).toBeLessThanOrEqual(10);
});

test("opening and closing a stream take at most eight beyond the transaction", async () => {
  await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  expect(asked.filter((method) => method === "eth_sendRawTransaction")).toHaveLength(1);
  expect(beyondTransaction(asked), asked.join(" ")).toBeLessThanOrEqual(8);
  asked.length = 0;
  await closeStream(source, task);
  expect(beyondTransaction(asked), asked.join(" ")).toBeLessThanOrEqual(8);
});

test("a task type that is not there is told as that, whatever else was read with it", async () => {
  const missing = { ...task, taskTypeId: `0x${"1".repeat(64)}` as const };
  for (const reading of [getPool(source, missing), getSink(source, { ...missing, sink: who.sink })]) {
    await expect(reading).rejects.toThrow(TaskTypeNotFoundError);
  }
});

test("a client that batches in its own way goes on to do so", async () => {
  const { transport, asked: own } = counted(http(chain.url));
  const client = createClient({
    ...{ chain: foundry, transport },
    batch: { multicall: { deployless: true, batchSize: 100 } },
  });
  await getTaskType(client, task);
  expect(own.length).toBeGreaterThan(1);
});

test("a task type whose contracts burn all gas spoils no other that is read at the same time", async () => {
  const hostile = await chain.registerTaskType("hostile");
  const { distributionPool } = await getTaskType(source, { ...task, taskTypeId: hostile });
  // It takes all gas that it is given.
  await chain.test.setCode({ address: distributionPool, bytecode: "0xfe" });
  const [spoilt, honest] = await Promise.allSettled([
    getPool(source, { ...task, taskTypeId: hostile }),
    getPool(source, task),
  ]);
  expect([spoilt.status, honest.status]).toEqual(["rejected", "fulfilled"]);
});
