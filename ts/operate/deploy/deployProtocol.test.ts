import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Chain, type Client, createClient, custom, type Hex, http, type LocalAccount, type Transport } from "viem";
import { sendTransaction } from "viem/actions";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { CONTRACTS } from "../../core/deployment.ts";
import { readRecord } from "../../core/deploymentRecord.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { type DeployProtocolParameters, deployProtocol } from "./deployProtocol.ts";
import { type PendingDeployment, readPending, writePending } from "./pendingDeployment.ts";
import { ByteCodeError, compareByteCode } from "./verify.ts";

type Deployer = Client<Transport, Chain, LocalAccount>;

let chain: TestChain;
let deployer: Deployer;
let parameters: DeployProtocolParameters;
let snapshot: Hex;
let log: string[];
let planned: PendingDeployment;

beforeAll(async () => {
  chain = await startTestChain();
  deployer = (await chain.actor("deployer")) as Deployer;
  const folder = mkdtempSync(join(tmpdir(), "backpressure-deploy-"));
  await expect(deployProtocol(dyingClient(0, "before"), parametersFor(folder))).rejects.toThrow();
  planned = requirePending(folder);
  rmSync(folder, { recursive: true });
});

function parametersFor(folder: string): DeployProtocolParameters {
  return {
    url: chain.url,
    chainId: 31337,
    host: chain.deployment.host,
    owner: deployer.account.address,
    folder,
    confirmations: 1,
    restart: false,
    log: (line) => log.push(line),
  };
}

function requirePending(folder: string): PendingDeployment {
  const pending = readPending(folder, 31337);
  if (pending === undefined) throw new Error("nothing is pending");
  return pending;
}

/** Runs a deployment that dies. Its plan is always the same, so that forge needs to make it only once. */
async function interrupt(transactions: number, when: "before" | "after" = "before"): Promise<PendingDeployment> {
  writePending(parameters.folder, structuredClone(planned));
  await expect(deployProtocol(dyingClient(transactions, when), parameters)).rejects.toThrow();
  log = [];
  return requirePending(parameters.folder);
}

beforeEach(async () => {
  snapshot = await chain.test.snapshot();
  log = [];
  parameters = parametersFor(mkdtempSync(join(tmpdir(), "backpressure-deploy-")));
});

afterEach(async () => {
  rmSync(parameters.folder, { recursive: true });
  await chain.test.revert({ id: snapshot });
});

afterAll(() => chain.stop());

const nonce = () => chain.test.getTransactionCount({ address: deployer.account.address });

/** A client whose process "dies" around its n-th transaction: before it is sent, or before the answer arrives. */
function dyingClient(transactions: number, when: "before" | "after"): Deployer {
  let left = transactions;
  const node = http(chain.url)({});
  const request = async (args: { method: string; params?: unknown }) => {
    const fatal = args.method === "eth_sendRawTransaction" && left-- === 0;
    if (fatal && when === "before") throw new Error("killed");
    const result = await node.request(args as never);
    if (fatal) throw new Error("killed");
    return result;
  };
  const transport = custom({ request }, { retryCount: 0 });
  return createClient({ account: deployer.account, chain: foundry, transport, pollingInterval: 20 }) as Deployer;
}

test("deploys what the script says, verifies it, and writes it down", async () => {
  const before = await nonce();
  const record = await deployProtocol(deployer, parameters);
  expect((await nonce()) - before).toBe(6);
  expect(readRecord(parameters.folder, 31337)).toEqual(record);
  expect(readPending(parameters.folder, 31337)).toBeUndefined();
  expect(record.owner).toBe(deployer.account.address);
  expect(Object.keys(record.constructorArguments ?? {}).sort()).toEqual(Object.values(CONTRACTS).sort());
  expect(record.constructorArguments?.BackpressurePool?.at(-1)).toBe(deployer.account.address);
  const first = record.transactions?.StakeManager as Hex;
  expect(Number((await chain.test.getTransactionReceipt({ hash: first })).blockNumber)).toBe(record.block);
  expect(record.commit).toMatch(/^[0-9a-f]{40}(-dirty)?$|^unknown$/);
});

test.each(
  [0, 1, 2, 3, 4, 5].flatMap((transactions) => [
    { transactions, when: "before" as const },
    { transactions, when: "after" as const },
  ]),
)("killed $when transaction $transactions, it goes on and creates nothing twice", async ({ transactions, when }) => {
  const before = await nonce();
  const { contracts } = await interrupt(transactions, when);
  expect(readRecord(parameters.folder, 31337)).toBeUndefined();

  const record = await deployProtocol(deployer, parameters);
  expect((await nonce()) - before).toBe(6);
  expect(log).toContain(`resuming the deployment that began with nonce ${before}`);
  expect(
    Object.keys(CONTRACTS)
      .map((key) => record[key as keyof typeof CONTRACTS])
      .sort(),
  ).toEqual(contracts.map(({ address }) => address).sort());
  const verdicts = await compareByteCode(chain.client, record);
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(Array(6).fill("same"));
  const first = record.transactions?.StakeManager as Hex;
  expect(Number((await chain.test.getTransactionReceipt({ hash: first })).blockNumber)).toBe(record.block);
});

test("a nonce that something else has used is said, and it starts afresh", async () => {
  await interrupt(2);
  const used = await nonce();
  await sendTransaction(deployer, {
    to: deployer.account.address,
    gas: 21_000n,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 0n,
  });
  await chain.test.mine({ blocks: 1 });
  const record = await deployProtocol(deployer, parameters);
  expect(log[0]).toBe(`nonce ${used}, meant for BackpressurePool, was used by something else: starting afresh`);
  expect((await nonce()) - used).toBe(7);
  expect(readRecord(parameters.folder, 31337)).toEqual(record);
});

test("an interrupted deployment of somebody else is not touched, unless it is given up", async () => {
  await interrupt(1);
  const owner = chain.deployment.escrowBuffer;
  await expect(deployProtocol(deployer, { ...parameters, owner })).rejects.toThrow(
    /go on with the same key.*--restart/,
  );
  const record = await deployProtocol(deployer, { ...parameters, owner, restart: true });
  expect(log).toContain("forgetting the interrupted deployment");
  expect(record.owner).toBe(owner);
});

test("a build that has changed meanwhile is said", async () => {
  const pending = await interrupt(1);
  const contracts = pending.contracts.map((contract) => ({ ...contract, initCode: "0x1234" as const }));
  writePending(parameters.folder, { ...pending, contracts });
  await expect(deployProtocol(deployer, parameters)).rejects.toThrow(/StakeManager was built anew.*--restart/);
});

test("a record that does not fit, or foreign code at a planned address, starts afresh", async () => {
  const pending = await interrupt(0);
  const address = pending.contracts[3]?.address ?? "0x";
  await chain.test.setCode({ address, bytecode: "0x00" });
  // The next plan collides with it too: nothing but a new key helps there.
  await expect(deployProtocol(deployer, parameters)).rejects.toThrow(/rehearsal of script.Deploy.s.sol failed/);
  expect(log[0]).toBe(`something else is at ${address}: starting afresh`);

  await chain.test.setCode({ address, bytecode: "0x" });
  writePending(parameters.folder, { ...pending, firstNonce: pending.firstNonce + 1 });
  log = [];
  await deployProtocol(deployer, parameters);
  expect(log[0]).toBe("the record of StakeManager does not fit its nonce: starting afresh");
});

test("damaged records are said, not guessed at", async () => {
  writeFileSync(join(parameters.folder, "31337.pending.json"), "{");
  await expect(deployProtocol(deployer, parameters)).rejects.toThrow(/31337.pending.json is damaged/);
  writeFileSync(join(parameters.folder, "31337.json"), '{ "host": "0x12" }');
  expect(() => readRecord(parameters.folder, 31337)).toThrow(/31337.json is damaged/);
});

test("a contract that is not created is an error that names the transaction", async () => {
  await interrupt(0);
  const path = join(parameters.folder, "31337.pending.json");
  const pending = JSON.parse(readFileSync(path, "utf8"));
  // The right code with nothing for its constructor: it reverts, and gas cannot even be estimated.
  pending.contracts[0].initCode = pending.contracts[0].initCode.slice(0, -64 * 7);
  writeFileSync(path, JSON.stringify(pending));
  await expect(deployProtocol(deployer, parameters)).rejects.toThrow();
  expect(existsSync(join(parameters.folder, "31337.json"))).toBe(false);
});

test("byte code is compared apart from immutables, and nothing else", async () => {
  const { deployment, client, test: node } = chain;
  const address = deployment.pipeline;
  const verdictOf = async () =>
    (await compareByteCode(client, deployment)).find(({ name }) => name === "Pipeline")?.verdict;
  expect(await verdictOf()).toBe("same");
  const code = (await node.getCode({ address })) ?? "0x";
  await node.setCode({ address, bytecode: `${code.slice(0, -2)}ff` as Hex });
  expect(await verdictOf()).toBe("different");
  await node.setCode({ address, bytecode: "0x" });
  expect(await verdictOf()).toBe("missing");
  expect(new ByteCodeError("x").exitCode).toBe(1);
});
