import pg from "pg";
import { type Hex, parseEventLogs } from "viem";
import { getLogs } from "viem/actions";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { addSink } from "../../localchain/participants.ts";
import { signAttestation, unpackSignals, type WriteClient } from "../../sdk/index.ts";
import { DescribedApi, errorBody } from "../../testkit/http.ts";
import { type Postgres, startPostgres } from "../../testkit/postgres.ts";
import { type ServiceProcess, spawnService } from "../../testkit/service.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";

const SINKS = 12;

vi.setConfig({ testTimeout: 180_000 });

let chain: TestChain;
let postgres: Postgres;
let taskTypeId: Hex;
let sinks: WriteClient[];
let workplace: Workplace;
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  [chain, postgres] = await Promise.all([startTestChain(), startPostgres()]);
  // While processes start and die the chain's clock runs.
  const terms = { reportDelay: 3600, signalTimeToLive: 7200, horizon: 36_000 };
  taskTypeId = await chain.registerTaskType("work", terms);
  sinks = [];
  for (let i = 0; i < SINKS; i++) sinks.push(await addSink(chain, taskTypeId, `sink ${i}`, 100n));
  await chain.actor("operator");
  await chain.pass(EPOCH);
});

beforeEach(async () => {
  workplace = createWorkplace(chain);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("DROP TABLE IF EXISTS backpressure_messages, backpressure_limits");
  await client.end();
  return async () => {
    for (const service of processes.splice(0)) await service.kill();
    workplace.remove();
  };
});

afterAll(async () => {
  await postgres.stop();
  await chain.stop();
});

/** Replicas differ in nothing: the same key, the same database. */
async function startReplica(...argv: string[]) {
  const fast = ["--network", "local", "--port", "0", "--poll-interval", "0.1", "--log-level", "debug"];
  const env = { ...workplace.env(), ORACLE_DATABASE_URL: postgres.url };
  const service = await spawnService("oracle", [...fast, ...argv], env);
  processes.push(service);
  const { log } = service;
  const has = (message: string) => log.some(({ msg }) => msg === message);
  return { service, api: await DescribedApi.of(service.url), log, leads: () => has("submitting from now on"), has };
}

async function attest(sink: WriteClient) {
  const signed = await signAttestation(sink, { deployment: chain.deployment, taskTypeId, capacity: 80n, backlog: 0n });
  return { ...signed, capacity: "80", backlog: "0" };
}

const soon = { timeout: 50_000, interval: 50 };

test("the leader is killed with batches in flight: nothing is lost, and nothing is sent twice", async () => {
  const options = ["--max-wait", "0.05", "--batch-size", "2"];
  const [first, second] = await Promise.all([startReplica(...options), startReplica(...options)]);
  await vi.waitFor(() => expect(first.leads() || second.leads()).toBe(true), soon);
  const [leader, other] = first.leads() ? [first, second] : [second, first];
  const fromBlock = await chain.test.getBlockNumber({ cacheTime: 0 });

  await chain.test.setAutomine(false);
  for (const [index, sink] of sinks.entries()) {
    // Whichever the load balancer takes.
    const { api } = index % 2 === 0 ? leader : other;
    expect((await api.post("/attestations", await attest(sink))).status).toBe(200);
    if (index === SINKS / 2) await vi.waitFor(() => expect(leader.has("sent")).toBe(true), soon);
  }
  expect(other.has("sent")).toBe(false);
  await leader.service.kill();
  await vi.waitFor(() => expect(other.leads()).toBe(true), soon);
  await chain.test.setIntervalMining({ interval: 1 });

  await vi.waitFor(async () => {
    for (const sink of sinks) {
      const { status } = await other.api.get(`/attestations/${taskTypeId}/${sink.account.address}`);
      expect(status).toBe(404);
    }
  }, soon);
  await chain.test.setIntervalMining({ interval: 0 });
  await chain.test.setAutomine(true);
  const logs = await getLogs(chain.client, { address: chain.deployment.capacityRegistry, fromBlock });
  const events = parseEventLogs({ abi: capacityRegistryAbi, logs });
  const signalled = events.flatMap((event) =>
    event.eventName === "CapacitiesSignalled" ? unpackSignals(event.args.signals).map(({ sink }) => sink) : [],
  );
  expect(signalled.sort()).toEqual(sinks.map(({ account }) => account.address).sort());
  expect(events.filter(({ eventName }) => eventName === "AttestationSkipped")).toEqual([]);
  expect(await other.service.stop()).toBe(0);
});

test("what one replica has taken the other one knows, and a limit counts for both", async () => {
  const options = ["--max-wait", "3600", "--client-limit", "4"];
  const [first, second] = await Promise.all([startReplica(...options), startReplica(...options)]);
  await chain.pass(EPOCH);
  const [ada] = sinks as [WriteClient];
  const message = await attest(ada);
  expect((await first.api.post("/attestations", message)).status).toBe(200);
  const place = `/attestations/${taskTypeId}/${ada.account.address}`;
  expect((await second.api.get(place)).body).toMatchObject({ attestation: message });
  const replayed = await second.api.post("/attestations", message);
  expect(replayed).toMatchObject({ status: 409, body: errorBody("not_newer", /waits already/) });
  await first.api.get(place);
  expect(await second.api.get(place)).toMatchObject({ status: 429, body: errorBody("too_many_requests", /than 4/) });
  // The address of the database has a password.
  expect(JSON.stringify([first.log, second.log])).not.toContain("secret");
});
