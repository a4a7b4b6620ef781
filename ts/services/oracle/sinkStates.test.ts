import { createClient, type Hex, http } from "viem";
import { getBlock } from "viem/actions";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { foundry } from "../../core/chains.ts";
import { addSink } from "../../localchain/participants.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { deregisterSink, signAttestation, submitAttestations, type WriteClient } from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
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

/** By the form that is cheaper. @returns When it was signed. */
async function signal(sink: WriteClient): Promise<number> {
  const attestation = await signAttestation(sink, { ...task(), capacity: 80n, backlog: 0n });
  await submitAttestations(sink, { ...task(), attestations: [attestation] });
  return attestation.issuedAt;
}

/** By the form that wallets need. */
async function signAlone(sink: WriteClient): Promise<void> {
  const attestation = await signAttestation(sink, { ...task(), capacity: 80n, backlog: 0n });
  await send(sink, contractsOf(chain.deployment).capacityRegistry.submitAttestations(taskTypeId, [attestation]));
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
  const issuedAt = await signal(ada);
  await signAlone(bob);
  const now = Number((await look()).timestamp);
  expect(await known(ada)).toEqual({ registered: true, signalledAt: issuedAt, now });
  expect(await known(bob)).toEqual({ registered: true, signalledAt: now, now });
  await deregisterSink(bob, task());
  await look();
  expect(await known(bob)).toBeUndefined();
  // The time of a signal does not move with the blocks.
  expect((await known(ada))?.signalledAt).toBe(issuedAt);
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
