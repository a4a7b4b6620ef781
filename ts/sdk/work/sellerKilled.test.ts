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
import { nonce, openStore, TASK } from "../../testkit/trade.ts";
import { openStream, type SignedReceipt, submitReceipts, type WriteClient } from "../index.ts";
import { countersOf } from "./countersOf.ts";
import { SinkClient } from "./sinkClient.ts";
import { Tab } from "./tab.ts";
import { hashRequest, parseRefusal, parseStatement, type SignedOrder, STATEMENT_HEADER } from "./wire.ts";

// Programs start as fast as the machine lets them.
vi.setConfig({ testTimeout: 300_000 });

const PROGRAM = fileURLToPath(new URL("../../testkit/sellerProcess.ts", import.meta.url));
/** What the test seller charges for a task. */
const COST = (TASK * 3n) / 4n;

let chain: TestChain;
let taskTypeId: Hex;
let folder: string;

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("count words");
  folder = await mkdtemp(join(tmpdir(), "seller-killed-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await chain.stop();
});

type Line = {
  ready?: string;
  accounts?: { used: string; acknowledged: string; disputed: string; receipt?: string }[];
  now?: number;
  refreshed?: number;
  works?: string;
  stored?: string;
};

/** Where the seller is killed. */
const MOMENTS = [
  "while it works",
  "when it has stored the answer, and not given it",
  "when it has answered",
  "when it has the receipt",
] as const;

test("a seller that is killed at any moment works on nothing twice and is paid for nothing twice", async () => {
  const task = { deployment: chain.deployment, taskTypeId };
  const client: WriteClient = await addSink(chain, taskTypeId, "sink", 100n);
  const sink = client.account.address;
  await signalFor(chain, taskTypeId, client, 100n, 5);
  const alice = await addSource(chain, "alice");
  await openStream(alice, { ...task, flowRate: 80n * UNIT_RATE });

  const worked: string[] = [];
  let [endpoint, now] = ["", 0];
  let seller!: Conversation<Line>;
  const start = async () => {
    const port = endpoint === "" ? "0" : new URL(endpoint).port;
    seller = converse(PROGRAM, [toJson(task), chain.url, keccak256(stringToBytes("sink")), join(folder, "sink"), port]);
    const line = await seller.next();
    endpoint = line?.ready ?? "";
    now = line?.now ?? 0;
    return line?.accounts?.[0];
  };
  const passEpoch = async () => {
    await signalFor(chain, taskTypeId, client, 100n, 1);
    await chain.pass(EPOCH / 4);
    seller.tell("refresh");
    now = (await seller.next())?.refreshed ?? 0;
  };
  /** Hears what the seller does for one request, and lets it go on until it does what is waited for. */
  const until = async (what: "works" | "stored", body: string) => {
    const line = await seller.next();
    if (line?.works !== undefined) worked.push(line.works);
    expect(line).toEqual({ [what]: body });
  };

  await start();
  for (let epoch = 0; epoch < 3; epoch++) await passEpoch();
  const counters = countersOf(alice, { ...task, side: "source", table: new Map() });
  const tab = new Tab(alice, { ...task, counters, now: () => now, nonce });
  const sinks = new SinkClient({ endpointOf: () => endpoint, allowPrivate: true, timeout: 60 });
  await tab.saw(sink, await sinks.account(sink, alice.account.address));
  const ask = async (signed: SignedOrder, body: string) => {
    const response = await sinks.order(signed, body).catch(() => undefined);
    return response && { ...response, cost: parseStatement(response.headers[STATEMENT_HEADER]).cost };
  };

  let paid = 0n;
  for (const moment of MOMENTS) {
    await passEpoch();
    const body = `a task of it ${moment}`;
    const requestHash = hashRequest({ method: "POST", url: endpoint, body });
    const signed = await tab.sign(tab.draft(sink, { maxWork: TASK, requestHash }));
    const acknowledged = counters.completed(sink);
    const asked = ask(signed, body);
    await until("works", body);
    if (moment !== MOMENTS[0]) {
      seller.tell("go on");
      await until("stored", body);
      paid += COST;
    }
    const isAnswered = moment === MOMENTS[2] || moment === MOMENTS[3];
    if (isAnswered) {
      seller.tell("go on");
      expect(await asked).toMatchObject({ status: 200, cost: COST });
      tab.count(sink, COST);
    }
    const isAcknowledged = moment === MOMENTS[3];
    if (isAcknowledged) await sinks.acknowledge(sink, alice.account.address, await tab.acknowledgement(sink));
    await seller.kill();
    if (!isAnswered) expect(await asked).toBeUndefined();

    // Everything that it had said or done is there when it comes back.
    const signedFor = isAcknowledged ? paid : acknowledged;
    const receipt = signedFor > 0n ? { receipt: String(signedFor) } : {};
    expect(await start()).toMatchObject({
      ...{ used: String(paid), acknowledged: String(signedFor), disputed: "0" },
      ...receipt,
    });
    // The same order is answered from what was kept, or not at all; it is not worked on again, whatever the source sends.
    for (let time = 0; time < 2; time++) {
      const again = ask(signed, body);
      await until("stored", body);
      seller.tell("go on");
      const answer = await again;
      if (moment === MOMENTS[0]) {
        expect([answer?.status, answer && parseRefusal(answer)]).toEqual([409, "interrupted"]);
      } else expect(answer).toMatchObject({ status: 200, cost: COST, body: `${body.split(" ").length} words` });
      if (answer?.status === 200 && counters.completed(sink) < paid) tab.count(sink, COST);
    }
    expect(counters.completed(sink)).toBe(paid);
  }
  expect(worked).toHaveLength(MOMENTS.length);
  expect(new Set(worked).size).toBe(MOMENTS.length);
  await seller.kill();

  // What it holds when it is dead is worth what was received, once.
  const store = await openStore(join(folder, "sink"), client);
  const receipts = [...store.table<SignedReceipt>("receipts").entries()].map(([, receipt]) => receipt);
  const submit = async () =>
    (await submitReceipts(client, { ...task, receipts })).acknowledged.map((one) => one.amount);
  expect(paid).toBe(3n * COST);
  expect(await submit()).toEqual([paid]);
  expect((await submit()).reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
  await store.close();
});
