import { join } from "node:path";
import type { Hex } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { addSink } from "../../localchain/participants.ts";
import { deregisterSink, getSink, signAttestation, type WriteClient } from "../../sdk/index.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { DescribedApi, errorBody, expectRefusedWithoutChain } from "../../testkit/http.ts";
import { type RunningService, spawnService, startService } from "../../testkit/service.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import type { AttestationMessage } from "./attestation.ts";
import { oracleProgram } from "./program.ts";

const SINKS = ["ada", "bob", "cyd"];
const FAST = ["--network", "local", "--port", "0", "--poll-interval", "0.05", "--max-wait", "0.05"];
/** Nothing is submitted meanwhile. */
const PATIENT = ["--network", "local", "--port", "0", "--max-wait", "3600"];

// Some tests start a process several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let chain: TestChain;
let taskTypeId: Hex;
let sinks: WriteClient[];
let workplace: Workplace;
const services: RunningService[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  sinks = [];
  for (const name of SINKS) sinks.push(await addSink(chain, taskTypeId, name, 100n));
  for (const name of ["operator", "rival"]) await chain.actor(name);
  await chain.pass(EPOCH);
});

eachAnew(() => chain);

beforeEach(async () => {
  workplace = createWorkplace(chain, { work: taskTypeId });
  return async () => {
    for (const service of services.splice(0)) await service.stop();
    workplace.remove();
  };
});

afterAll(() => chain.stop());

const dataArgument = (name = "data") => ["--data", join(workplace.folder, name)];

/** Runs an oracle until the end of the test. */
async function startOracle(argv: string[] = [], env: NodeJS.ProcessEnv = workplace.env()) {
  const service = await startService(oracleProgram, [...dataArgument(), ...argv], env);
  services.push(service);
  return Object.assign(await DescribedApi.of(service.url), {
    log: service.log,
    admin: service.admin,
    stop: service.stop,
  });
}

async function attest(changes: Partial<AttestationMessage> = {}, signer = sinks[0] as WriteClient) {
  const { capacity = "80", backlog = "0", issuedAt } = changes;
  const terms = { deployment: chain.deployment, taskTypeId, capacity: BigInt(capacity), backlog: BigInt(backlog) };
  const { signature, ...signed } = await signAttestation(signer, { ...terms, ...(issuedAt && { issuedAt }) });
  return { ...signed, capacity, backlog, signature, ...changes };
}

const declared = async (sink = sinks[0] as WriteClient): Promise<bigint> =>
  (await getSink(chain.client, { deployment: chain.deployment, taskTypeId, sink: sink.account.address }))
    .declaredCapacity;
const placeOf = (sink = sinks[0] as WriteClient) => `/attestations/${taskTypeId}/${sink.account.address}`;
const reaches = (capacity: bigint, sink?: WriteClient) =>
  vi.waitFor(async () => expect(await declared(sink)).toBe(capacity), { timeout: 50_000, interval: 50 });
/** The chain has it before the service has read the receipt: what it keeps is waited for as well. */
const forgets = (oracle: DescribedApi, sink?: WriteClient) =>
  vi.waitFor(async () => expect((await oracle.get(placeOf(sink))).status).toBe(404), { timeout: 50_000, interval: 50 });

test("an attestation is stored, reaches the chain, and is forgotten once it is there", async () => {
  const oracle = await startOracle(FAST);
  const { status, body } = await oracle.post("/attestations", await attest());
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: "pending" });
  await reaches(80n);
  await forgets(oracle);
});

test("a batch is judged message by message and goes in one transaction", async () => {
  const oracle = await startOracle([...PATIENT, "--batch-size", "3", "--poll-interval", "0.05"]);
  const [ada, bob, cyd] = sinks as [WriteClient, WriteClient, WriteClient];
  const forged = await attest({ sink: bob.account.address }, ada);
  const attestations = [await attest({}, ada), forged, await attest({ capacity: "60" }, cyd)];
  const { status, body } = await oracle.post("/attestations/batch", { attestations });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    results: [
      { status: "pending" },
      errorBody("bad_signature", /has not signed this attestation/),
      { status: "pending" },
    ],
  });
  const before = await chain.test.getBlockNumber({ cacheTime: 0 });
  expect((await oracle.get(placeOf(cyd))).body).toMatchObject({ attestation: { capacity: "60" } });
  expect(await declared(ada)).toBe(0n);

  expect((await oracle.post("/attestations", await attest({ capacity: "70" }, bob))).status).toBe(200);
  await reaches(70n, bob);
  expect([await declared(ada), await declared(bob), await declared(cyd)]).toEqual([80n, 70n, 60n]);
  expect(await chain.test.getBlockNumber({ cacheTime: 0 })).toBe(before + 1n);
});

test("what the schema does not allow is refused with what is wrong", async () => {
  const oracle = await startOracle(PATIENT);
  const good = await attest();
  const cases: [unknown, RegExp][] = [
    [{ ...good, note: "hello" }, /Unrecognized key: "note"/],
    [{ ...good, signature: undefined }, /^signature: not 1 to 2048 bytes/],
    [{ ...good, signature: "0x123" }, /^signature: not 1 to 2048 bytes/],
    [{ ...good, signature: `0x${"11".repeat(2049)}` }, /^signature: not 1 to 2048 bytes/],
    [{ ...good, taskTypeId: "0x12" }, /^taskTypeId: not 32 bytes/],
    [{ ...good, sink: `${good.sink.slice(0, -1)}z` }, /^sink: not an address/],
    [{ ...good, sink: good.sink.replace(/[a-f]/, (letter) => letter.toUpperCase()) }, /^sink: .*checksum is wrong/],
    [{ ...good, capacity: 80 }, /^capacity: .*expected string/],
    [{ ...good, capacity: "-1" }, /^capacity: not a whole number below 2\^64/],
    [{ ...good, capacity: String(2n ** 64n) }, /^capacity: not a whole number below 2\^64/],
    [{ ...good, backlog: String(2n ** 96n) }, /^backlog: not a whole number below 2\^96/],
    [{ ...good, backlog: "1e3" }, /^backlog: not a whole number/],
    [{ ...good, issuedAt: 2 ** 32 }, /^issuedAt: /],
    [{ ...good, issuedAt: 1.5 }, /^issuedAt: /],
    [[], /^the body: .*expected object/],
    ["{", /send JSON/],
  ];
  for (const [body, message] of cases) {
    expect(await oracle.post("/attestations", body)).toMatchObject({
      status: 400,
      body: errorBody("invalid_message", message),
    });
  }
  for (const attestations of [[], Array.from({ length: 101 }, () => good)]) {
    expect((await oracle.post("/attestations/batch", { attestations })).status).toBe(400);
  }
  const plain = await oracle.post("/attestations", good, { "content-type": "text/plain" });
  expect(plain).toMatchObject({ status: 400, body: errorBody("invalid_message", /./) });
  expect((await oracle.get(placeOf())).body).toMatchObject(errorBody("not_found", /no attestation waits here/));
  expect((await oracle.get(`/attestations/${taskTypeId}/0x12`)).status).toBe(400);
});

test("the description has every path, and allows what the service allows", async () => {
  const { description } = await startOracle(PATIENT);
  expect(Object.entries(description.paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
    ["/attestations", ["post"]],
    ["/attestations/batch", ["post"]],
    ["/attestations/{taskTypeId}/{sink}", ["get"]],
  ]);
  const schema = z.fromJSONSchema(description.components.schemas.Attestation as never);
  const good = await attest();
  expect(schema.parse(good)).toEqual(good);
  const { signature: _, ...unsigned } = good;
  const bad = [{ ...good, note: "hello" }, unsigned, { ...good, capacity: "1e3" }, { ...good, issuedAt: 2 ** 32 }];
  for (const message of bad) expect(schema.safeParse(message).success).toBe(false);
});

test("what the chain would not take is refused with what to do", async () => {
  const oracle = await startOracle(PATIENT);
  const refusal = async (message: AttestationMessage) => {
    const { status, body } = await oracle.post("/attestations", message);
    return { status, ...(body as { error: { code: string; message: string } }).error };
  };
  const now = Number((await chain.test.getBlock()).timestamp);
  const stranger = await chain.actor("stranger");
  expect(await refusal(await attest({}, stranger))).toEqual({
    status: 422,
    code: "unknown_sink",
    message: `${stranger.account.address} is not registered for this task type: call registerSink`,
  });
  expect(await refusal(await attest({ issuedAt: now + 1000 }))).toMatchObject({ status: 422, code: "from_the_future" });
  // The task type allows 60 seconds.
  expect(await refusal(await attest({ issuedAt: now - 61 }))).toMatchObject({ status: 422, code: "too_old" });
  const tampered = { ...(await attest()), capacity: "90" };
  expect(await refusal(tampered)).toMatchObject({ status: 422, code: "bad_signature" });
  const elsewhere = `0x${"7".repeat(64)}` as const;
  expect(await refusal(await attest({ taskTypeId: elsewhere }))).toMatchObject({
    status: 404,
    code: "unknown_task_type",
  });
  expect((await oracle.get(placeOf())).status).toBe(404);
});

test("an account that has code keeps its key, here as on the chain", async () => {
  const oracle = await startOracle(FAST);
  const [ada] = sinks as [WriteClient];
  // EIP-7702: what it delegates to answers nothing.
  await chain.test.setCode({ address: ada.account.address, bytecode: `0xef0100${"00".repeat(19)}05` });
  expect(await oracle.post("/attestations", { ...(await attest()), capacity: "90" })).toMatchObject({ status: 422 });
  expect((await oracle.post("/attestations", await attest())).status).toBe(200);
  await reaches(80n);
});

test("of what waits, only something newer takes the place", async () => {
  const oracle = await startOracle(PATIENT);
  const first = await attest();
  expect((await oracle.post("/attestations", first)).status).toBe(200);
  const replayed = await oracle.post("/attestations", first);
  expect(replayed).toMatchObject({ status: 409, body: errorBody("not_newer", /sign one with a later issuedAt/) });
  const older = await attest({ issuedAt: first.issuedAt - 1, capacity: "70" });
  expect((await oracle.post("/attestations", older)).status).toBe(409);
  await chain.pass(5);
  expect((await oracle.post("/attestations", await attest({ capacity: "90" }))).status).toBe(200);
  // In whatever case.
  const { body } = await oracle.get(placeOf().toLowerCase());
  expect(body).toMatchObject({ attestation: { capacity: "90" } });
});

test("what the chain has already is not taken again", async () => {
  const oracle = await startOracle(FAST);
  const message = await attest();
  expect((await oracle.post("/attestations", message)).status).toBe(200);
  await reaches(80n);
  await forgets(oracle);
  const replayed = await oracle.post("/attestations", message);
  expect(replayed).toMatchObject({ status: 409, body: errorBody("not_newer", /the chain has a signal of/) });
});

test("large bodies and too many messages are refused", async () => {
  const oracle = await startOracle([...PATIENT, "--max-body", "2000", "--client-limit", "7", "--sink-limit", "2"]);
  const large = await oracle.post("/attestations", { filler: "x".repeat(2000) });
  expect(large).toMatchObject({ status: 413, body: errorBody("body_too_large", /more than 2000 bytes/) });

  const now = Number((await chain.test.getBlock()).timestamp);
  const statuses = [];
  for (const age of [3, 2, 1]) {
    statuses.push((await oracle.post("/attestations", await attest({ issuedAt: now - age }))).status);
  }
  // Two for this sink, whoever sends them.
  expect(statuses).toEqual([200, 200, 429]);
  const other = await attest({}, sinks[1] as WriteClient);
  const forged = { ...other, capacity: "1" };
  expect((await oracle.post("/attestations", forged)).status).toBe(422);
  expect((await oracle.post("/attestations", other)).status).toBe(200);

  const attestations = [await attest({}, sinks[2] as WriteClient), other];
  const tooMany = await oracle.post("/attestations/batch", { attestations });
  expect(tooMany).toMatchObject({
    status: 429,
    body: errorBody("too_many_requests", /^this address sends more than 7/),
  });
  expect(Number(tooMany.retryAfter)).toBeGreaterThan(0);
});

test("behind a proxy each client has its own limit", async () => {
  const oracle = await startOracle([...PATIENT, "--client-limit", "1", "--trust-proxy"]);
  const from = (...addresses: string[]) =>
    oracle.post("/attestations", {}, { "x-forwarded-for": addresses.join(", ") }).then(({ status }) => status);
  expect(await from("10.0.0.1")).toBe(400);
  expect(await from("10.0.0.1")).toBe(429);
  // What a client puts before the proxy's entry is its own invention.
  expect(await from("10.0.0.9", "10.0.0.1")).toBe(429);
  expect(await from("10.0.0.2")).toBe(400);
});

test("without the chain nothing is stored, and with it everything works again", async () => {
  const rpc = await FaultyRpc.start(chain.url);
  const oracle = await startOracle([...FAST, "--rpc-timeout", "0.5"], { ...workplace.env(), LOCAL_RPC_URL: rpc.url });
  const message = await attest();
  await expectRefusedWithoutChain(rpc, () => oracle.post("/attestations", message));
  expect((await oracle.post("/attestations", message)).status).toBe(200);
  rpc.fault = "hangs";
  await chain.pass(1);
  rpc.fault = "errors";
  await chain.pass(1);
  rpc.fault = undefined;
  await reaches(80n);
  for (const service of services.splice(0)) await service.stop();
  await rpc.stop();
});

test("a message that turned bad while it waited does not hurt the others", async () => {
  const oracle = await startOracle([...PATIENT, "--batch-size", "3", "--poll-interval", "0.05"]);
  const [ada, bob, cyd] = sinks as [WriteClient, WriteClient, WriteClient];
  for (const sink of [ada, bob]) expect((await oracle.post("/attestations", await attest({}, sink))).status).toBe(200);
  await deregisterSink(bob, { deployment: chain.deployment, taskTypeId });
  expect((await oracle.post("/attestations", await attest({}, cyd))).status).toBe(200);
  await reaches(80n, cyd);
  expect(await declared(ada)).toBe(80n);
  await forgets(oracle, bob);
  expect(oracle.log).toContainEqual(
    expect.objectContaining({
      msg: "no longer kept",
      reason: expect.stringMatching(/is not registered|chain skipped it/),
    }),
  );
});

test("two oracles with the same message do no harm", async () => {
  const first = await startOracle(FAST);
  const second = await startOracle([...FAST, ...dataArgument("rival")], workplace.env("rival"));
  const message = await attest();
  const answers = await Promise.all([first.post("/attestations", message), second.post("/attestations", message)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await reaches(80n);
  for (const oracle of [first, second]) await forgets(oracle);
});

test("killed right after its answer, it still brings the message to the chain", async () => {
  const argv = ["--network", "local", "--port", "0", "--poll-interval", "0.05", ...dataArgument()];
  const first = await spawnService("oracle", [...argv, "--max-wait", "3600"], workplace.env());
  // While processes start the chain's clock runs: this task type gives it time.
  const terms = { reportDelay: 3600, signalTimeToLive: 7200, horizon: 36_000 };
  const patient = await chain.registerTaskType("patient", terms);
  const sink = await addSink(chain, patient, "ada", 100n);
  await chain.pass(EPOCH);
  const signal = { deployment: chain.deployment, taskTypeId: patient, capacity: 80n, backlog: 0n };
  const message = { ...(await signAttestation(sink, signal)), capacity: "80", backlog: "0" };
  const place = `/attestations/${patient}/${sink.account.address}`;
  const reached = async () => (await getSink(chain.client, { ...signal, sink: sink.account.address })).declaredCapacity;
  const { status } = await (await DescribedApi.of(first.url)).post("/attestations", message);
  await first.kill();
  expect(status).toBe(200);

  const second = await spawnService("oracle", [...argv, "--max-wait", "3600"], workplace.env());
  const { body } = await (await DescribedApi.of(second.url)).get(place);
  expect(body).toMatchObject({ attestation: message });
  await second.kill();
  expect(await reached()).toBe(0n);

  const third = await spawnService("oracle", [...argv, "--max-wait", "0.05"], workplace.env());
  await vi.waitFor(async () => expect(await reached()).toBe(80n), { timeout: 50_000, interval: 50 });
  expect(await third.stop()).toBe(0);
});

test("only the named task types are served", async () => {
  const other = await chain.registerTaskType("other");
  const oracle = await startOracle([...PATIENT, "--task-type", "work"]);
  const message = { ...(await attest()), taskTypeId: other };
  const refused = await oracle.post("/attestations", message);
  expect(refused).toMatchObject({ status: 404, body: errorBody("unknown_task_type", /does not serve/) });
  expect((await oracle.post("/attestations", await attest())).status).toBe(200);
});

test("health, metrics and unknown paths", async () => {
  const oracle = await startOracle(PATIENT);
  await oracle.post("/attestations", await attest());
  await oracle.post("/attestations", {});
  expect(await (await fetch(`${oracle.admin}/health`)).json()).toEqual({ status: "ok", problems: [] });
  // Who sends messages learns whether it works, and no more.
  expect(await (await fetch(`${oracle.url}/health/ready`)).json()).toEqual({ status: "ok" });
  for (const path of ["/health", "/metrics"]) expect((await fetch(oracle.url + path)).status).toBe(404);
  const metrics = await (await fetch(`${oracle.admin}/metrics`)).text();
  expect(metrics).toMatch(/backpressure_messages_total\{outcome="stored",service="oracle"\} 1/);
  expect(metrics).toMatch(/backpressure_messages_total\{outcome="invalid_message",service="oracle"\} 1/);
  expect(metrics).toMatch(/backpressure_messages_stored\{service="oracle"\} 1/);
  const unknown = await fetch(`${oracle.url}/nowhere`);
  expect([unknown.status, await unknown.json()]).toEqual([404, errorBody("not_found", /openapi\.json/)]);
});

test("a store in use, a store of another deployment, and a missing record are one line", async () => {
  await startOracle(PATIENT);
  await expect(startOracle(PATIENT)).rejects.toThrow(
    /ended with 1: error: cannot open the store .*another process uses it/,
  );
  const env = { ...workplace.env(), DEPLOYMENTS_DIR: join(workplace.folder, "none") };
  await expect(startOracle(PATIENT, env)).rejects.toThrow(/ended with 2: error: nothing is recorded in .*deploy first/);
  await expect(startOracle([...PATIENT, "--batch-size", "0"])).rejects.toThrow(
    /ended with 2: error: --batch-size: at least 1/,
  );
});
