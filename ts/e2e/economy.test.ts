import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Abi, type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { getContractEvents } from "viem/actions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { escrowBufferAbi } from "../abi/index.ts";
import { addressesOf, requireRecord } from "../core/deploymentRecord.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { type Anvil, startAnvil } from "../localchain/anvil.ts";
import { type LocalEconomy, localEconomy, UNIT_RATE } from "../localchain/localEconomy.ts";
import { deploySuperfluid } from "../localchain/localSuperfluid.ts";
import { addSink, addSource } from "../localchain/participants.ts";
import { deployProgram } from "../operate/deploy/program.ts";
import { type Call, type Calls, callsOf } from "../sdk/calls/callsOf.ts";
import {
  type GetSinkReturnType,
  getPool,
  getSink,
  getSource,
  getTaskType,
  ReceiptBook,
  signAttestation,
  signReceipt,
  type WriteClient,
} from "../sdk/index.ts";
import { send } from "../sdk/internal/call.ts";
import { type Fault, FaultyRpc } from "../testkit/faultyRpc.ts";
import { type LogLine, type ServiceProcess, spawnService } from "../testkit/service.ts";
import { runCommand } from "../testkit/terminal.ts";
import { serviceKeys } from "../testkit/workplace.ts";
import { addUpHoldings } from "./holdings.ts";

/**
 * The whole protocol from outside, in the order of a life: deploy, register, stake, stream, signal, move, verify,
 * slash, close. Keepers, oracle and verifier are real processes behind an endpoint that fails now and then, and are
 * killed while they work.
 */

// Processes start and die here; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const EPOCH = 30;
/** A signal settles its sink from the third epoch after it was settled on. */
const SETTLED_WITHIN = 4;
const CAPACITY = 100n;
const NAMES = ["ada", "bob", "cyd"] as const;
const SOON = { timeout: 60_000, interval: 50 };
const ARGV = ["--network", "local", "--port", "0", "--poll-interval", "0.1", "--rpc-timeout", "1"];

/** Two keepers at once do no harm. */
const SCRIPTS = { keeper: "keeper", rival: "keeper", oracle: "oracle", verifier: "verifier" } as const;
type ServiceName = keyof typeof SCRIPTS;
const SERVICES = Object.keys(SCRIPTS) as ServiceName[];

let anvil: Anvil;
let rpc: FaultyRpc;
let folder: string;
let economy: LocalEconomy;
let taskTypeId: Hex;
let source: WriteClient;
let forwarder: Calls<Abi>;
const sinks = {} as Record<(typeof NAMES)[number], WriteClient>;
const books = {} as Record<(typeof NAMES)[number], ReceiptBook>;
const services = {} as Record<ServiceName, ServiceProcess>;
const log: LogLine[][] = [];

const task = () => ({ deployment: economy.deployment, taskTypeId });
/** While it mines, anvil may answer with the state of one block at the time of the one before; then it is asked again. */
const sinkOf = (name: (typeof NAMES)[number]): Promise<GetSinkReturnType> =>
  vi.waitFor(() => getSink(economy.client, { ...task(), sink: sinks[name].account.address }), SOON);
const poolNow = () => vi.waitFor(() => getPool(economy.client, task()), SOON);
const epochNow = async () => Math.floor(Number((await economy.test.getBlock()).timestamp) / EPOCH);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-e2e-"));
  anvil = await startAnvil({ timestamp: 1_800_000_000 });
  rpc = await FaultyRpc.start(anvil.url);
});

afterAll(async () => {
  for (const service of Object.values(services)) await service.kill();
  await rpc?.stop();
  await anvil?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Services know only the endpoint that fails now and then. */
const environment = (url: string, key: string): NodeJS.ProcessEnv => ({
  LOCAL_RPC_URL: url,
  DEPLOYMENTS_DIR: folder,
  ...serviceKeys(keccak256(stringToBytes(key))),
});

async function start(name: ServiceName): Promise<void> {
  const script = SCRIPTS[name];
  const own = script === "oracle" ? ["--max-wait", "0.05"] : [];
  const data = script === "keeper" ? [] : ["--data", join(folder, name)];
  const ready = script === "keeper" ? "started" : "ready";
  services[name] = await spawnService(script, [...ARGV, ...own, ...data], environment(rpc.url, name), ready);
  log.push(services[name].log);
}

async function killAndRestart(name: ServiceName): Promise<void> {
  await services[name].kill();
  await start(name);
}

/** Requests that a service's endpoint did not answer. */
async function failuresOf(name: ServiceName): Promise<number> {
  const metrics = await (await fetch(`${services[name].admin}/metrics`)).text();
  return Number(/^backpressure_rpc_errors_total\{.*\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** Lets the endpoint fail until a service has noticed. */
async function failUntilNoticed(name: ServiceName, fault: Fault): Promise<void> {
  const before = await failuresOf(name);
  rpc.fault = fault;
  await vi.waitFor(async () => expect(await failuresOf(name)).toBeGreaterThan(before), SOON);
}

/** Lets keepers see what has changed, and the escrow follow once the inflow is confirmed. */
async function letEscrowFollow(): Promise<void> {
  for (let look = 0; look < 3; look++) {
    await economy.pass(13);
    await vi.waitFor(async () => expect((await poolNow()).needsRebalance).toBe(false), SOON);
  }
}

async function run(argv: string[], changes: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...environment(anvil.url, "creator"), ...changes };
  const { code, out, error } = await runCommand(deployProgram, [...argv, "--network", "local"], { env });
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return out;
}

/** As an outside client would, with what Superfluid publishes and nothing of ours. */
async function distributeFlow(flowRate: bigint): Promise<void> {
  const { distributionPool: pool } = await getTaskType(economy.client, task());
  const call = forwarder.distributeFlow?.(economy.superToken, source.account.address, pool, flowRate, "0x");
  await send(source, call as Call);
}

/** Sends until it is taken: a service may be starting, or its endpoint failing. */
async function post(name: "oracle" | "verifier", path: string, body: object): Promise<void> {
  await vi.waitFor(async () => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(services[name].url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const { results } = (await response.json()) as { results: { status?: string; error?: { code: string } }[] };
    for (const { status, error } of results) expect(status ?? error?.code).toMatch(/^(pending|not_newer)$/);
  }, SOON);
}

/** A new epoch, in which every sink says what it can do. */
async function signal(capacities: Record<(typeof NAMES)[number], bigint>): Promise<void> {
  await economy.pass(EPOCH);
  const attestations = await Promise.all(
    NAMES.map(async (name) => {
      const signed = await signAttestation(sinks[name], { ...task(), capacity: capacities[name], backlog: 0n });
      return { ...signed, capacity: String(signed.capacity), backlog: String(signed.backlog) };
    }),
  );
  await post("oracle", "/attestations/batch", { attestations });
}

/** Until what was signalled counts. */
async function signalled(capacities: Record<(typeof NAMES)[number], bigint>): Promise<void> {
  for (const name of NAMES) {
    await vi.waitFor(async () => expect((await sinkOf(name)).declaredCapacity).toBe(capacities[name]), SOON);
  }
}

/** Ada and Bob have done what they were paid for, and the source says so; Cyd has done nothing. */
async function acknowledge(): Promise<void> {
  const { deployment } = economy;
  const receipts = [];
  for (const name of ["ada", "bob"] as const) {
    const book = books[name];
    const value = (await sinkOf(name)).paid - book.delivered(source.account.address);
    const receipt = book.deliver({ source: source.account.address, value });
    const sourceSignature = await signReceipt(source, { deployment, receipt });
    const signed = await book.accept(sinks[name], { receipt, sourceSignature });
    receipts.push({ ...signed, completed: String(signed.completed) });
  }
  await post("verifier", "/receipts/batch", { receipts });
}

async function acknowledgedBySource(): Promise<bigint> {
  const query = { ...task(), source: source.account.address };
  return (await vi.waitFor(() => getSource(economy.client, query), SOON)).acknowledged;
}

/** Wei that slashes, and nobody else here, have given to the escrow. */
async function donatedSoFar(): Promise<bigint> {
  const { client, deployment } = economy;
  const query = {
    address: deployment.escrowBuffer,
    abi: escrowBufferAbi,
    eventName: "Donated",
    fromBlock: 0n,
  } as const;
  const events = await getContractEvents(client, { ...query, strict: true });
  return events.reduce((sum, { args }) => sum + args.amount, 0n);
}

const ALL = { ada: CAPACITY, bob: CAPACITY, cyd: CAPACITY };

test("deploy, and register a task type", async () => {
  const superfluid = await deploySuperfluid(anvil.url, anvil.deployer);
  await localEconomy({ url: anvil.url, deployment: {} as never, superfluid }).then(({ actor }) => actor("creator"));
  const deployed = await run([], { SUPERFLUID_HOST: superfluid.host });
  expect(deployed).toContain("Deployed and verified against the local build");
  const record = requireRecord(folder, 31337);
  economy = await localEconomy({ url: anvil.url, deployment: addressesOf(record), superfluid });

  // Attestations may wait for a service that starts on a busy machine.
  const times = ["--epoch", "30s", "--report-delay", "60s", "--horizon", "245s", "--grace", "30s"];
  const terms = ["--unit-rate", String(UNIT_RATE), ...times];
  await run(["task-type", "--name", "answer", "--token", superfluid.superToken, "--minimum-stake", "10", ...terms]);
  taskTypeId = requireRecord(folder, 31337).taskTypes?.answer as Hex;

  const path = "lib/superfluid-contracts/build/hardhat/contracts/utils/GDAv1Forwarder.sol/GDAv1Forwarder.json";
  const { abi } = JSON.parse(readFileSync(join(PROJECT_ROOT, path), "utf8")) as { abi: Abi };
  forwarder = callsOf(abi)(superfluid.gdaV1Forwarder);
});

test("sinks stake and register; keepers, oracle and verifier start", async () => {
  for (const name of NAMES) {
    sinks[name] = await addSink(economy, taskTypeId, name, CAPACITY);
    books[name] = new ReceiptBook({ ...task(), sink: sinks[name].account.address });
  }
  source = await addSource(economy, "source", parseEther("1000"));
  await Promise.all(SERVICES.map((name) => economy.actor(name).then(() => start(name))));
  for (let epoch = 0; epoch < 5; epoch++) {
    await signal(ALL);
    await signalled(ALL);
  }
  for (const name of NAMES) expect((await sinkOf(name)).smoothedCapacity).toBeGreaterThan(70);
});

test("a stream that an outside client opens is split, and what is too much waits in the escrow", async () => {
  await distributeFlow(150n * UNIT_RATE);
  expect((await getSource(economy.client, { ...task(), source: source.account.address })).flowRate).toBeGreaterThan(0n);
  // A new stream may pay above the cap until money has confirmed it.
  await letEscrowFollow();
  const open = await poolNow();
  expect(open.price).toBeLessThanOrEqual(UNIT_RATE);
  for (const name of NAMES) expect((await sinkOf(name)).flowRate).toBeGreaterThan(40n * UNIT_RATE);

  await distributeFlow(600n * UNIT_RATE);
  await letEscrowFollow();
  const saturated = await poolNow();
  expect(saturated.price).toBeLessThanOrEqual(UNIT_RATE);
  expect(saturated.price).toBeGreaterThan((UNIT_RATE * 9n) / 10n);
  await economy.pass(5);
  expect((await poolNow()).escrow.overflow).toBeGreaterThan(0n);
});

test("who signals less is paid less, also while the endpoint fails and services die", async () => {
  await distributeFlow(200n * UNIT_RATE);
  await letEscrowFollow();
  const before = await sinkOf("ada");
  const less = { ...ALL, ada: 20n };
  for (const fault of ["errors", "hangs"] as const) {
    await signal(less);
    // What was answered with 200 is not lost: not by the endpoint, and not by the death of who answered.
    await failUntilNoticed("oracle", fault);
    await services.oracle.kill();
    rpc.fault = undefined;
    await start("oracle");
    await signalled(less);
  }
  await killAndRestart("keeper");
  await signal(less);
  await signalled(less);
  await letEscrowFollow();
  const after = await sinkOf("ada");
  expect(after.units).toBeLessThan((before.units * 2n) / 3n);
  expect(after.flowRate).toBeLessThan(before.flowRate);
  expect((await sinkOf("bob")).units).toBeGreaterThan((after.units * 3n) / 2n);
});

test("a sink that works for nobody is slashed, and the others are not", async () => {
  await distributeFlow(400n * UNIT_RATE);
  const before = { ada: await sinkOf("ada"), bob: await sinkOf("bob"), cyd: await sinkOf("cyd") };
  const donated = await donatedSoFar();
  let epochs = 0;
  // Receipts are taken to the chain in every other epoch.
  const acknowledged: bigint[] = [];
  for (let cyd = before.cyd; cyd.stake === before.cyd.stake && epochs < 60; cyd = await sinkOf("cyd"), epochs++) {
    acknowledged.push(await acknowledgedBySource());
    await acknowledge();
    if (epochs === 2) await killAndRestart("verifier");
    if (epochs === 3) await failUntilNoticed("verifier", "hangs");
    if (epochs === 4) await failUntilNoticed("keeper", "internal error");
    if (epochs === 5) await killAndRestart("rival");
    rpc.fault = undefined;
    await signal(ALL);
    const epoch = await epochNow();
    // A chain that is hurried on while services start sees epochs without receipts, and expects nothing of anybody.
    await vi.waitFor(async () => {
      expect((await sinkOf("bob")).signal.settledEpoch).toBeGreaterThan(epoch - SETTLED_WITHIN);
      // Not of each sink: whose receipt comes last waits for the next epoch if the source has not spent enough yet.
      expect(await acknowledgedBySource()).toBeGreaterThan(acknowledged.at(-2) ?? -1n);
    }, SOON);
  }
  const cyd = await sinkOf("cyd");
  expect(cyd.stake).toBeLessThan(before.cyd.stake);
  // Whoever is slashed starts again from zero; a signal of the same epoch makes one step of three tenths, at most.
  expect(cyd.units).toBeLessThanOrEqual(30n);
  for (const name of ["ada", "bob"] as const) expect((await sinkOf(name)).stake).toBe(before[name].stake);
  // It goes to the escrow of those who paid.
  expect((await donatedSoFar()) - donated).toBe(before.cyd.stake - cyd.stake);
});

test("the stream is closed, the escrow is paid out or returned, and every wei is there", async () => {
  await distributeFlow(0n);
  await letEscrowFollow();
  expect(await Promise.all(SERVICES.map((name) => services[name].stop()))).toEqual([0, 0, 0, 0]);
  expect(log.flat().filter(({ level }) => level === "error")).toEqual([]);
  const { flowRate, streamDeposit } = await getSource(economy.client, { ...task(), source: source.account.address });
  expect({ flowRate, streamDeposit }).toEqual({ flowRate: 0n, streamDeposit: 0n });
  const { supply, held } = await addUpHoldings(economy);
  expect(held).toBe(supply);
  expect(supply).toBeGreaterThan(parseEther("1000"));
});
