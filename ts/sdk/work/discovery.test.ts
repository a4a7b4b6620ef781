import type { ServerResponse } from "node:http";
import { createClient, custom, type Hex, http, parseEther } from "viem";
import { getBlock } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { counted } from "../../testkit/counted.ts";
import { serve } from "../../testkit/httpServer.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import {
  closeStream,
  deregisterSink,
  getTaskType,
  NotASuperTokenError,
  openStream,
  RpcUnavailableError,
  setProfile,
  type WriteClient,
} from "../index.ts";
import { CreditBook } from "./credit.ts";
import { CreditFeed } from "./creditFeed.ts";
import { findPools, getSinks, getSources, getTaskTypes } from "./discovery.ts";
import type { IndexerError } from "./errors.ts";
import { findBlockAt, readSample } from "./sampling.ts";

let chain: TestChain;
let [summarise, translate]: Hex[] = [];
let [first, second]: WriteClient[] = [];
let [alice, bob]: WriteClient[] = [];

/** Where the chain was when the tests began to write to it. */
const all = { fromBlock: 0n };

beforeAll(async () => {
  chain = await startTestChain();
  const { deployment } = chain;
  summarise = await chain.registerTaskType("Summarise a text");
  translate = await chain.registerTaskType("translate");
  first = await addSink(chain, summarise, "first", 100n);
  second = await addSink(chain, summarise, "second", 100n);
  const gone = await addSink(chain, summarise, "gone", 100n);
  await deregisterSink(gone, { deployment, taskTypeId: summarise });
  const task = { deployment, taskTypeId: summarise };
  await setProfile(first, { ...task, profileUri: "https://old.example" });
  await setProfile(first, { ...task, profileUri: "https://agent.example/profile.json" });
  await signalFor(chain, summarise, first, 100n, 4);
  alice = await addSource(chain, "alice");
  bob = await addSource(chain, "bob");
  await openStream(alice, { ...task, flowRate: 30n * UNIT_RATE });
  await openStream(bob, { ...task, flowRate: 10n * UNIT_RATE });
});

afterAll(() => chain.stop());

const task = () => ({ deployment: chain.deployment, taskTypeId: summarise as Hex });
const addressOf = (client: WriteClient | undefined) => (client as WriteClient).account.address;

test("task types, sinks and sources are found by their events", async () => {
  const { client, deployment, superToken } = chain;
  const taskTypes = await getTaskTypes(client, { deployment, ...all });
  expect(taskTypes.map(({ taskTypeId, metadata }) => [taskTypeId, metadata])).toEqual([
    [summarise, "Summarise a text"],
    [translate, "translate"],
  ]);
  expect(taskTypes[0]).toMatchObject({ superToken });

  // In small parts it comes to the same.
  for (const range of [all, { ...all, blocksPerQuery: 7n }]) {
    expect(await getSinks(client, { ...task(), ...range })).toEqual([
      { sink: addressOf(first), profileUri: "https://agent.example/profile.json" },
      { sink: addressOf(second), profileUri: "" },
    ]);
  }
  const [mostly, lately] = await getSources(client, { ...task(), ...all });
  expect([mostly?.source, lately?.source]).toEqual([addressOf(alice), addressOf(bob)]);
  expect(mostly?.flowRate).toBeGreaterThan(29n * UNIT_RATE);
});

test("an endpoint that refuses long ranges is asked for shorter ones", async () => {
  let refused = 0;
  const client = createClient({
    chain: foundry,
    transport: custom(
      {
        request: async ({ method, params }: { method: string; params: [{ fromBlock: Hex; toBlock: Hex }] }) => {
          if (method === "eth_getLogs" && Number(params[0].toBlock) - Number(params[0].fromBlock) > 10) {
            refused += 1;
            throw new Error("query returned more than 10000 results");
          }
          return chain.client.request({ method, params } as never);
        },
      },
      { retryCount: 0 },
    ),
  });
  const { deployment } = chain;
  expect(await getTaskTypes(client, { deployment, ...all })).toHaveLength(2);
  expect(refused).toBeGreaterThan(0);
});

test("pools are found by name, token, price, spare capacity and evidence", async () => {
  const { client, deployment, superToken } = chain;
  const names = async (parameters: object) =>
    (await findPools(client, { deployment, ...all, ...parameters })).map(({ metadata }) => metadata);
  expect(await names({})).toEqual(["Summarise a text", "translate"]);
  expect(await names({ name: "SUMM", superToken })).toEqual(["Summarise a text"]);
  expect(await names({ superToken: deployment.host })).toEqual([]);
  expect(await names({ minSpare: 1n })).toEqual(["Summarise a text"]);
  expect(await names({ minSpare: 100n * UNIT_RATE })).toEqual([]);
  expect(await names({ name: "Summ", maxPrice: 0n })).toEqual([]);
  expect(await names({ minParticipation: 0.5 })).toEqual([]);
});

test("who looks for pools of the plain token is told which token they stream", async () => {
  const { client, deployment, superToken, superfluid } = chain;
  const looking = findPools(client, { deployment, ...all, superToken: superfluid.underlying });
  await expect(looking).rejects.toThrow(NotASuperTokenError);
  await expect(looking).rejects.toThrow(`${superfluid.underlying} is not a super token: its wrapper is ${superToken}`);
});

test("a pool is read with few requests, and an endpoint that is busy says so", async () => {
  const { transport, asked } = counted(http(chain.url));
  const client = createClient({ chain: foundry, transport });
  const { deployment } = chain;
  await findPools(client, { deployment, ...all });
  expect(asked.filter((method) => method === "eth_call").length).toBeLessThanOrEqual(4);
  const busy = createClient({ transport: http("http://127.0.0.1:1", { retryCount: 0 }) });
  await expect(getTaskTypes(busy, { deployment, ...all })).rejects.toThrow(RpcUnavailableError);
});

test("an indexer that is of no use costs time only, and says why", async () => {
  const { client, deployment } = chain;
  let answer: (path: string, response: ServerResponse) => void = () => {};
  const server = await serve(({ url = "" }, response) => answer(url, response));
  const rows = (items: object[]) =>
    JSON.stringify({ data: { taskTypes: { items, pageInfo: { hasNextPage: false } } } });
  const status = JSON.stringify({ data: { _meta: { status: { local: { id: 31337, block: { number: 1 } } } } } });
  /** Ready and at block 1; then what it says of task types. */
  const says = (text: string) => {
    const answers = ["", status, text];
    answer = (_, response) => void response.end(answers.shift());
  };
  const reasons: [string, () => void][] = [
    ["has not yet read", () => (answer = (_, response) => void response.writeHead(503).end())],
    ["answers with HTTP 200", () => says("<html>")],
    ["it refuses: no such table", () => says(JSON.stringify({ errors: [{ message: "no such table" }] }))],
    ["has another form", () => says(JSON.stringify({ data: {} }))],
    ["where a task type should be", () => says(rows([{ id: "x", registeredAtEvent: "1" }]))],
    ["where an address should be", () => says(rows([{ id: "0x00", creator: "me", registeredAtEvent: "1" }]))],
    ["is of no use", () => (answer = (_, response) => void response.writeHead(302, { location: chain.url }).end())],
  ];
  for (const [reason, misbehave] of reasons) {
    misbehave();
    const errors: IndexerError[] = [];
    const onIndexerError = (error: IndexerError) => errors.push(error);
    const found = await getTaskTypes(client, { deployment, ...all, indexer: server.url, onIndexerError });
    expect(found.map(({ taskTypeId }) => taskTypeId)).toEqual([summarise, translate]);
    expect(errors).toMatchObject([{ name: "IndexerError", message: expect.stringContaining(reason) }]);
  }
  await server.close();
});

test("both sides sample at the first block of an epoch and credit what was paid", async () => {
  const { client } = chain;
  const { distributionPool } = await getTaskType(client, task());
  const [sources, sinks] = [[alice, bob].map(addressOf), [addressOf(first)]];
  const book = new CreditBook();
  const samples = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    for (let block = 0; block < 4; block++) await chain.pass(EPOCH / 4);
    await chain.pass(12);
    const head = Number((await getBlock(client)).timestamp);
    const blockNumber = (await findBlockAt(client, Math.floor((head - 12) / EPOCH) * EPOCH)) as bigint;
    const sample = await readSample(client, { ...task(), distributionPool, blockNumber, sources, sinks });
    samples.push(sample);
    const previous = await client.request({
      method: "eth_getBlockByNumber",
      params: [`0x${(blockNumber - 1n).toString(16)}`, false],
    });
    const epochOf = (time: number) => Math.floor(time / EPOCH);
    expect(epochOf(Number(previous?.timestamp))).toBeLessThan(epochOf(sample.time));
    book.take(sample);
  }
  const [start, end] = [samples[0], samples[2]].map((sample) => sample?.received[addressOf(first)] ?? 0n);
  const [fromAlice, fromBob] = sources.map((source) => book.credit(source, addressOf(first))) as [bigint, bigint];
  expect(fromAlice).toBeGreaterThan(parseEther("0.3"));
  const received = (end ?? 0n) - (start ?? 0n);
  expect(fromAlice + fromBob).toBeLessThanOrEqual(received);
  expect(received - fromAlice - fromBob).toBeLessThan(received / 1_000_000n);
  expect(Number(fromAlice) / Number(fromBob)).toBeCloseTo(3, 3);
  await closeStream(bob as WriteClient, task());
  expect((await getSources(client, { ...task(), ...all }))[1]?.flowRate).toBe(0n);
  expect(await findBlockAt(client, 10 ** 9)).toBeUndefined();
  expect(await findBlockAt(client, 10 ** 10)).toBeUndefined();
});

test("after a reorganisation a feed computes again, and its clock is the chain's", async () => {
  const { client, deployment, test: anvil } = chain;
  const credits: bigint[] = [];
  const source = addressOf(alice);
  const feed = new CreditFeed(client, {
    ...{ deployment, taskType: await getTaskType(client, task()) },
    sources: async () => [{ source, since: 0n }],
    sinks: async () => [addressOf(first)],
    onCredit: (_, __, credit) => credits.push(credit),
  });
  expect(feed.now()).toBe(0);
  const epoch = async (seconds = EPOCH / 4) => {
    for (let block = 0; block < 5; block++) await chain.pass(seconds);
    await feed.refresh();
  };
  await epoch();
  const snapshot = await anvil.snapshot();
  await epoch();
  const gone = feed.book.block;
  await anvil.revert({ id: snapshot });
  await epoch(EPOCH / 4 + 1);
  const there = feed.book.block;
  expect(there?.hash).not.toBe(gone?.hash);
  expect((await getBlock(client, { blockNumber: there?.block as bigint })).hash).toBe(there?.hash);
  await epoch();
  expect(credits.at(-1)).toBeGreaterThan(0n);
  expect(feed.now() - Number((await getBlock(client)).timestamp)).toBeLessThan(10);
});
