/**
 * `npm run --silent bench:intake`: what an oracle does per second, and what it costs, one JSON object per line. The oracle
 * runs in a process of its own, as operators run it; the chain, with a block every two seconds, and the clients share the
 * machine with it.
 *
 *     {"what":"intake, one by one","messages":2000,"perSecond":400,"cpuSecondsPerThousand":1.2}
 *
 * The processor seconds are the oracle's own, from /proc: null where there is none. The last line is what the chain takes by
 * itself: the same transactions, signed before and sent at once.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, type Hex, hashTypedData, keccak256, stringToBytes } from "viem";
import { privateKeyToAccount, privateKeyToAddress, sign } from "viem/accounts";
import { getLogs, sendRawTransaction } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { writeRecord } from "../../core/deploymentRecord.ts";
import { callFrom, LocalChain } from "../../localchain/localChain.ts";
import { type RunningEconomy, startLocalEconomy } from "../../localchain/localEconomy.ts";
import { type AnyCall, encodeCall } from "../../sdk/calls/callsOf.ts";
import { contractsOf, superTokenAt } from "../../sdk/calls/contracts.ts";
import { getTaskType, stakeForCapacity, unpackSignals } from "../../sdk/index.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { packAttestations } from "../../sdk/utils/packedAttestations.ts";
import { attestationTypedData } from "../../sdk/utils/typedData.ts";
import { MAX_TRANSACTION_GAS } from "../../services/runtime/sender.ts";
import { type ServiceProcess, spawnService } from "../../testkit/service.ts";

/** Fewer take less time to set up. */
const SINKS = Number(process.argv[2] ?? 2_000);
const CAPACITY = 100n;
const BLOCK_SECONDS = 2;
/** Requests under way at once. */
const CLIENTS = 16;
/** Messages of one request to the batch route. */
const BATCH = 100;
/** Milliseconds after which the oracle is taken to hang. */
const LONGEST = 600_000;
/** Transactions of one block while the sinks are set up. */
const PER_BLOCK = 500;
const TICKS = 100;
/** Messages of one of them, as many as the oracle puts into it. */
const PER_TRANSACTION = 50;

const NO_LIMITS = [
  ...["--client-limit", "100000000", "--sink-limit", "100000"],
  ...["--gas-per-hour", "1000000000000", "--ether-per-day", "1000000"],
];

type Sink = { key: Hex; address: Address };
type Message = { sink: Address; issuedAt: number; signature: Hex } & Record<string, unknown>;

const sinks: Sink[] = Array.from({ length: SINKS }, (_, index) => {
  const key = keccak256(stringToBytes(`bench sink ${index}`));
  return { key, address: privateKeyToAddress(key) };
});

const chain = await startLocalEconomy();
const folder = mkdtempSync(join(tmpdir(), "backpressure-bench-"));
try {
  const terms = { reportDelay: 3600, signalTimeToLive: 7200, horizon: 36_000 };
  const taskTypeId = await chain.registerTaskType("bench", terms);
  await setUp(chain, taskTypeId);
  writeRecord(folder, { chainId: 31337, block: 1, owner: chain.deployment.host, ...chain.deployment, taskTypes: {} });
  await chain.actor("operator");
  // What is signed has to be later than the registrations.
  await chain.pass(200);
  await chain.test.setIntervalMining({ interval: BLOCK_SECONDS });
  await measureIntake(taskTypeId);
  await measureSubmission(taskTypeId);
  await measureChain(taskTypeId);
} finally {
  await chain.stop();
  rmSync(folder, { recursive: true });
}

/** Every sink has a stake and is registered. */
async function setUp(
  { url, deployment, superToken, test, client, giveTokens, actor }: RunningEconomy,
  taskTypeId: Hex,
) {
  const taskType = await getTaskType(client, { deployment, taskTypeId });
  const amount = stakeForCapacity({ taskType, capacity: CAPACITY });
  const whale = await actor("whale");
  await giveTokens(whale.account.address, amount * BigInt(SINKS));
  const { capacityRegistry, stakeManager } = contractsOf(deployment);
  const token = superTokenAt(superToken);
  const local = new LocalChain(url);
  await local.takeControl();
  const rounds: ((sink: Sink) => [Address, AnyCall])[] = [
    ({ address }) => [whale.account.address, token.transfer(address, amount)],
    ({ address }) => [address, token.approve(stakeManager.stake(taskTypeId, amount).address, amount)],
    ({ address }) => [address, stakeManager.stake(taskTypeId, amount)],
    ({ address }) => [address, capacityRegistry.registerSink(taskTypeId, "")],
  ];
  for (const round of rounds) {
    for (let first = 0; first < SINKS; first += PER_BLOCK) {
      for (const sink of sinks.slice(first, first + PER_BLOCK)) {
        const [from, call] = round(sink);
        local.add(callFrom({ name: from, address: from }, call));
      }
      await local.mine(Number((await test.getBlock()).timestamp) + 1);
    }
  }
}

/** What the first half of the sinks sends one by one, and what all send in batches. */
async function measureIntake(taskTypeId: Hex): Promise<void> {
  const oracle = await startOracle("--max-wait", "3600", "--batch-size", "1000000");
  const now = Number((await chain.test.getBlock()).timestamp);
  const rounds = await Promise.all([0, 1, 2].map((second) => signAll(taskTypeId, now - 100 + second)));
  const [warm, single, batched] = rounds as [Message[], Message[], Message[]];
  await post(oracle, "/attestations", warm);
  await measure("intake, one by one", oracle, SINKS, () => post(oracle, "/attestations", single));
  const batches = Array.from({ length: SINKS / BATCH }, (_, index) => {
    return { attestations: batched.slice(index * BATCH, (index + 1) * BATCH) };
  });
  await measure(`intake, ${BATCH} at a time`, oracle, SINKS, () => post(oracle, "/attestations/batch", batches));
  await oracle.stop();
}

/** All that is stored goes to the chain: from the start of the oracle to the block that has the last of it. */
async function measureSubmission(taskTypeId: Hex): Promise<void> {
  const fromBlock = await blockNumber();
  const oracle = await startOracle("--max-wait", "0.05");
  await measure("submission", oracle, SINKS, () => untilAllSignalled(taskTypeId, fromBlock));
  await oracle.stop();
  await printGas("submission", fromBlock);
}

/** What is the most that could be: from the first of the transactions to the block that has the last of them. */
async function measureChain(taskTypeId: Hex): Promise<void> {
  const { client, deployment, test } = chain;
  // In an epoch of its own each signal moves units again.
  await chain.pass((await getTaskType(client, { deployment, taskTypeId })).epochLength);
  const messages = await signAll(taskTypeId, Number((await test.getBlock()).timestamp));
  await chain.actor("carrier");
  const account = privateKeyToAccount(keccak256(stringToBytes("carrier")));
  const { capacityRegistry } = contractsOf(deployment);
  const batches = Array.from({ length: Math.ceil(SINKS / PER_TRANSACTION) }, (_, index) =>
    messages.slice(index * PER_TRANSACTION, (index + 1) * PER_TRANSACTION),
  );
  const signed = await Promise.all(
    batches.map((some, nonce) => {
      const attestations = some.map((message) => ({ ...message, taskTypeId, capacity: CAPACITY, backlog: 0n }));
      const call = encodeCall(capacityRegistry.submitPackedAttestations(taskTypeId, packAttestations(attestations)));
      const fees = { type: "eip1559", maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
      return account.signTransaction({ ...call, ...fees, nonce, chainId: 31337, gas: MAX_TRANSACTION_GAS });
    }),
  );
  const fromBlock = await blockNumber();
  const started = performance.now();
  await Promise.all(signed.map((raw) => sendRawTransaction(client, { serializedTransaction: raw })));
  await untilAllSignalled(taskTypeId, fromBlock);
  const perSecond = Math.round((100_000 * SINKS) / (performance.now() - started)) / 100;
  console.log(JSON.stringify({ what: "the chain alone", messages: SINKS, perSecond }));
  await printGas("the chain alone", fromBlock);
}

function blockNumber(): Promise<bigint> {
  return chain.test.getBlockNumber({ cacheTime: 0 });
}

async function untilAllSignalled(taskTypeId: Hex, fromBlock: bigint): Promise<void> {
  const { capacityRegistry: address } = chain.deployment;
  const event = capacityRegistryAbi.find((item) => item.type === "event" && item.name === "CapacitiesSignalled");
  const deadline = AbortSignal.timeout(LONGEST);
  for (let accepted = 0; accepted < SINKS; ) {
    await pause(100, deadline);
    const logs = await getLogs(chain.client, { address, event, args: { taskTypeId }, fromBlock } as never);
    const batches = logs as unknown as { args: { signals: Hex } }[];
    accepted = batches.reduce((sum, { args }) => sum + unpackSignals(args.signals).length, 0);
  }
}

/** So that both are seen to do the same. */
async function printGas(what: string, fromBlock: bigint): Promise<void> {
  let gas = 0n;
  const last = await blockNumber();
  for (let number = fromBlock; number <= last; number++) {
    gas += (await chain.test.getBlock({ blockNumber: number })).gasUsed;
  }
  console.log(JSON.stringify({ what, gasPerMessage: Number(gas) / SINKS, blocks: Number(last - fromBlock) + 1 }));
}

function startOracle(...more: string[]): Promise<ServiceProcess> {
  const argv = ["--network", "local", "--port", "0", "--data", join(folder, "data"), ...NO_LIMITS, ...more];
  const env = {
    LOCAL_RPC_URL: chain.url,
    DEPLOYMENTS_DIR: folder,
    ORACLE_PRIVATE_KEY: keccak256(stringToBytes("operator")),
  };
  return spawnService("oracle", argv, env);
}

async function signAll(taskTypeId: Hex, issuedAt: number): Promise<Message[]> {
  const { deployment } = chain;
  const messages: Message[] = [];
  for (const { key, address: sink } of sinks) {
    const attestation = { taskTypeId, sink, capacity: CAPACITY, backlog: 0n, issuedAt };
    const hash = hashTypedData(attestationTypedData({ deployment, chainId: 31337, attestation }));
    const signature = await sign({ hash, privateKey: key, to: "hex" });
    messages.push({ ...attestation, capacity: String(CAPACITY), backlog: "0", signature });
  }
  return messages;
}

/** Sends bodies over a few connections that are kept, each as soon as one is free. */
async function post({ url }: ServiceProcess, path: string, bodies: readonly unknown[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const waiting = [...bodies];
  const client = async (): Promise<void> => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) await postOne(agent, url + path, body);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
}

function postOne(agent: Agent, url: string, body: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", agent, headers: { "content-type": "application/json" } };
    const sent = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200 && !text.includes("error")) resolve();
        else reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}

async function measure(what: string, { pid }: ServiceProcess, messages: number, run: () => Promise<void>) {
  const started = performance.now();
  const before = cpuSeconds(pid);
  await run();
  const seconds = (performance.now() - started) / 1000;
  const used = cpuSeconds(pid) - before;
  const round = (value: number): number | null => (Number.isNaN(value) ? null : Math.round(value * 100) / 100);
  const figures = { perSecond: round(messages / seconds), cpuSecondsPerThousand: round((1000 * used) / messages) };
  console.log(JSON.stringify({ what, messages, ...figures }));
}

/** Of all its threads so far; NaN where the system does not say. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return Number.NaN;
  }
}
