import { createClient, type Hex, http } from "viem";
import { getBlock } from "viem/actions";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { addSink } from "../../localchain/participants.ts";
import { deregisterSink, signAttestation, submitAttestations, type WriteClient } from "../../sdk/index.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import type { Head } from "../runtime/heads.ts";
import { SinkStates } from "./sinkStates.ts";

let chain: TestChain;
let rpc: FaultyRpc;
let taskTypeId: Hex;
let ada: WriteClient;
let bob: WriteClient;
let head: Head | undefined;

beforeAll(async () => {
  chain = await startTestChain();
  rpc = await FaultyRpc.start(chain.url);
  taskTypeId = await chain.registerTaskType("work");
  ada = await addSink(chain, taskTypeId, "ada", 100n);
  bob = await addSink(chain, taskTypeId, "bob", 100n);
  await chain.pass(EPOCH);
});

eachAnew(() => chain);

beforeEach(async () => {
  return () => vi.useRealTimers();
});

afterAll(async () => {
  await rpc.stop();
  await chain.stop();
});

const task = () => ({ deployment: chain.deployment, taskTypeId });

async function look(): Promise<Head> {
  const { number, hash, timestamp } = await getBlock(chain.client);
  head = { number, hash, timestamp };
  return head;
}

/** As an oracle that has just looked has them. */
async function start() {
  await look();
  const { deployment } = chain;
  const client = createClient({ chain: foundry, transport: http(rpc.url, { retryCount: 0 }) });
  const states = new SinkStates({ client, deployment, headOf: () => head });
  const known = (sink: WriteClient) => states.known(taskTypeId, sink.account.address);
  expect(await known(ada)).toBeUndefined();
  const read = await states.read(taskTypeId, ada.account.address);
  expect(read).toMatchObject({ registered: true, now: Number(head?.timestamp) });
  rpc.asked.length = 0;
  return { known, read };
}

async function signal(sink: WriteClient): Promise<void> {
  const attestation = await signAttestation(sink, { ...task(), capacity: 80n, backlog: 0n });
  await submitAttestations(sink, { ...task(), attestations: [attestation] });
}

test("what was read once is known, at the price of one query for each new block", async () => {
  const { known, read } = await start();
  expect(await known(ada)).toEqual(read);
  expect(rpc.asked).toEqual([]);
  await chain.pass(2);
  const { timestamp } = await look();
  const all = await Promise.all([known(ada), known(ada), known(bob)]);
  const later = { ...read, now: Number(timestamp) };
  expect(all).toEqual([later, later, undefined]);
  expect(rpc.asked).toEqual(["eth_getLogs"]);
});

test("events tell of signals, of sinks that were never asked for too, and of those who leave", async () => {
  const { known } = await start();
  await signal(ada);
  await signal(bob);
  const { timestamp } = await look();
  for (const sink of [ada, bob]) {
    expect(await known(sink)).toEqual({ registered: true, signalledAt: Number(timestamp), now: Number(timestamp) });
  }
  await deregisterSink(bob, task());
  await look();
  expect(await known(bob)).toBeUndefined();
  // The time of a signal does not move with the blocks.
  expect((await known(ada))?.signalledAt).toBe(Number(timestamp));
});

test("a reorganisation, a query that fails and a long silence leave nothing known", async () => {
  const first = await start();
  const before = await chain.test.snapshot();
  await chain.pass(2);
  await look();
  expect(await first.known(ada)).toBeDefined();
  await chain.test.revert({ id: before });
  await look();
  expect(await first.known(ada)).toBeUndefined();

  const second = await start();
  rpc.fault = "errors";
  await chain.pass(2);
  await look();
  expect(await second.known(ada)).toBeUndefined();
  rpc.fault = undefined;

  const third = await start();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
  expect(await third.known(ada)).toBeUndefined();
});
