import type { Hex } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { getTaskType } from "../../sdk/index.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { connectChain, type ServiceClient } from "../runtime/client.ts";
import { createLogger } from "../runtime/logger.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { PoolReader } from "./poolReader.ts";

/** Takes all gas that it gets, at once: INVALID. */
const BURNS = "0xfe";

let chain: TestChain;
let rpc: FaultyRpc;
let client: ServiceClient;
let taskTypes: Hex[];
let snapshot: Hex;

beforeAll(async () => {
  chain = await startTestChain();
  rpc = await FaultyRpc.start(chain.url);
  rpc.fault = "caps gas";
  taskTypes = [];
  for (const name of ["first", "second", "third", "fourth"]) taskTypes.push(await chain.registerTaskType(name));
  const network = { name: "local", chain: chain.client.chain, rpcVariable: "LOCAL_RPC_URL", isPublic: false } as const;
  const log = createLogger({ service: "test", level: "error", write: () => {} });
  const metrics = createMetrics("test");
  const connected = await connectChain({ network: { ...network, rpcUrls: [rpc.url] }, log, metrics, timeout: 10_000 });
  client = connected.client;
  snapshot = await chain.test.snapshot();
});

beforeEach(async () => {
  await chain.test.revert({ id: snapshot });
  snapshot = await chain.test.snapshot();
  rpc.asked.length = 0;
  return () => vi.useRealTimers();
});

afterAll(async () => {
  await rpc?.stop();
  await chain?.stop();
});

const statuses = async (reader: PoolReader) => {
  const read = await reader.read(taskTypes);
  return taskTypes.map((id) => read.get(id)?.status);
};
const GOOD = "fulfilled";

test("four pools take no more requests than one", async () => {
  const reader = new PoolReader({ client, deployment: chain.deployment });
  const [first] = taskTypes as [Hex];
  await reader.read([first]);
  const ofOne = rpc.asked.length;
  rpc.asked.length = 0;
  expect(await statuses(reader)).toEqual([GOOD, GOOD, GOOD, GOOD]);
  // Without Multicall3 on the chain a request holds less.
  expect(rpc.asked.length).toBeLessThan(4 * ofOne);
});

test("one that burns the gas of all is read by itself from then on, and the others together again", async () => {
  const [, second] = taskTypes as [Hex, Hex];
  const { distributionPool } = await getTaskType(chain.client, { deployment: chain.deployment, taskTypeId: second });
  await chain.test.setCode({ address: distributionPool, bytecode: BURNS });
  const reader = new PoolReader({ client, deployment: chain.deployment });
  expect(await statuses(reader)).toEqual([GOOD, "rejected", GOOD, GOOD]);
  const withSearch = rpc.asked.length;
  rpc.asked.length = 0;
  expect(await statuses(reader)).toEqual([GOOD, "rejected", GOOD, GOOD]);
  expect(rpc.asked.length).toBeLessThan(withSearch);
});

test("an endpoint that is gone is not asked in halves", async () => {
  const reader = new PoolReader({ client, deployment: chain.deployment });
  rpc.fault = "errors";
  expect(await statuses(reader)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
  expect(rpc.asked.length).toBeLessThanOrEqual(4);
  rpc.fault = "caps gas";
  expect(await statuses(reader)).toEqual([GOOD, GOOD, GOOD, GOOD]);
  // Together again, after a while.
  rpc.asked.length = 0;
  await statuses(reader);
  const apart = rpc.asked.length;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 601_000 });
  rpc.asked.length = 0;
  await statuses(reader);
  expect(rpc.asked.length).toBeLessThan(apart);
});
