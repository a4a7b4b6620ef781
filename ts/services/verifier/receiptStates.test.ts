import { createClient, type Hex, http, parseEther } from "viem";
import { getBlock } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { deregisterSink, openStream, signReceipt, submitReceipts, type WriteClient } from "../../sdk/index.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import type { ChainContext } from "../intake/chain.ts";
import type { Head } from "../runtime/heads.ts";
import { ReceiptStates } from "./receiptStates.ts";

let chain: TestChain;
let rpc: FaultyRpc;
let taskTypeId: Hex;
let sink: WriteClient;
let source: WriteClient;
let head: Head | undefined;

beforeAll(async () => {
  chain = await startTestChain();
  rpc = await FaultyRpc.start(chain.url);
  taskTypeId = await chain.registerTaskType("work");
  sink = await addSink(chain, taskTypeId, "sink", 100n);
  source = await addSource(chain, "source");
  await signalFor(chain, taskTypeId, sink, 100n, 5);
  await openStream(source, { ...task(), flowRate: 50n * UNIT_RATE });
  await signalFor(chain, taskTypeId, sink, 100n, 1);
});

eachAnew(() => chain);

afterAll(async () => {
  await rpc.stop();
  await chain.stop();
});

const task = () => ({ deployment: chain.deployment, taskTypeId });

async function look(): Promise<void> {
  const { number, hash, timestamp } = await getBlock(chain.client);
  head = { number, hash, timestamp };
}

/** As a verifier that has just looked at a pair has them. */
async function start() {
  await look();
  const client = createClient({ chain: foundry, transport: http(rpc.url, { retryCount: 0 }) });
  const context = { client, deployment: chain.deployment, headOf: () => head };
  const states = new ReceiptStates(context as unknown as ChainContext);
  const place = { taskTypeId, source: source.account.address, sink: sink.account.address };
  expect(await states.known(place)).toBeUndefined();
  const read = await states.read(place);
  expect(read).toEqual({ completed: 0n, bonded: true, streamed: true });
  rpc.asked.length = 0;
  return { read: () => states.read(place), known: () => states.known(place), place };
}

test("what was read once is known, at the price of one query for each new block", async () => {
  const { known } = await start();
  await chain.pass(2);
  await look();
  const all = await Promise.all([known(), known(), known()]);
  expect(new Set(all.map((view) => JSON.stringify(view, (_, value) => String(value)))).size).toBe(1);
  expect(all[0]).toEqual({ completed: 0n, bonded: true, streamed: true });
  expect(rpc.asked).toEqual(["eth_getLogs"]);
});

test("what was acknowledged, and a sink that leaves, are read anew", async () => {
  const { known, read, place } = await start();
  const receipt = { ...place, completed: parseEther("0.01") };
  const { deployment } = chain;
  const [sourceSignature, sinkSignature] = await Promise.all(
    [source, sink].map((signer) => signReceipt(signer, { deployment, receipt })),
  );
  const receipts = [{ ...receipt, sourceSignature: sourceSignature as Hex, sinkSignature: sinkSignature as Hex }];
  await submitReceipts(sink, { ...task(), receipts });
  await look();
  expect(await known()).toBeUndefined();
  expect(await read()).toEqual({ completed: parseEther("0.01"), bonded: true, streamed: true });
  await deregisterSink(sink, task());
  await chain.pass(EPOCH);
  await look();
  expect(await known()).toBeUndefined();
  // It is liable with its stake.
  expect(await read()).toMatchObject({ bonded: true });
});
