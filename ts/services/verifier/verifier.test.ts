import { join } from "node:path";
import { type Hex, parseEther, zeroAddress } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import {
  closeStream,
  getSink,
  openStream,
  signAttestation,
  signReceipt,
  submitAttestations,
  type WriteClient,
} from "../../sdk/index.ts";
import { read } from "../../sdk/internal/call.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { DescribedApi, errorBody, expectRefusedWithoutChain } from "../../testkit/http.ts";
import { type RunningService, spawnService, startService } from "../../testkit/service.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import { verifierProgram } from "./program.ts";
import type { ReceiptMessage } from "./receipt.ts";

/** Half of five epochs, in whole epochs: how often receipts are submitted. */
const TERM = 2 * EPOCH;
const ARGV = ["--network", "local", "--port", "0", "--poll-interval", "0.05"];

// Some tests start a process several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let chain: TestChain;
let taskTypeId: Hex;
let honest: WriteClient;
let lying: WriteClient;
let source: WriteClient;
let workplace: Workplace;
const services: RunningService[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  honest = await addSink(chain, taskTypeId, "honest", 100n);
  lying = await addSink(chain, taskTypeId, "lying", 100n);
  source = await addSource(chain, "source");
  for (const name of ["operator", "rival"]) await chain.actor(name);
  await signalBoth(5);
  await openStream(source, { ...task(), flowRate: 150n * UNIT_RATE });
  await signalBoth(1);
});

eachAnew(() => chain);

beforeEach(async () => {
  workplace = createWorkplace(chain);
  return async () => {
    for (const service of services.splice(0)) await service.stop();
    workplace.remove();
  };
});

afterAll(() => chain.stop());

const task = () => ({ deployment: chain.deployment, taskTypeId });
const sinkOf = (sink: WriteClient) => getSink(chain.client, { ...task(), sink: sink.account.address });
const placeOf = (sink = honest) => `/receipts/${taskTypeId}/${source.account.address}/${sink.account.address}`;
const data = (name = "data") => ["--data", join(workplace.folder, name)];
const soon = { timeout: 50_000, interval: 50 };

/** Both declare what they bonded, once in each of some epochs. */
async function signalBoth(epochs: number): Promise<void> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    await chain.pass(EPOCH);
    const signal = { ...task(), capacity: 100n, backlog: 0n };
    const attestations = [await signAttestation(honest, signal), await signAttestation(lying, signal)];
    await submitAttestations(honest, { ...task(), attestations });
  }
}

async function startVerifier(argv: string[] = [], env: NodeJS.ProcessEnv = workplace.env()) {
  const service = await startService(verifierProgram, [...ARGV, ...data(), ...argv], env);
  services.push(service);
  return Object.assign(await DescribedApi.of(service.url), { log: service.log, admin: service.admin });
}

type Receipts = { completed: bigint; sink?: WriteClient; payer?: WriteClient; id?: Hex };

/** A receipt that both sides have signed. */
async function receiptOf({ completed, sink = honest, payer = source, id = taskTypeId }: Receipts) {
  const { deployment } = chain;
  const receipt = { taskTypeId: id, source: payer.account.address, sink: sink.account.address, completed };
  const [sourceSignature, sinkSignature] = await Promise.all([
    signReceipt(payer, { deployment, receipt }),
    signReceipt(sink, { deployment, receipt }),
  ]);
  return { ...receipt, completed: String(completed), sourceSignature, sinkSignature } satisfies ReceiptMessage;
}

const completed = (sink = honest): Promise<bigint> =>
  read(
    chain.client,
    contractsOf(chain.deployment).completionTracker.completedOf(
      taskTypeId,
      source.account.address,
      sink.account.address,
    ),
  );
const reaches = (wei: bigint, sink = honest) => vi.waitFor(async () => expect(await completed(sink)).toBe(wei), soon);

/** Resolves once the service has seen the latest block. */
async function seesHead({ admin }: { admin: string }): Promise<void> {
  const head = await chain.test.getBlockNumber({ cacheTime: 0 });
  await vi.waitFor(async () => {
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(Number(/backpressure_head_block\{.*\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(Number(head));
  }, soon);
}

test("a receipt is stored and counts on the chain", async () => {
  const verifier = await startVerifier();
  await seesHead(verifier);
  const answer = await verifier.post("/receipts", await receiptOf({ completed: parseEther("0.1") }));
  expect(answer).toMatchObject({ status: 200, body: { status: "pending" } });
  await chain.pass(TERM);
  await reaches(parseEther("0.1"));
  await vi.waitFor(async () => expect((await verifier.get(placeOf())).status).toBe(404), soon);
  expect((await sinkOf(honest)).ledger.acknowledged).toBe(parseEther("0.1"));
});

test("the latest is submitted twice in a receipt interval", async () => {
  const verifier = await startVerifier();
  await verifier.post("/receipts", await receiptOf({ completed: 1000n }));
  await reaches(1000n);
  for (const wei of [2000n, 3000n]) await verifier.post("/receipts", await receiptOf({ completed: wei }));
  // Between two heads there is a round.
  for (let look = 0; look < 2; look++) {
    await chain.test.mine({ blocks: 1 });
    await seesHead(verifier);
  }
  expect(await completed()).toBe(1000n);
  await chain.pass(TERM);
  await reaches(3000n);
});

test("only more is taken, against what waits and against the chain", async () => {
  const verifier = await startVerifier();
  expect((await verifier.post("/receipts", await receiptOf({ completed: 1000n }))).status).toBe(200);
  for (const wei of [1000n, 999n]) {
    const refused = await verifier.post("/receipts", await receiptOf({ completed: wei }));
    expect(refused).toMatchObject({ status: 409, body: errorBody("not_newer", /sign one that acknowledges more/) });
  }
  expect((await verifier.get(placeOf())).body).toMatchObject({ receipt: { completed: "1000" } });
  await chain.pass(TERM);
  await reaches(1000n);
  await vi.waitFor(async () => expect((await verifier.get(placeOf())).status).toBe(404), soon);
  const replayed = await verifier.post("/receipts", await receiptOf({ completed: 1000n }));
  expect(replayed).toMatchObject({ status: 409, body: errorBody("not_newer", /the chain has a receipt of 1000 wei/) });
});

test("what the schema or the chain does not allow is refused with what to do", async () => {
  const verifier = await startVerifier(["--max-body", "3000"]);
  const good = await receiptOf({ completed: 1000n });
  const refusal = async (message: unknown) => {
    const { status, body } = await verifier.post("/receipts", message);
    return { status, ...(body as { error: { code: string; message: string } }).error };
  };
  const invalid = (message: RegExp) => ({
    status: 400,
    code: "invalid_message",
    message: expect.stringMatching(message),
  });
  expect(await refusal({ ...good, note: 1 })).toEqual(invalid(/Unrecognized key: "note"/));
  expect(await refusal({ ...good, completed: String(2n ** 128n) })).toEqual(invalid(/^completed: .*below 2\^128/));
  expect(await refusal({ ...good, source: "0x1" })).toEqual(invalid(/^source: not an address/));
  expect(await refusal({ ...good, note: "x".repeat(3000) })).toMatchObject({ status: 413, code: "body_too_large" });

  const { sourceSignature, sinkSignature } = good;
  const swapped = { ...good, sourceSignature: sinkSignature, sinkSignature: sourceSignature };
  expect(await refusal(swapped)).toMatchObject({
    status: 422,
    code: "bad_signature",
    message: /^sourceSignature is not 0x/,
  });
  const half = { ...good, sinkSignature: sourceSignature };
  expect(await refusal(half)).toMatchObject({ code: "bad_signature", message: /^sinkSignature is not 0x/ });

  const stranger = await chain.actor("stranger");
  expect(await refusal(await receiptOf({ completed: 1n, sink: stranger }))).toMatchObject({ code: "unknown_sink" });
  expect(await refusal(await receiptOf({ completed: 1n, payer: stranger }))).toMatchObject({
    code: "nothing_streamed",
  });
  const unverified = await chain.registerTaskType("unverified", { verifier: zeroAddress });
  expect(await refusal(await receiptOf({ completed: 1n, id: unverified }))).toMatchObject({ code: "other_verifier" });
  const unknown = await receiptOf({ completed: 1n, id: `0x${"5".repeat(64)}` });
  expect(await refusal(unknown)).toMatchObject({ status: 404, code: "unknown_task_type" });
  expect((await verifier.get(placeOf())).status).toBe(404);
});

test("a batch is judged receipt by receipt, and too many are refused", async () => {
  const verifier = await startVerifier(["--client-limit", "3", "--sink-limit", "1"]);
  const good = await receiptOf({ completed: 1000n });
  const forged = { ...(await receiptOf({ completed: 1000n, sink: lying })), completed: "1001" };
  const { status, body } = await verifier.post("/receipts/batch", { receipts: [good, forged] });
  expect(status).toBe(200);
  expect(body).toMatchObject({ results: [{ status: "pending" }, errorBody("bad_signature", /sourceSignature/)] });
  const tooMany = await verifier.post("/receipts", await receiptOf({ completed: 2000n }));
  expect(tooMany).toMatchObject({ status: 429, body: errorBody("too_many_requests", /^this sink sends more than 1/) });
  expect((await verifier.post("/receipts", good)).body).toMatchObject(errorBody("too_many_requests", /^this address/));
});

test("what a source has not spent, or its sink was not paid, counts later", async () => {
  const verifier = await startVerifier();
  // 150 units for 60 seconds are 0.9 tokens; much less than this.
  const much = parseEther("100");
  expect((await verifier.post("/receipts", await receiptOf({ completed: much }))).status).toBe(200);
  await chain.pass(TERM);
  await vi.waitFor(async () => expect(await completed()).toBeGreaterThan(0n), soon);
  const first = await completed();
  expect(first).toBeLessThan(much);
  await chain.pass(TERM);
  await vi.waitFor(async () => expect(await completed()).toBeGreaterThan(first), soon);
  expect((await verifier.get(placeOf())).body).toMatchObject({ receipt: { completed: String(much) } });

  // Without a stream nothing more will count, and nothing is sent for it.
  await closeStream(source, task());
  await chain.pass(TERM);
  await vi.waitFor(async () => expect(await read(chain.client, acknowledgedBy())).toBe(await completed()), soon);
});

const acknowledgedBy = () =>
  contractsOf(chain.deployment).completionTracker.acknowledgedBy(taskTypeId, source.account.address);

test("killed right after its answer, it still brings the receipt to the chain", async () => {
  const argv = ["--network", "local", "--port", "0", "--poll-interval", "0.05", ...data()];
  const first = await spawnService("verifier", argv, workplace.env());
  await seesHead(first);
  const receipt = await receiptOf({ completed: parseEther("0.1") });
  const { status } = await (await DescribedApi.of(first.url)).post("/receipts", receipt);
  await first.kill();
  expect(status).toBe(200);
  const before = await completed();

  await chain.pass(TERM);
  const second = await spawnService("verifier", argv, workplace.env());
  await reaches(parseEther("0.1"));
  expect(before).toBe(0n);
  expect(await second.stop()).toBe(0);
});

test("a chain that is not there for a while delays, and loses nothing", async () => {
  const rpc = await FaultyRpc.start(chain.url);
  const env = { ...workplace.env(), LOCAL_RPC_URL: rpc.url };
  const verifier = await startVerifier(["--rpc-timeout", "0.5"], env);
  const receipt = await receiptOf({ completed: parseEther("0.1") });
  await expectRefusedWithoutChain(rpc, () => verifier.post("/receipts", receipt));
  expect((await verifier.post("/receipts", receipt)).status).toBe(200);
  rpc.fault = "hangs";
  await chain.pass(TERM);
  rpc.fault = undefined;
  await reaches(parseEther("0.1"));
  for (const service of services.splice(0)) await service.stop();
  await rpc.stop();
});

test("two verifiers with the same receipt do no harm", async () => {
  const first = await startVerifier();
  const second = await startVerifier(data("rival"), workplace.env("rival"));
  const receipt = await receiptOf({ completed: parseEther("0.1") });
  for (const verifier of [first, second]) expect((await verifier.post("/receipts", receipt)).status).toBe(200);
  await chain.pass(TERM);
  await reaches(parseEther("0.1"));
  await chain.pass(TERM);
  for (const verifier of [first, second]) {
    await vi.waitFor(async () => expect((await verifier.get(placeOf())).status).toBe(404), soon);
  }
  expect((await sinkOf(honest)).ledger.acknowledged).toBe(parseEther("0.1"));
});
