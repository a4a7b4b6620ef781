import sfMetadata from "@superfluid-finance/metadata";
import { type Address, getAddress, type Hex, parseAbi, parseEther, zeroAddress } from "viem";
import { getCode, readContract } from "viem/actions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressesOf, requireRecord } from "../../core/deploymentRecord.ts";
import { deployProgram } from "../../operate/deploy/program.ts";
import { checkSuperfluidHost } from "../../operate/deploy/superfluidHost.ts";
import { inspectProgram } from "../../operate/inspect/program.ts";
import { callsOf } from "../../sdk/calls/callsOf.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import {
  closeStream,
  connectPool,
  type Deployment,
  getPool,
  getSink,
  getTaskType,
  openStream,
  registerSink,
  signAttestation,
  stake,
  stakeForCapacity,
  submitAttestations,
} from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
import { taskTypeIdOf } from "../../sdk/internal/taskTypeId.ts";
import { keeperProgram } from "../../services/keeper/program.ts";
import { runCommand } from "../../testkit/terminal.ts";
import { type Fork, keyOf, startFork } from "./fork.ts";

/** `FORK_RPC_URL=https://… npm run test:fork` forks that network; otherwise a local chain stands in for Base. */
const RPC_URL = process.env.FORK_RPC_URL || process.env.BASE_RPC_URL?.split(",")[0] || undefined;
const UNIT_RATE = 100_000_000_000n;
const EPOCH = 60;

let fork: Fork;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  if (RPC_URL === undefined) console.info("FORK_RPC_URL is not set: a local chain stands in for Base");
  fork = await startFork(RPC_URL);
  const { rpcVariable } = fork.network;
  env = {
    [rpcVariable]: fork.url,
    DEPLOYMENTS_DIR: fork.folder,
    PRIVATE_KEY: keyOf("deployer"),
    KEEPER_PRIVATE_KEY: keyOf("deployer"),
  };
  await fork.actor("deployer");
}, 300_000);

afterAll(() => fork?.stop());

// Without a real network there is nothing to compare Superfluid's published addresses with: these are shown as skipped.
describe.skipIf(RPC_URL === undefined)("Superfluid on the forked network", () => {
  const published = () => sfMetadata.getNetworkByChainId(fork.network.chain.id)?.contractsV1;

  test("the host is where ts/core/networks.ts says, and knows the agreements that Superfluid publishes", async () => {
    const host = fork.network.superfluidHost as Address;
    expect(await checkSuperfluidHost(fork.client, host)).toBe(getAddress(published()?.gdaV1 ?? "0x"));
    expect(getAddress(published()?.host ?? "0x")).toBe(host);
  });

  test("the forwarder that wallets use answers", async () => {
    const address = getAddress(published()?.gdaV1Forwarder ?? "0x");
    expect(await getCode(fork.client, { address })).toBeDefined();
    const abi = parseAbi(["function getNetFlow(address token, address account) view returns (int96)"]);
    expect(await readContract(fork.client, callsOf(abi)(address).getNetFlow(fork.superToken, fork.host))).toBe(0n);
  });

  test("reads are batched through Multicall3", async () => {
    const address = fork.network.chain.contracts?.multicall3 as { address: Address };
    expect(await getCode(fork.client, address)).toBeDefined();
  });
});

describe("the protocol on the fork", () => {
  let deployment: Deployment;
  let taskTypeId: Hex;

  test("is rehearsed without sending, then deployed, by the commands that operators use", async () => {
    const { name } = fork.network;
    const argv = ["contracts", "--network", name, "--superfluid-host", fork.host];
    const block = await fork.test.getBlockNumber();
    const rehearsal = await runCommand(deployProgram, argv, { env });
    expect(rehearsal).toMatchObject({ code: 0, error: "" });
    expect(rehearsal.out).toContain("Rehearsal, nothing was sent.");
    expect(await fork.test.getBlockNumber()).toBe(block);

    // It waits for confirmations, and nobody else mines here.
    await fork.test.setIntervalMining({ interval: 1 });
    const outcome = await runCommand(deployProgram, [...argv, "--broadcast"], { env });
    await fork.test.setIntervalMining({ interval: 0 });
    await fork.test.setAutomine(true);
    expect(outcome).toMatchObject({ code: 0, error: "" });
    deployment = addressesOf(requireRecord(fork.folder, fork.network.chain.id));
    expect(deployment.host).toBe(fork.host);
  }, 300_000);

  test("takes a task type, a sink and a stream, and pays the sink", async () => {
    const creator = await fork.actor("deployer");
    const registration = {
      parameters: {
        ...{ superToken: fork.superToken, unitRate: UNIT_RATE, epochLength: EPOCH, horizon: 360 },
        ...{
          acknowledgementGrace: 60,
          reportDelay: 60,
          signalTimeToLive: 300,
          receiptEpochs: 2,
          smoothing: parseEther("0.3"),
        },
        ...{
          verifier: deployment.completionTracker,
          admission: zeroAddress,
          minimumStake: parseEther("0.01"),
          bufferMax: parseEther("1"),
        },
      },
      ...{ salt: `0x${"0".repeat(64)}` as Hex, metadata: "fork" },
    };
    const { parameters, salt, metadata } = registration;
    await send(creator, contractsOf(deployment).capacityRegistry.registerTaskType(parameters, salt, metadata));
    taskTypeId = taskTypeIdOf(creator.account.address, registration);
    const task = { deployment, taskTypeId };

    const sink = await fork.actor("sink");
    const amount = stakeForCapacity({ taskType: await getTaskType(fork.client, task), capacity: 1000n });
    await fork.giveTokens(sink, amount);
    await stake(sink, { ...task, amount });
    await registerSink(sink, task);
    await connectPool(sink, task);
    for (let epoch = 0; epoch < 3; epoch++) {
      await fork.pass(EPOCH);
      const attestation = await signAttestation(sink, { ...task, capacity: 1000n, backlog: 0n });
      await submitAttestations(sink, { ...task, attestations: [attestation] });
    }

    const source = await fork.actor("source");
    await fork.giveTokens(source, parseEther("10"));
    const { flowRate } = await openStream(source, { ...task, flowRate: 5000n * UNIT_RATE });
    expect(flowRate).toBeGreaterThan(0n);
    await fork.pass(EPOCH);
    const state = await getSink(fork.client, { ...task, sink: sink.account.address });
    expect(state.flowRate).toBeGreaterThan(0n);
    expect(state.paid).toBeGreaterThan(0n);
  });

  test("is kept: the escrow takes what the sink cannot, by one run of the keeper", async () => {
    const task = { deployment, taskTypeId };
    const before = await getPool(fork.client, task);
    expect(before.price).toBeGreaterThan(before.priceCap);
    const argv = ["--network", fork.network.name, "--once", "--port", "0", "--confirmations", "1"];
    const keeper = await runCommand(keeperProgram, [...argv, "--poll-interval", "0.1", "--min-amount", "0.000001"], {
      env,
    });
    expect(keeper).toMatchObject({ code: 0, error: "" });
    expect(keeper.out).toContain('"action":"rebalance"');
    const after = await getPool(fork.client, task);
    expect(after.price).toBeLessThanOrEqual(after.priceCap);
  });

  test("ends: the stream closes, and inspection finds nothing that somebody should do", async () => {
    const task = { deployment, taskTypeId };
    await closeStream(await fork.actor("source"), task);
    expect((await getPool(fork.client, task)).flowRate).toBe(0n);
    const { code, out } = await runCommand(inspectProgram, ["network", "--network", fork.network.name], { env });
    expect(code).toBe(0);
    expect(out).toContain(deployment.backpressurePool);
  });
});
