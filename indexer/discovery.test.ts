import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient, http } from "viem";
import { base, foundry } from "viem/chains";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callFrom } from "../ts/localchain/localChain.ts";
import { contractsOf } from "../ts/sdk/calls/contracts.ts";
import type { ReadClient } from "../ts/sdk/types.ts";
import { findPools, getSinks, getSources, getTaskTypes } from "../ts/sdk/work/discovery.ts";
import type { IndexerError } from "../ts/sdk/work/errors.ts";
import type { FoundSink, FoundSource } from "../ts/sdk/work/found.ts";
import { counted } from "../ts/testkit/counted.ts";
import { FaultyRpc } from "../ts/testkit/faultyRpc.ts";
import { type Economy, run, startEconomy } from "./economy.ts";
import { TestIndexer } from "./testIndexer.ts";

let folder: string;
let economy: Economy;
let rpc: FaultyRpc;
let indexer: TestIndexer;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-discovery-"));
  economy = await startEconomy(folder);
  await run(economy, 3);
  rpc = await FaultyRpc.start(economy.chain.url);
  indexer = TestIndexer.start({ rpcUrl: rpc.url, deployments: folder, data: join(folder, "data") });
  await indexer.reaches(await head());
  url = await indexer.url();
});

afterAll(async () => {
  await indexer?.end("SIGKILL");
  await rpc?.stop();
  await economy?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const head = () => economy.chain.client.getBlockNumber({ cacheTime: 0 });

/** Everything that is discovered, and how often it was looked for events. */
async function discover(options: { indexer?: string; chain?: Client["chain"] } = {}) {
  const errors: IndexerError[] = [];
  const { transport, asked } = counted(http(economy.chain.url));
  const client = createClient({ chain: options.chain ?? foundry, transport }) as ReadClient;
  const deployment = economy.market.protocol;
  const { indexer } = options;
  const onIndexerError = (error: IndexerError) => errors.push(error);
  const from = { deployment, fromBlock: 0n, blocksPerQuery: 4n, indexer, onIndexerError };
  const found = {
    taskTypes: await getTaskTypes(client, from),
    pools: await findPools(client, { ...from, name: "SUM" }),
    sinks: [] as FoundSink[][],
    sources: [] as FoundSource[][],
  };
  for (const { id: taskTypeId } of economy.market.stages) {
    found.sinks.push(await getSinks(client, { ...from, taskTypeId }));
    found.sources.push(await getSources(client, { ...from, taskTypeId }));
  }
  return { found, errors, searches: asked.filter((method) => method === "eth_getLogs").length };
}

test("what an indexer finds is what events say, with few searches", async () => {
  const [byEvents, byIndexer] = [await discover(), await discover({ indexer: url })];
  expect(byIndexer.errors).toEqual([]);
  expect(byIndexer.found).toEqual(byEvents.found);
  expect(byEvents.found.taskTypes).toHaveLength(3);
  expect(byEvents.found.pools).toHaveLength(1);
  for (const sinks of byEvents.found.sinks) expect(sinks.length).toBeGreaterThan(2);
  expect(byEvents.found.sources[0]).not.toEqual([]);
  expect(byIndexer.searches).toBe(0);
  expect(byEvents.searches).toBeGreaterThan(100);
});

test("an indexer that is behind is believed as far as it goes; one that is of no use costs time only", async () => {
  const [stage] = economy.market.stages;
  const [leaves] = stage?.sinks ?? [];
  if (stage === undefined || leaves === undefined) throw new TypeError("no stage, no sink");
  const { capacityRegistry } = contractsOf(economy.market.protocol);
  const calls = [
    capacityRegistry.deregisterSink(stage.id),
    capacityRegistry.registerSink(stage.id, "https://again.example"),
  ];
  // It does not hear of this, and the one that left comes last now.
  rpc.fault = "stuck";
  const known = await head();
  for (const call of calls) {
    economy.chain.add(callFrom(leaves, call));
    await economy.chain.mine(Number((await economy.chain.client.getBlock()).timestamp) + 2);
  }
  const [byEvents, behind] = [await discover(), await discover({ indexer: url })];
  expect(await head()).toBeGreaterThan(known);
  expect(behind.errors).toEqual([]);
  expect(behind.found).toEqual(byEvents.found);
  expect(behind.searches).toBeGreaterThan(0);
  expect(behind.searches).toBeLessThan(byEvents.searches / 5);
  expect(byEvents.found.sinks[0]?.at(-1)).toEqual({ sink: leaves.address, profileUri: "https://again.example" });

  rpc.fault = undefined;
  await indexer.reaches(await head());
  const caughtUp = await discover({ indexer: url });
  expect(caughtUp).toMatchObject({ found: byEvents.found, searches: 0, errors: [] });

  const elsewhere = await discover({ indexer: url, chain: base });
  expect(elsewhere.found).toEqual(byEvents.found);
  expect(elsewhere.errors[0]?.message).toContain("it knows nothing of chain 8453");

  await indexer.end("SIGKILL");
  const dead = await discover({ indexer: url });
  expect(dead.found).toEqual(byEvents.found);
  expect(dead.errors[0]?.message).toContain(`the indexer at ${url} is of no use`);
});
