import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, type Hex, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Terminal } from "../../core/commandLine.ts";
import { writeRecord } from "../../core/deploymentRecord.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import {
  closeStream,
  getPool,
  openStream,
  requestUnstake,
  setProfile,
  signReceipt,
  stake,
  submitReceipts,
  type WriteClient,
} from "../../sdk/index.ts";
import { read, send } from "../../sdk/internal/call.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { runCommand } from "../../testkit/terminal.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { inspectProgram } from "./program.ts";
import { amount, moment, percent, rate } from "./words.ts";

let chain: TestChain;
let folder: string;
let env: NodeJS.ProcessEnv;
let taskTypeId: Hex;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let sink: WriteClient;
let source: WriteClient;

beforeAll(async () => {
  chain = await startTestChain();
  folder = mkdtempSync(join(tmpdir(), "backpressure-inspect-"));
  env = { LOCAL_RPC_URL: chain.url, DEPLOYMENTS_DIR: folder };
  taskTypeId = await chain.registerTaskType("translate");
  task = { deployment: chain.deployment, taskTypeId };
  const owner = (await chain.actor("owner")).account.address;
  const taskTypes = { translate: taskTypeId };
  writeRecord(folder, { chainId: 31337, block: 1, owner, ...chain.deployment, taskTypes });
  sink = await addSink(chain, taskTypeId, "sink", 200n);
  await signalFor(chain, taskTypeId, sink, 100n, 8);
  source = await addSource(chain, "source");
});

eachAnew(() => chain);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await chain.stop();
});

const inspect = (argv: string[], changes: Partial<Terminal> = {}) =>
  runCommand(inspectProgram, [...argv, "--network", "local"], { env, ...changes });

async function textOf(...argv: string[]): Promise<string> {
  const { code, out, error } = await inspect(argv);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return out;
}

async function jsonOf(...argv: string[]) {
  return JSON.parse(await textOf(...argv, "--json"));
}

const rebalance = (sinks: Address[] = []) =>
  send(source, contractsOf(chain.deployment).capacityRegistry.rebalance(taskTypeId, sinks));

test("a pool shows its money per month and per second, by name or identifier", async () => {
  const { flowRate } = await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  const text = await textOf("pool", "translate");
  expect(text).toContain("Pool of translate\n");
  expect(text).toMatch(/inflow +13,1\d\d\.\d+ USDCx per month \(0\.00\d+ per second\)/);
  expect(text).toContain(rate(flowRate, "USDCx"));
  expect(await jsonOf("pool", taskTypeId)).toMatchObject({ flowRate: String(flowRate), taskType: { taskTypeId } });
});

test("a pool in order needs nothing", async () => {
  expect(await textOf("pool", "translate")).toContain("Nothing needs attention.");
});

const UNJUDGED = "too few sources give receipts to judge any sink: only declared backlog protects the money here";

test("a pool says that the escrow lags, and stops saying so", async () => {
  await openStream(source, { ...task, flowRate: 300n * UNIT_RATE });
  expect((await jsonOf("pool", "translate")).attention).toEqual([
    UNJUDGED,
    "units are paid more than they may be: call rebalance now and 12 s later",
  ]);
  await chain.pass(12);
  expect((await jsonOf("pool", "translate")).attention).toContainEqual(
    expect.stringMatching(/has not followed the inflow yet: call rebalance/),
  );
  for (let round = 0; round < 2; round++) {
    await chain.pass(12);
    await rebalance();
  }
  expect((await jsonOf("pool", "translate")).attention).toEqual([UNJUDGED]);
});

test("a pool says what can be drained, released, and that nobody is there", async () => {
  await openStream(source, { ...task, flowRate: 300n * UNIT_RATE });
  for (let round = 0; round < 3; round++) {
    await chain.pass(12);
    await rebalance();
  }
  await closeStream(source, task);
  for (let round = 0; round < 3; round++) {
    await chain.pass(12);
    await rebalance();
  }
  const drainable = (await getPool(chain.client, task)).escrow.drainable;
  expect(drainable).toBeGreaterThan(0n);
  expect((await jsonOf("pool", "translate")).attention).toContainEqual(
    expect.stringMatching(/USDCx can be paid to the sinks: call drain/),
  );

  // Long after its last signal the sink is gone.
  await chain.pass(80 * EPOCH);
  await rebalance([sink.account.address]);
  await openStream(source, { ...task, flowRate: UNIT_RATE });
  expect((await jsonOf("pool", "translate")).attention).toContainEqual(
    expect.stringMatching(/^no sink has units: what comes in waits in the escrow/),
  );
});

test("a pool says whether its sinks can be judged, before anybody streams and after", async () => {
  expect(await textOf("pool", "translate")).toMatch(/evidence +unverified, receipts speak for 0\.0 % of the pay/);
  await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  await chain.pass(60);
  const { evidence, attention } = await jsonOf("pool", "translate");
  expect(evidence).toEqual({ participation: 0, verified: false });
  expect(attention).toContainEqual(UNJUDGED);

  const completed = (await jsonOf("sink", "translate", sink.account.address)).paid;
  const receipt = {
    taskTypeId,
    source: source.account.address,
    sink: sink.account.address,
    completed: BigInt(completed),
  };
  const [sourceSignature, sinkSignature] = await Promise.all([
    signReceipt(source, { ...task, receipt }),
    signReceipt(sink, { ...task, receipt }),
  ]);
  await submitReceipts(sink, { ...task, receipts: [{ ...receipt, sourceSignature, sinkSignature }] });
  expect(await textOf("pool", "translate")).toMatch(/evidence +verified, receipts speak for [4-9]\d\.\d % of the pay/);
});

test("what is shown fits a screen of 80 columns", async () => {
  await openStream(source, { ...task, flowRate: 300n * UNIT_RATE });
  await chain.pass(12);
  const texts = [
    await textOf("pool", "translate"),
    await textOf("sink", "translate", sink.account.address),
    await textOf("source", "translate", source.account.address),
  ];
  for (const line of texts.join("").split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("a pool says that streams are too small for it", async () => {
  const { totalUnits } = await getPool(chain.client, task);
  await openStream(source, { ...task, flowRate: totalUnits * 500n, runway: 0, force: true });
  expect((await jsonOf("pool", "translate")).attention).toContainEqual(
    expect.stringMatching(/paid 500 wei per second, so rounding costs/),
  );
});

test("a sink shows capacity and pay", async () => {
  await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  const text = await textOf("sink", "translate", sink.account.address);
  expect(text).toMatch(/registered +yes/);
  expect(text).toMatch(/owed +0 USDCx, 0 of 3 strikes/);
  expect(text).toMatch(/exit charge +0 USDCx/);
  expect(text).toMatch(/capacity +100 declared, 9\d\.\d+ smoothed, 200 backed/);
  expect(text).toContain("Nothing needs attention.");
});

test("a sink shows the profile that it has set last, and no sequence that moves a cursor", async () => {
  const account = sink.account.address;
  expect(await textOf("sink", "translate", account)).not.toContain("profile");
  for (const name of ["old", "new"])
    await setProfile(sink, { ...task, profileUri: `https://${name}.example/\u001b[2J` });
  expect(await textOf("sink", "translate", account)).toMatch(/profile +https:\/\/new\.example\/\?\[2J\n/);
});

test("a sink that went silent is said to have expired, and since when", async () => {
  // It was settled two epochs before its last signal, and fades from five after that on.
  await chain.pass(9 * EPOCH);
  const { attention, signal } = await jsonOf("sink", "translate", sink.account.address);
  expect(signal.epochsExpired).toBe(6);
  expect(attention).toContain(
    `sink ${sink.account.address} expired 6 epochs ago: run signalCapacity, or its pay fades`,
  );
  expect(attention).toContainEqual(expect.stringMatching(/call rebalance for it/));
});

test("a sink says what is missing: registration, signal, stake, claim, withdrawal", async () => {
  const stranger = await chain.actor("stranger");
  expect((await jsonOf("sink", "translate", stranger.account.address)).attention).toEqual([
    `${stranger.account.address} is not registered: it stakes 10 USDCx or more, then registerSink`,
  ]);
  const silent = await addSink(chain, taskTypeId, "silent", 10n);
  expect((await jsonOf("sink", "translate", silent.account.address)).attention).toEqual([
    `sink ${silent.account.address} has never signalled: run signalCapacity, or its pay stays 0`,
  ]);
  await signalFor(chain, taskTypeId, silent, 50n, 1);
  expect((await jsonOf("sink", "translate", silent.account.address)).attention).toContainEqual(
    expect.stringMatching(/backs no more than the 10 units/),
  );

  await chain.giveTokens(silent.account.address, parseEther("1"));
  await stake(silent, { ...task, amount: parseEther("1") });
  const { unbondedAt } = await requestUnstake(silent, { ...task, amount: parseEther("1") });
  expect(await textOf("sink", "translate", silent.account.address)).toContain(`1 USDCx until ${moment(unbondedAt)}`);
  await chain.test.setNextBlockTimestamp({ timestamp: BigInt(unbondedAt) });
  await chain.test.mine({ blocks: 1 });
  expect((await jsonOf("sink", "translate", silent.account.address)).attention).toContainEqual(
    "1 USDCx have finished unbonding: run withdraw",
  );
});

test("a source shows stream, balance and share, and when to top up", async () => {
  const poor = await chain.actor("poor");
  await chain.giveTokens(poor.account.address, parseEther("100"));
  await openStream(poor, { ...task, flowRate: 50n * UNIT_RATE });
  const text = await textOf("source", "translate", poor.account.address);
  expect(text).toMatch(/stream +13,\d+\.\d+ USDCx per month/);
  expect(text).toMatch(/lasts +1 h 3\d min/);
  expect(text).toMatch(/! the balance of source 0x\w+\s+lasts 1 h 3\d\s+min: top up/);

  await chain.pass(6 * 3600);
  expect((await jsonOf("source", "translate", poor.account.address)).attention).toContainEqual(
    expect.stringMatching(/is out of money: top up, or anybody may close its streams/),
  );
  const idle = await textOf("source", "translate", sink.account.address);
  expect(idle).toMatch(/stream +none/);
  expect(idle).toMatch(/lasts +it does not shrink/);
});

test("a pipeline shows its stages, the bottleneck, and limits that are out of date", async () => {
  const downstream = await chain.registerTaskType("narrow");
  const narrow = await addSink(chain, downstream, "narrow", 20n);
  await signalFor(chain, downstream, narrow, 20n, 8);
  await signalFor(chain, taskTypeId, sink, 100n, 3);
  await send(
    await chain.actor("creator"),
    contractsOf(chain.deployment).pipeline.setDownstream(taskTypeId, downstream, parseEther("1")),
  );
  const text = await textOf("pipeline", "translate");
  expect(text).toMatch(/bottleneck +stage 2, 0x/);
  expect(text).toMatch(/\n {2}1 +translate .* 1\n {2}2 +0x/);
  await signalFor(chain, downstream, narrow, 10n, 4);
  expect(await jsonOf("pipeline", "translate")).toMatchObject({
    bottleneck: 1,
    attention: [expect.stringMatching(/^stage 1, translate: its limit is out of date: call propagate/)],
  });
  expect(await textOf("pool", "translate")).toMatch(/limited by the\s+pipeline/);
});

test("the network shows its contracts and finds task types that were not created from here", async () => {
  const text = await textOf("network");
  expect(text).toContain(chain.deployment.backpressurePool);
  expect(text).toContain("Nothing needs attention.");
  const foreign = await chain.registerTaskType("foreign");
  expect((await jsonOf("network")).taskTypes).toEqual([{ name: "translate", taskTypeId }]);
  expect((await jsonOf("network", "--scan")).taskTypes).toEqual([
    { name: "translate", taskTypeId },
    { name: "foreign", taskTypeId: foreign },
  ]);
  await chain.test.setCode({ address: chain.deployment.pipeline, bytecode: "0x00" });
  expect((await jsonOf("network")).attention).toEqual([
    "Pipeline is different on the chain: is this the right checkout, and the right chain?",
  ]);
});

test("the list shows pools by price, spare capacity and evidence, with what it takes to look closer", async () => {
  await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  const text = await textOf("list");
  expect(text).toMatch(/name +unit\/month +spare\/month +token +acknowledged\n/);
  expect(text).toMatch(new RegExp(`translate +[\\d.]+ +11,\\d{3} +USDCx +0\\.0 %, few\n +${taskTypeId}\n`));
  expect(await textOf("list", "TRANS")).toContain(taskTypeId);
  expect(await textOf("list", "nothing of the kind")).toContain("! there is no such pool");
  const { pools } = await jsonOf("list");
  expect(pools).toMatchObject([{ taskTypeId, metadata: "translate", spare: expect.stringMatching(/^\d+$/) }]);
});

test("names of strangers move no cursor, fill no screen, and look like no other letters", async () => {
  await chain.registerTaskType(`\u001b[2Jtr\u0430nslate\n\u202e${"x".repeat(5000)}`);
  const text = await textOf("list");
  expect(text).toContain("  ?[2Jtr?nslate??xxxxxxxxx..");
  expect(text.split("\n").every((line) => line.length <= 80 && /^[\x20-\x7e]*$/.test(line))).toBe(true);
  // What a program reads is what the chain says.
  expect((await jsonOf("list", "xxxxx")).pools[0].metadata).toHaveLength(5015);
  expect(await textOf("network", "--scan")).toContain("?[2Jtr?nslate");
});

test("the sinks of a task type are shown with pay, signal and profile", async () => {
  await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
  const silent = await addSink(chain, taskTypeId, "silent", 100n);
  await setProfile(silent, { ...task, profileUri: `https://agent.example/\u001b[31m${"y".repeat(500)}` });
  const text = await textOf("sinks", "translate");
  expect(text).toMatch(/registered +2\n +alive +1\n/);
  expect(text).toMatch(new RegExp(`${sink.account.address} +\\d+ +1\\d,\\d{3} +alive +0\n`));
  expect(text).toMatch(
    new RegExp(`${silent.account.address} +0 +0 +never +0\n +https://agent.example/\\?\\[31my+\\.\\.\n`),
  );
  expect(text.split("\n").every((line) => line.length <= 80)).toBe(true);
  expect((await jsonOf("sinks", "translate")).sinks).toMatchObject([
    { sink: sink.account.address, profileUri: "" },
    {},
  ]);
});

test("JSON says what the contracts say", async () => {
  const { effectiveCapacity } = await jsonOf("sink", "translate", sink.account.address);
  const contract = await read(
    chain.client,
    contractsOf(chain.deployment).capacityRegistry.effectiveCapacity(taskTypeId, sink.account.address),
  );
  expect(BigInt(effectiveCapacity)).toBe(contract);
});

test("watching looks again until it is interrupted", async () => {
  const controller = new AbortController();
  let looks = 0;
  let written = "";
  const out = (text: string): void => {
    written += text;
    looks += 1;
    if (looks === 3) controller.abort();
  };
  const argv = ["pool", "translate", "--watch", "0.01", "--json"];
  const { code } = await inspect(argv, { out, onInterrupt: () => controller.signal });
  expect(code).toBe(0);
  expect(looks).toBe(3);
  expect(
    written
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).taskType.taskTypeId),
  ).toEqual(Array(3).fill(taskTypeId));
});

test("watching on a screen draws it anew", async () => {
  const controller = new AbortController();
  const texts: string[] = [];
  const out = (text: string): void => {
    texts.push(text);
    if (texts.length === 3) controller.abort();
  };
  const argv = ["pool", "translate", "--watch", "0.01"];
  await inspect(argv, { out, colour: true, onInterrupt: () => controller.signal });
  expect(texts[1]).toBe("\u001b[2J\u001b[H");
  expect(texts[0]).toContain("Pool of translate");
});

test.each([
  [["pool", "nothing"], '"nothing" is no task type: give its 32 bytes, or a name (recorded are "translate")'],
  [["pool", "constructor"], '"constructor" is no task type'],
  [["pool", `0x${"1".repeat(64)}`], "there is no task type 0x1111"],
  [["sink", "translate", "me"], "not an address"],
  [["pool", "translate", "--watch", "often"], "--watch: "],
  [["pool"], "missing required argument 'task-type'"],
  [["pond"], "unknown command 'pond'"],
])("%s is refused in one line", async (argv, message) => {
  const { code, out, error } = await inspect(argv);
  expect(code).toBeGreaterThan(0);
  expect(out).toBe("");
  expect(error).toMatch(/^error: .*\n$/);
  expect(error).toContain(message);
});

test.each([[["--help"]], [["pool", "--help"]], [["network", "--help"]]])("%s shows examples", async (argv) => {
  const { code, out } = await runCommand(inspectProgram, argv, { env });
  expect(code).toBe(0);
  expect(out).toContain("Examples:\n  $ npm run inspect -- network");
});

test("the program itself runs", () => {
  const argv = ["--import", "tsx", "ts/operate/inspect/main.ts", "pool", "translate", "-n", "local", "--json"];
  const options = { cwd: PROJECT_ROOT, encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout } = spawnSync(process.execPath, argv, options);
  expect(status).toBe(0);
  expect(JSON.parse(stdout).taskType.taskTypeId).toBe(taskTypeId);
});

test("amounts, rates, shares and moments are written for people", () => {
  expect(amount(parseEther("1234.5"), "USDCx")).toBe("1,234.5 USDCx");
  expect(rate(0n, "USDCx")).toBe("0 USDCx per month (0 per second)");
  expect(rate(parseEther("2"), "USDCx")).toBe("5,256,000 USDCx per month (2 per second)");
  expect(rate(1_902_587_519_025n, "USDCx")).toBe("4.999999 USDCx per month (0.000001902 per second)");
  expect(percent(0.1234)).toBe("12.3 %");
  expect(moment(1_800_000_000)).toBe("2027-01-15 08:00:00 UTC");
});
