import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { addSink } from "../../localchain/participants.ts";
import { signAttestation, type WriteClient } from "../../sdk/index.ts";
import { DescribedApi, errorBody } from "../../testkit/http.ts";
import { type ServiceProcess, spawnService } from "../../testkit/service.ts";
import { createSmallDisk, noSmallDisk } from "../../testkit/smallDisk.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";

/** Nothing is submitted meanwhile. */
const PATIENT = ["--network", "local", "--port", "0", "--max-wait", "3600", "--client-limit", "10000"];

// Every test starts some processes.
vi.setConfig({ testTimeout: 180_000 });

let chain: TestChain;
let taskTypeId: Hex;
let sink: WriteClient;
let workplace: Workplace;
let issuedAt: number;
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  sink = await addSink(chain, taskTypeId, "ada", 100n);
  await chain.actor("operator");
  await chain.pass(EPOCH);
  issuedAt = Number((await chain.test.getBlock()).timestamp) - 55;
});

beforeEach(() => {
  workplace = createWorkplace(chain);
  return async () => {
    for (const service of processes.splice(0)) await service.kill();
    workplace.remove();
  };
});

afterAll(() => chain.stop());

async function start(folder: string, ...more: string[]) {
  const service = await spawnService("oracle", [...PATIENT, "--data", folder, ...more], workplace.env());
  processes.push(service);
  const api = await DescribedApi.of(service.url);
  return { service, api, health: async () => (await (await fetch(`${service.admin}/health`)).json()) as object };
}

/** A message that is newer than all before. */
async function newer() {
  const terms = { deployment: chain.deployment, taskTypeId, capacity: 80n, backlog: 0n, issuedAt: issuedAt++ };
  return { ...(await signAttestation(sink, terms)), capacity: "80", backlog: "0" };
}

const place = () => `/attestations/${taskTypeId}/${sink.account.address}`;

test.skipIf(noSmallDisk !== undefined)(
  `a full disk is 503 and a health problem, and what was answered with 200 survives a kill${noSmallDisk ?? ""}`,
  async () => {
    const disk = createSmallDisk(join(workplace.folder, "disk"));
    try {
      const { service, api, health } = await start(join(disk.folder, "data"), "--sink-limit", "10000");
      expect((await api.post("/attestations", await newer())).status).toBe(200);
      disk.fill();
      let answer = await api.post("/attestations", await newer());
      // What LevelDB has of its file already takes some.
      while (answer.status === 200) answer = await api.post("/attestations", await newer());
      const refusal = { status: 503, retryAfter: "5", body: errorBody("store_unavailable", /send it again later/) };
      expect(answer).toMatchObject(refusal);
      expect(await api.post("/attestations", await newer())).toMatchObject(refusal);
      const problem = expect.stringMatching(/^cannot write to .*: make room, or make it writable$/);
      expect(await health()).toEqual({ status: "failing", problems: [{ check: "store", problem }] });

      disk.free();
      await vi.waitFor(async () => expect(await health()).toEqual({ status: "ok", problems: [] }), { timeout: 20_000 });
      let latest = await newer();
      for (let i = 0; i < 5; i++) {
        latest = await newer();
        expect((await api.post("/attestations", latest)).status).toBe(200);
      }
      await service.kill();
      const again = await start(join(disk.folder, "data"));
      expect((await again.api.get(place())).body).toMatchObject({ attestation: latest });
      await again.service.kill();
    } finally {
      for (const service of processes.splice(0)) await service.kill();
      disk.remove();
    }
  },
);

test("a damaged folder is one line that names the remedy, and with it the service goes on", async () => {
  const folder = join(workplace.folder, "data");
  const { service, api } = await start(folder);
  const message = await newer();
  expect((await api.post("/attestations", message)).status).toBe(200);
  await service.kill();
  const log = join(folder, readdirSync(folder).find((name) => name.endsWith(".log")) as string);
  const bytes = readFileSync(log);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
  writeFileSync(log, bytes);
  await expect(start(folder)).rejects.toThrow(/ended with 1: error: the store .* is damaged .*--salvage/);
  const again = await start(folder, "--salvage");
  expect((await again.api.get(place())).status).toBe(404);
  expect((await again.api.post("/attestations", message)).status).toBe(200);
});
