import { numberToHex } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { Endpoints } from "../runtime/endpoints.ts";
import { createLogger } from "../runtime/logger.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { Directory } from "./directory.ts";
import { Scanner } from "./scanner.ts";

let chain: TestChain;
let rpc: FaultyRpc;
let logged: string[];

beforeAll(async () => {
  chain = await startTestChain();
});
afterAll(() => chain?.stop());
beforeEach(async () => {
  logged = [];
  rpc = await FaultyRpc.start(chain.url);
  return () => rpc.stop();
});

const log = createLogger({ service: "test", level: "debug", write: (line) => logged.push(JSON.parse(line).msg) });

/** A scanner behind the endpoint that may be faulty. */
async function scannerOf(blocksPerQuery = 10_000n) {
  const network = { name: "local" as const, chain: foundry, rpcUrls: [rpc.url], rpcVariable: "LOCAL_RPC_URL" };
  const metrics = createMetrics("test");
  const endpoints = new Endpoints({ network: { ...network, isPublic: false }, log, metrics, timeout: 5_000 });
  const directory = new Directory();
  const scanner = new Scanner({
    ...{ endpoints, deployment: chain.deployment, gda: await getGda(chain.client, chain.deployment), directory, log },
    ...{ firstBlock: 1n, blocksPerQuery, interrupted: new AbortController().signal, onProgress: () => {} },
  });
  /** Looks as the keeper does: up to the head that is claimed now. */
  const scan = async (): Promise<void> => {
    const head = await endpoints.refresh();
    await scanner.scan(head?.number ?? 0n);
  };
  const names = (): number => directory.taskTypes.size;
  return { directory, endpoints, names, scan, scanner };
}

test("an endpoint that claims blocks that nobody has makes no scanner deaf", async () => {
  const { names, scan, scanner } = await scannerOf();
  await scan();
  const before = names();
  rpc.fault = "ahead";
  await scan();
  await chain.registerTaskType("while it lies");
  await scan();
  expect(scanner.waits?.for).toBe((await chain.test.getBlockNumber({ cacheTime: 0 })) + 1000n);
  rpc.fault = undefined;
  await scan();
  expect(names()).toBe(before + 1);
  expect(scanner.waits).toBeUndefined();
  expect(scanner.read).toBe(await chain.test.getBlockNumber({ cacheTime: 0 }));
});

test("what a chain replaces is read again, at once when the head falls behind", async () => {
  const { directory, names, scan, scanner } = await scannerOf();
  await scan();
  const [before, read] = [names(), scanner.read];
  const snapshot = await chain.test.snapshot();
  await chain.registerTaskType("undone");
  await chain.test.mine({ blocks: 3 });
  await scan();
  expect(names()).toBe(before + 1);
  await chain.test.revert({ id: snapshot });
  await scan();
  expect(scanner.read).toBe(read);
  const id = await chain.registerTaskType("instead of it");
  await scan();
  expect(directory.taskTypes.has(id)).toBe(true);
});

test("a chain that was replaced and is longer is noticed within 64 blocks", async () => {
  const { directory, scan } = await scannerOf();
  await scan();
  const snapshot = await chain.test.snapshot();
  await chain.test.mine({ blocks: 2 });
  await scan();
  await chain.test.revert({ id: snapshot });
  const id = await chain.registerTaskType("below the head that was read");
  await chain.test.mine({ blocks: 1 });
  await scan();
  await chain.test.mine({ blocks: 64 });
  await scan();
  expect(directory.taskTypes.has(id)).toBe(true);
  expect(logged).toContain("the chain is not what it was: reading events again");
});

test("an endpoint that takes ten blocks at once is asked once for ten blocks, and not in vain", async () => {
  await chain.test.mine({ blocks: 1_000 });
  const { names, scan } = await scannerOf();
  rpc.fault = "limits ranges";
  rpc.requests = 0;
  await scan();
  const blocks = Number(await chain.test.getBlockNumber({ cacheTime: 0 }));
  expect(names()).toBeGreaterThan(0);
  expect(rpc.requests).toBeLessThan(blocks / 10 + 40);
});

test("an endpoint that is asked too often is left alone for as long as it says, and never asked for less", async () => {
  const { endpoints, scan } = await scannerOf();
  await scan();
  await chain.test.mine({ blocks: 50 });
  const head = await endpoints.refresh();
  rpc.fault = "limits rates";
  rpc.requests = 0;
  for (let look = 0; look < 5; look++) await expect(scan()).rejects.toThrow(/limit|429|HTTP request failed/i);
  expect(rpc.requests).toBeLessThanOrEqual(2);
  expect(head?.number).toBeGreaterThan(0n);
});

test("every block is read once, and what is read is what the chain has", async () => {
  const { directory, scan, scanner } = await scannerOf(7n);
  await scan();
  rpc.asked.length = 0;
  await chain.test.mine({ blocks: 5 });
  await scan();
  expect(rpc.asked.filter((method) => method === "eth_getLogs")).toHaveLength(1);
  rpc.asked.length = 0;
  await scan();
  expect(rpc.asked).toEqual(["eth_getBlockByNumber"]);
  expect(numberToHex(scanner.read)).toBe(numberToHex(await chain.test.getBlockNumber({ cacheTime: 0 })));
  expect(directory.taskTypes.size).toBeGreaterThan(0);
});
