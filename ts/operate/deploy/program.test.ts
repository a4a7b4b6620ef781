import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as Keystore from "ox/Keystore";
import { type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Terminal } from "../../core/commandLine.ts";
import { readRecord, writeRecord } from "../../core/deploymentRecord.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { COLUMNS } from "../../core/wrap.ts";
import { startAnvil } from "../../localchain/anvil.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { runCommand } from "../../testkit/terminal.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { deployProgram } from "./program.ts";

const KEY = keccak256(stringToBytes("deployer"));
const DEPLOYER = privateKeyToAddress(KEY);

let chain: TestChain;
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  chain = await startTestChain();
  await chain.actor("deployer");
});

eachAnew(() => chain);

beforeEach(async () => {
  await chain.test.request({ method: "anvil_setChainId", params: [31337] } as never);
  folder = mkdtempSync(join(tmpdir(), "backpressure-program-"));
  const { host } = chain.deployment;
  env = { LOCAL_RPC_URL: chain.url, PRIVATE_KEY: KEY, DEPLOYMENTS_DIR: folder, SUPERFLUID_HOST: host };
  return () => rmSync(folder, { recursive: true });
});

afterAll(() => chain.stop());

const deploy = (argv: string[], changes: Partial<Terminal> = {}) =>
  runCommand(deployProgram, argv, { env, ...changes });
const nonce = () => chain.test.getTransactionCount({ address: DEPLOYER });

/** A record of what the test chain has, as if it had been deployed from here. */
function recordTestDeployment(chainId = 31337): void {
  writeRecord(folder, { chainId, block: 1, owner: DEPLOYER, ...chain.deployment });
}

/** The chain under another chain's number: as Base Sepolia, as far as these programs can tell. */
async function pretendBaseSepolia(): Promise<void> {
  await chain.test.request({ method: "anvil_setChainId", params: [84532] } as never);
  env.BASE_SEPOLIA_RPC_URL = chain.url;
}

/**
 * Mines as time would, for what waits for confirmations: from the first transaction on, because the rehearsal before it
 * needs a state that the chain would soon have forgotten.
 */
async function whileMining<result>(action: Promise<result>): Promise<result> {
  const nonceBefore = await nonce();
  let done = false;
  const result = action.finally(() => {
    done = true;
  });
  while (!done) if ((await nonce()) > nonceBefore) await chain.test.mine({ blocks: 1 });
  return result;
}

test("a fresh local chain gets Superfluid and the contracts; a second run finds them", async () => {
  const anvil = await startAnvil();
  const fresh = { env: { LOCAL_RPC_URL: anvil.url, DEPLOYMENTS_DIR: folder } };
  const first = await deploy(["--network", "local"], fresh);
  expect(first).toMatchObject({ code: 0, error: "" });
  expect(first.out).toContain("deploying the framework");
  expect(first.out).toContain("Deployed and verified against the local build");
  const record = readFileSync(join(folder, "31337.json"), "utf8");

  const second = await deploy(["--network", "local"], fresh);
  expect(second).toMatchObject({ code: 0, error: "" });
  expect(second.out).toContain("Deployed already");
  expect(readFileSync(join(folder, "31337.json"), "utf8")).toBe(record);

  const verified = await deploy(["verify", "--network", "local"], fresh);
  expect(verified.code).toBe(0);
  expect(verified.out.match(/ {2}same$/gm)).toHaveLength(6);
  await anvil.stop();
});

test("a public network is only rehearsed, and nothing is sent or written", async () => {
  await pretendBaseSepolia();
  const before = await nonce();
  const { code, out, error } = await deploy(["--network", "base-sepolia"]);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
  expect(out.replace(/\s+/g, " ")).toContain(`Rehearsal, nothing was sent. ${DEPLOYER} (balance 10 ETH) would create`);
  expect(out.match(/nonce \d+$/gm)).toHaveLength(6);
  expect(await nonce()).toBe(before);
  expect(existsSync(join(folder, "84532.json"))).toBe(false);
  // Nor where the script itself would record.
  expect(existsSync(join(PROJECT_ROOT, "deployments", "84532.json"))).toBe(false);

  const { PRIVATE_KEY: _, ...keyless } = env;
  const from = await deploy(["--network", "base-sepolia", "--from", DEPLOYER], { env: keyless });
  expect(from.out).toBe(out);
  expect(await deploy(["--network", "base-sepolia"], { env: keyless })).toMatchObject({
    code: 2,
    error: "error: no key to rehearse with: set PRIVATE_KEY, or name an address with --from\n",
  });
});

test("--broadcast deploys to a public network, waits for confirmations, and links to its explorer", async () => {
  await pretendBaseSepolia();
  const owner = chain.deployment.escrowBuffer;
  const argv = ["--network", "base-sepolia", "--broadcast", "--owner", owner];
  const { code, out, error } = await whileMining(deploy(argv));
  expect({ code, error }).toEqual({ code: 0, error: "" });
  const record = readRecord(folder, 84532);
  expect(record).toMatchObject({ chainId: 84532, owner, deployer: DEPLOYER });
  expect(out).toContain(`https://sepolia.basescan.org/address/${record?.backpressurePool}`);
});

test("the host is asked whether it is one", async () => {
  const nobody = await deploy(["--network", "local", "--superfluid-host", DEPLOYER]);
  expect(nobody).toMatchObject({ code: 2 });
  expect(nobody.error).toBe(
    `error: there is no contract at ${DEPLOYER}: Superfluid's host is elsewhere on this chain\n`,
  );
  const { superToken } = chain;
  const wrong = await deploy(["--network", "local", "--superfluid-host", superToken]);
  expect(wrong.error).toBe(`error: ${superToken} is not Superfluid's host: it knows no distribution agreement\n`);
});

test("an endpoint of another chain is refused, and so is none", async () => {
  const wrong = await deploy(["--network", "base", "--broadcast"], { env: { ...env, BASE_RPC_URL: chain.url } });
  expect(wrong).toMatchObject({
    code: 2,
    error: "error: BASE_RPC_URL answers for chain 31337, and base is chain 8453\n",
  });
  const nowhere = { env: { ...env, LOCAL_RPC_URL: "http://user:secret@127.0.0.1:1/key" } };
  const silent = await deploy(["--network", "local"], nowhere);
  expect(silent.code).toBe(1);
  expect(silent.error).toBe(
    "error: the RPC endpoint at 127.0.0.1:1 does not answer: is the URL right, and the chain running?\n",
  );
  expect(await deploy(["--network", "local"], { env: { LOCAL_RPC_URL: "not a URL" } })).toMatchObject({
    code: 2,
    error: "error: LOCAL_RPC_URL is no list of URLs\n",
  });
});

test("a chain whose code is not of this checkout is not taken for deployed", async () => {
  recordTestDeployment();
  await chain.test.setCode({ address: chain.deployment.pipeline, bytecode: "0x00" });
  for (const argv of [
    ["--network", "local"],
    ["verify", "--network", "local"],
  ]) {
    const { code, error } = await deploy(argv);
    expect(code).toBe(1);
    expect(error).toBe(
      `error: the chain differs from the local build: Pipeline is different at ${chain.deployment.pipeline}\n`,
    );
  }
});

test("a key comes from a keystore and its password, and never appears", async () => {
  await pretendBaseSepolia();
  const path = join(folder, "keystore.json");
  const [key, options] = Keystore.scrypt({ password: "hunter2", n: 2 });
  writeFileSync(path, JSON.stringify(Keystore.encrypt(KEY, key, options)));
  const { PRIVATE_KEY: _, ...keyless } = env;
  const argv = ["--network", "base-sepolia", "--keystore", path];

  const asked = await deploy(argv, { env: keyless, askSecret: async () => "hunter2" });
  expect(asked.out).toMatch(new RegExp(`nothing was sent\\.\\s+${DEPLOYER}`));
  const told = await deploy(argv, { env: { ...keyless, KEYSTORE_PASSWORD: "hunter2" } });
  expect(told.out).toBe(asked.out);
  const wrong = await deploy(argv, { env: { ...keyless, KEYSTORE_PASSWORD: "hunter3" } });
  expect(wrong).toMatchObject({
    code: 2,
    error: `error: cannot open the keystore ${path}: wrong password, or no keystore\n`,
  });
  expect((await deploy(argv, { env: keyless })).error).toBe(`error: set KEYSTORE_PASSWORD to open ${path}\n`);
  expect((await deploy([...argv.slice(0, 3), "nowhere"], { env: keyless })).error).toContain(
    "cannot read the keystore nowhere",
  );

  const malformed = await deploy(["--network", "base-sepolia"], { env: { ...env, PRIVATE_KEY: "0xdeadbeef" } });
  expect(malformed).toMatchObject({
    code: 2,
    error: "error: PRIVATE_KEY holds no private key: 32 bytes in hexadecimal\n",
  });
  const zero = await deploy(["--network", "base-sepolia"], { env: { ...env, PRIVATE_KEY: "0".repeat(64) } });
  expect(zero.error).toBe("error: PRIVATE_KEY holds no private key: 32 bytes in hexadecimal\n");
});

const taskType = (...more: string[]) => [
  ...["task-type", "--network", "local", "--name", "translate", "--token", chain.superToken],
  ...["--unit-rate", "0.36/hour", ...more],
];

test("a task type gets the defaults of the specification", async () => {
  recordTestDeployment();
  const { code, out, error } = await deploy(taskType());
  expect({ code, error }).toEqual({ code: 0, error: "" });
  const taskTypeId = readRecord(folder, 31337)?.taskTypes?.translate as Hex;
  expect(out).toContain(`Task type    ${taskTypeId}`);
  const bondPerUnit = UNIT_RATE * (2n * (360n + 120n + 60n) + 5n * 60n);
  expect(await getTaskType(chain.client, { deployment: chain.deployment, taskTypeId })).toMatchObject({
    creator: DEPLOYER,
    unitRate: UNIT_RATE,
    epochLength: 60,
    reportDelay: 60,
    horizon: 360,
    acknowledgementGrace: 120,
    signalTimeToLive: 300,
    receiptEpochs: 5,
    smoothing: 0.3,
    verifier: chain.deployment.completionTracker,
    bondPerUnit,
    minimumStake: 100n * bondPerUnit,
    bufferMax: 1000n * UNIT_RATE * 360n,
  });

  const again = await deploy(taskType());
  expect(again.code).toBe(0);
  expect(again.out).toContain("You have registered this name and salt before");
  const other = await deploy(taskType("--salt", "second"));
  expect(other.out).not.toContain(taskTypeId);
});

test("a task type takes every parameter", async () => {
  recordTestDeployment();
  const argv = taskType(
    ...["--epoch", "2m", "--report-delay", "30s", "--horizon", "1h", "--grace", "90", "--time-to-live", "1d"],
    ...[
      "--receipt-epochs",
      "7",
      "--smoothing",
      "0.25",
      "--verifier",
      "none",
      "--minimum-stake",
      "12.5",
      "--buffer-max",
      "0",
    ],
    ...["--salt", `0x${"ab".repeat(32)}`],
  );
  expect(await deploy(argv)).toMatchObject({ code: 0, error: "" });
  const taskTypeId = readRecord(folder, 31337)?.taskTypes?.translate as Hex;
  expect(await getTaskType(chain.client, { deployment: chain.deployment, taskTypeId })).toMatchObject({
    epochLength: 120,
    reportDelay: 30,
    horizon: 3600,
    acknowledgementGrace: 90,
    signalTimeToLive: 86_400,
    receiptEpochs: 7,
    smoothing: 0.25,
    verifier: "0x0000000000000000000000000000000000000000",
    minimumStake: parseEther("12.5"),
    bufferMax: 0n,
  });
});

test.each([
  [["--epoch", "11s"], "--epoch: must be between 12 and 86400, is 11"],
  [["--horizon", "326s"], "--horizon: must be between 327 and 2592000, is 326"],
  [["--time-to-live", "119s"], "--time-to-live: must be between 300 and 2592000, is 119"],
  [["--receipt-epochs", "61"], "--receipt-epochs: must be between 2 and 60, is 61"],
  [["--smoothing", "0.001"], "--smoothing: must be between 0.01 and 1, is 0.001"],
  [["--grace", "31d"], "--grace: must be between 30 and 2592000, is 2678400"],
  [["--report-delay", "soon"], "--report-delay: not a duration: 90, 90s, 5m, 2h or 1d"],
  [["--unit-rate", "1/fortnight"], "--unit-rate: not a rate: 0.36/hour, or whole wei per second"],
  [["--unit-rate", "1"], "--unit-rate: must be between 100000000000 and 1000000000000000000000000, is 1"],
  [["--minimum-stake", "-1"], "--minimum-stake: not an amount of tokens: 12 or 0.5"],
  [["--minimum-stake", "0"], `--minimum-stake: must be between 1 and ${2n ** 128n - 1n}, is 0`],
  [["--token", "0x12"], "--token: not an address"],
  [["--name", ""], "--name: must not be empty"],
])("%s is refused in one line", async (flags, message) => {
  recordTestDeployment();
  const { code, error } = await deploy([...taskType(), ...flags]);
  expect(code).toBe(2);
  expect(error.split("\n")).toHaveLength(2);
  expect(error).toContain(message);
});

test("a task type on a public network is rehearsed, and refusals of the contract are explained", async () => {
  await pretendBaseSepolia();
  recordTestDeployment(84532);
  const before = await nonce();
  const argv = taskType().map((argument) => (argument === "local" ? "base-sepolia" : argument));
  const { code, out } = await deploy(argv);
  expect(code).toBe(0);
  expect(out).toMatch(/nothing was sent[\s\S]*would\s+register\s+0x[0-9a-f]{64}/);
  expect(await nonce()).toBe(before);
  const wrong = await deploy([...argv, "--token", DEPLOYER]);
  expect(wrong.code).toBe(1);
  expect(wrong.error).toContain(`${DEPLOYER} is not a super token`);
  const { PRIVATE_KEY: _, ...keyless } = env;
  expect((await deploy(argv, { env: keyless })).error).toContain("set PRIVATE_KEY");
});

test("who names the plain token is told its wrapper", async () => {
  recordTestDeployment();
  const { code, error } = await deploy(taskType("--token", chain.superfluid.underlying));
  expect(code).toBe(1);
  expect(error).toContain(`is not a super token: its wrapper is ${chain.superToken}`);
});

test.each([
  [["--minimum-stake", "5000000"], "a stake of 5000000 tokens"],
  [
    ["--unit-rate", "300000000000000000", "--minimum-stake", "1", "--buffer-max", "1"],
    "1080 tokens an hour for a unit",
  ],
  [["--horizon", "8d", "--minimum-stake", "1", "--buffer-max", "1"], "a horizon of 8 days"],
])("extreme terms have to be meant: %s", async (flags, message) => {
  recordTestDeployment();
  const refused = await deploy(taskType(...flags));
  expect(refused).toMatchObject({ code: 2, error: expect.stringContaining(`${message}: terms can never be changed`) });
  expect(await deploy(taskType(...flags, "--extreme"))).toMatchObject({ code: 0, error: "" });
});

test("an account without ether is told what it takes before anything is written, and blocks nobody", async () => {
  const poor = keccak256(stringToBytes("poor"));
  await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: 10n ** 9n });
  await chain.test.mine({ blocks: 1 });
  const refused = await deploy(["--network", "local"], { env: { ...env, PRIVATE_KEY: poor } });
  expect(refused.code).toBe(1);
  expect(refused.error).toMatch(/has no ETH, and this costs up to 0\.\d+ ETH: send it some, then run this again\n$/);
  expect(existsSync(join(folder, "31337.pending.json"))).toBe(false);
  await chain.test.setNextBlockBaseFeePerGas({ baseFeePerGas: 0n });
  await chain.test.mine({ blocks: 1 });
  expect(await deploy(["--network", "local"])).toMatchObject({ code: 0, error: "" });
});

test("without a record there is nothing to work on", async () => {
  for (const argv of [taskType(), ["verify", "--network", "local"]]) {
    const { code, error } = await deploy(argv);
    expect(code).toBe(2);
    expect(error).toContain("31337.json: deploy first, or set DEPLOYMENTS_DIR");
  }
});

test.each([[["--help"]], [["contracts", "--help"]], [["task-type", "--help"]], [["verify", "--help"]]])(
  "%s shows examples",
  async (argv) => {
    const { code, out } = await deploy(argv);
    expect(code).toBe(0);
    expect(out).toContain("Examples:\n  $ npm run deploy -- --network local\n");
  },
);

test.each([
  [[]],
  [["--network", "moon"]],
  [["--network", "local", "--private-key", "0x12"]],
  [["--network", "local", "--owner", "me"]],
  [["task-type", "--network", "local"]],
])("%s is refused in one line", async (argv) => {
  const { code, error } = await deploy(argv);
  expect(code).toBe(2);
  expect(error).toMatch(/^error: .*\n$/);
});

test("the program itself ends with the code, and without a stack trace", () => {
  const run = (...argv: string[]) => {
    const options = { cwd: PROJECT_ROOT, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } } as const;
    return spawnSync(process.execPath, ["--import", "tsx", "ts/operate/deploy/main.ts", ...argv], options);
  };
  const wrong = run("--network", "moon");
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/^error: .*moon.*\n$/);
  expect(wrong.stdout).toBe("");
});
