import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Hex, keccak256, stringToBytes } from "viem";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { toJson } from "../../core/bigints.ts";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { type Conversation, converse } from "../../testkit/processes.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { openSeller, openStore } from "../../testkit/trade.ts";
import { openStream, type WriteClient } from "../index.ts";
import type { Standing } from "./standing.ts";

// Programs start as fast as the machine lets them.
vi.setConfig({ testTimeout: 300_000 });

const PROGRAM = fileURLToPath(new URL("../../testkit/buyerProcess.ts", import.meta.url));

let chain: TestChain;
let taskTypeId: Hex;
let folder: string;

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("count words");
  folder = await mkdtemp(join(tmpdir(), "killed-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await chain.stop();
});

type Line = { bought?: string; resumed?: string; failed?: string; why?: string; ready?: boolean; interrupted?: number };

/** Starts the buyer, and hears what it says. */
function startBuyer(name: string): Conversation<Line> {
  const task = toJson({ deployment: chain.deployment, taskTypeId });
  return converse(PROGRAM, [task, chain.url, keccak256(stringToBytes(name)), join(folder, name)]);
}

/** Where the buyer is killed: before its order is answered, when the answer is stored, when it was received. */
const MOMENTS = ["while the sink works", "when the sink has stored the answer", "when it has the answer"] as const;

test("a buyer that is killed at any moment pays for nothing twice, and nothing is worked on twice", async () => {
  const [capacity, name] = [100n, "buyer"];
  let kill: { moment: (typeof MOMENTS)[number]; buyer: Conversation<Line> } | undefined;
  const killAt = async (moment: (typeof MOMENTS)[number]) => {
    if (kill?.moment !== moment) return;
    await kill.buyer.kill();
    kill = undefined;
  };
  const client: WriteClient = await addSink(chain, taskTypeId, "sink", capacity);
  const task = { deployment: chain.deployment, taskTypeId };
  const seller = await openSeller(
    client,
    { ...task, capacity, onWork: () => killAt(MOMENTS[0]), onAnswer: () => killAt(MOMENTS[1]) },
    join(folder, "sink"),
  );
  const source = (await addSource(chain, name)).account.address;
  await signalFor(chain, taskTypeId, client, capacity, 5);
  await openStream(await chain.actor(name), { ...task, flowRate: 80n * UNIT_RATE });
  const passEpoch = async () => {
    await signalFor(chain, taskTypeId, client, capacity, 1);
    for (let part = 0; part < 2; part++) await chain.pass(EPOCH / 4);
    await seller.feed.refresh();
  };
  for (let epoch = 0; epoch < 3; epoch++) await passEpoch();

  const answered: string[] = [];
  const resumed: string[] = [];
  let buyer = startBuyer(name);
  expect(await buyer.next()).toMatchObject({ ready: true });
  let sent = 0;
  for (const moment of [undefined, ...MOMENTS]) {
    for (let tries = 0; ; tries++) {
      expect(tries).toBeLessThan(20);
      await passEpoch();
      sent += 1;
      if (moment !== MOMENTS[2] && moment !== undefined) kill = { moment, buyer };
      buyer.tell(`task ${sent}`);
      const line = await buyer.next();
      if (line?.failed !== undefined) {
        kill = undefined;
        continue;
      }
      if (line?.bought !== undefined) answered.push(line.bought);
      break;
    }
    if (moment === undefined) continue;
    if (moment === MOMENTS[2]) await buyer.kill();
    await buyer.end();
    // What the sink was doing ends before the next one asks.
    while (seller.admission.backlog > 0n) await new Promise(setImmediate);
    buyer = startBuyer(name);
    let line = await buyer.next();
    for (; line?.ready === undefined; line = await buyer.next()) {
      if (line?.resumed !== undefined) resumed.push(line.resumed);
    }
    expect(line).toMatchObject({ ready: true, interrupted: 0 });
  }
  await buyer.end();

  // Every answer that the dead have not seen came to those after them.
  expect(resumed).toHaveLength(2);
  expect([...answered, ...resumed].sort()).toEqual([...seller.worked].sort());
  expect(new Set(seller.worked).size).toBe(seller.worked.length);
  // Both count the same, and it is what the source has signed.
  const store = await openStore(join(folder, name), await chain.actor(name));
  const counted = store.table<bigint>("counters").get(seller.sink);
  expect(counted).toBe(seller.admission.account(source).used);
  expect(seller.receipts.get(source)?.completed).toBe(counted);
  expect(store.table<Standing>("standings").get(seller.sink)).toMatchObject({ sent: counted, accepted: counted });
  expect([...store.table("orders").entries()]).toEqual([]);
  await store.close();
  await seller.store.close();
  seller.close();
});
