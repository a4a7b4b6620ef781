import { createClient, custom, decodeFunctionData, type Hex, hashTypedData, isAddressEqual, parseEther } from "viem";
import { getContractEvents } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  attestationTypedData,
  ContractCallError,
  claim,
  closeStream,
  connectPool,
  deregisterSink,
  getSink,
  getSource,
  getTaskType,
  InvalidParameterError,
  openStream,
  prepareSubmitAttestations,
  registerSink,
  requestReturn,
  requestUnstake,
  type Signal,
  SignalError,
  type SignedAttestation,
  signAttestation,
  signalCapacity,
  stake,
  stakeForCapacity,
  startSignalLoop,
  submitAttestations,
  syncSource,
  unpackSignals,
  type WriteClient,
  withdraw,
} from "../index.ts";
import { read } from "../internal/call.ts";

let chain: TestChain;
let taskTypeId: Hex;
let sink: WriteClient;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  task = { deployment: chain.deployment, taskTypeId };
  sink = await addSink(chain, taskTypeId, "sink", 100n);
});

eachAnew(() => chain);

afterAll(() => chain.stop());

const stateOf = (client: WriteClient) => getSink(client, { ...task, sink: client.account.address });

/** Mines the block that a commitment waits for, and no other: the window for the reveal is counted in blocks. */
async function mineForReveal(): Promise<void> {
  const { signal } = await stateOf(sink);
  if (signal.committedAtBlock === (await chain.test.getBlockNumber({ cacheTime: 0 })))
    await chain.test.mine({ blocks: 1 });
}

async function whileMining<result>(action: Promise<result>): Promise<result> {
  let done = false;
  const result = action.finally(() => {
    done = true;
  });
  result.catch(() => {});
  while (!done) await mineForReveal();
  return result;
}

test("a stake backs capacity, and a registered sink has none until it signals", async () => {
  const state = await stateOf(sink);
  expect(state).toMatchObject({
    registered: true,
    connected: true,
    capacityCap: 100n,
    declaredCapacity: 0n,
    effectiveCapacity: 0n,
    units: 0n,
    unbondedAt: undefined,
  });
  expect(state.signal).toEqual({
    signalledAt: undefined,
    alive: false,
    expiresAt: undefined,
    epochsExpired: 0,
    settledEpoch: Math.floor(state.timestamp / EPOCH),
    committedAtBlock: undefined,
  });
});

test("registering without a stake says what to do", async () => {
  const stranger = await chain.actor("stranger");
  await expect(registerSink(stranger, task)).rejects.toThrow(/CapacityRegistry_StakeBelowMinimum.*call stake first/);
  await expect(registerSink(sink, task)).rejects.toMatchObject({ errorName: "CapacityRegistry_SinkExists" });
});

test("connecting twice sends nothing the second time", async () => {
  expect(await connectPool(sink, task)).toBeUndefined();
});

test("commit and reveal declares, hidden until then", async () => {
  const { attempts } = await whileMining(signalCapacity(sink, { ...task, capacity: 80n, backlog: 5n }));
  expect(attempts).toBe(1);
  const state = await stateOf(sink);
  expect(state).toMatchObject({ declaredCapacity: 80n, declaredBacklog: 5n });
  expect(state.signal).toMatchObject({ alive: true, committedAtBlock: undefined });
  // One step of the average: 0.3 of what was declared.
  expect(state.smoothedCapacity).toBeCloseTo(24, 6);
});

test("a commitment is revealed only in a later block than its own", async () => {
  const controller = new AbortController();
  const signalling = signalCapacity(sink, { ...task, capacity: 80n, backlog: 0n, abort: controller.signal });
  const refused = expect(signalling).rejects.toThrow("that is enough");
  let state = await stateOf(sink);
  while (state.signal.committedAtBlock === undefined) state = await stateOf(sink);
  expect(state.declaredCapacity).toBe(0n);
  controller.abort(new Error("that is enough"));
  await refused;
});

/** The sink, held up so long as it waits for the block of its first reveal that the window of 20 blocks passes. */
function heldUpSink(): { client: WriteClient; committedAt: () => bigint | undefined } {
  let committedAt: bigint | undefined;
  const client = createClient({
    account: sink.account,
    chain: sink.chain,
    pollingInterval: sink.pollingInterval,
    transport: custom({
      request: async (request) => {
        // Within its own look, so that it sees the chain only before and after.
        if (request.method === "eth_blockNumber" && committedAt === undefined) {
          committedAt = (await stateOf(sink)).signal.committedAtBlock;
          if (committedAt !== undefined) await chain.test.mine({ blocks: 25 });
        }
        return sink.request(request);
      },
    }),
  });
  return { client, committedAt: () => committedAt };
}

test("a missed window is repaired by committing again", async () => {
  const { client, committedAt } = heldUpSink();
  const { attempts, receipt } = await whileMining(signalCapacity(client, { ...task, capacity: 80n, backlog: 0n }));
  expect(attempts).toBe(2);
  expect(receipt.blockNumber).toBeGreaterThan((committedAt() ?? 0n) + 20n);
  expect((await stateOf(sink)).declaredCapacity).toBe(80n);
});

test("a window that is missed every time is an error", async () => {
  const signalling = signalCapacity(heldUpSink().client, { ...task, capacity: 80n, backlog: 0n, attempts: 1 });
  await expect(signalling).rejects.toThrow(SignalError);
});

test("a stranger's signal is refused at once", async () => {
  const stranger = await chain.actor("stranger");
  await expect(signalCapacity(stranger, { ...task, capacity: 1n, backlog: 0n })).rejects.toMatchObject({
    name: "ContractCallError",
    errorName: "CapacityRegistry_UnknownSink",
  });
});

test.each([
  { capacity: -1n, backlog: 0n },
  { capacity: 2n ** 64n, backlog: 0n },
  { capacity: 1n, backlog: -1n },
  { capacity: 1n, backlog: 2n ** 96n },
])("a signal of $capacity units and $backlog unit-seconds is refused", async (signal) => {
  await expect(signalCapacity(sink, { ...task, ...signal })).rejects.toThrow(InvalidParameterError);
  await expect(signAttestation(sink, { ...task, ...signal })).rejects.toThrow(InvalidParameterError);
});

test("an attestation is what the registry hashes, and counts whoever carries it", async () => {
  await chain.pass(EPOCH);
  const attestation = await signAttestation(sink, { ...task, capacity: 70n, backlog: 3n });
  const { deployment } = chain;
  const digest = await read(
    chain.client,
    contractsOf(deployment).capacityRegistry.hashAttestation(taskTypeId, attestation),
  );
  expect(hashTypedData(attestationTypedData({ deployment, chainId: 31337, attestation }))).toBe(digest);

  const carrier = await chain.actor("carrier");
  const { accepted, skipped } = await submitAttestations(carrier, { ...task, attestations: [attestation] });
  expect(accepted).toEqual([{ sink: sink.account.address, capacity: 70n, backlog: 3n }]);
  expect(skipped).toEqual([]);
});

test("attestations that do not count come back with the reason", async () => {
  await chain.pass(EPOCH);
  const good = await signAttestation(sink, { ...task, capacity: 70n, backlog: 0n });
  const stranger = await chain.actor("stranger");
  const unknown = await signAttestation(stranger, { ...task, capacity: 1n, backlog: 0n });
  const forged = { ...good, capacity: 71n };
  const old = await signAttestation(sink, { ...task, capacity: 1n, backlog: 0n, issuedAt: good.issuedAt - 100 });
  const early = await signAttestation(sink, { ...task, capacity: 1n, backlog: 0n, issuedAt: good.issuedAt + 1000 });
  const attestations = [unknown, forged, old, early, good, good];
  const { accepted, skipped } = await submitAttestations(stranger, { ...task, attestations });
  expect(accepted).toHaveLength(1);
  expect(skipped).toEqual([
    { index: 0, reason: "unknown sink" },
    { index: 1, reason: "bad signature" },
    { index: 2, reason: "too old" },
    { index: 3, reason: "from the future" },
    { index: 5, reason: "out of order" },
  ]);
});

test("what keys alone have signed is packed, and skipped for the same reasons", async () => {
  await chain.pass(EPOCH);
  const good = await signAttestation(sink, { ...task, capacity: 70n, backlog: 3n });
  const old = await signAttestation(sink, { ...task, capacity: 1n, backlog: 0n, issuedAt: good.issuedAt - 100 });
  const carrier = await chain.actor("carrier");
  const functionOf = async (attestations: SignedAttestation[]) => {
    const [call] = await prepareSubmitAttestations(carrier, { ...task, attestations });
    return decodeFunctionData({ abi: capacityRegistryAbi, data: call?.data ?? "0x" }).functionName;
  };
  expect(await functionOf([old, good])).toBe("submitPackedAttestations");
  expect(await functionOf([old, { ...good, capacity: 2n ** 40n }])).toBe("submitAttestations");
  expect(await functionOf([old, { ...good, backlog: 2n ** 64n }])).toBe("submitAttestations");
  expect(await functionOf([old, { ...good, signature: `${good.signature}00` }])).toBe("submitAttestations");
  // As it looks if a wallet's owner has signed.
  expect(await functionOf([old, { ...good, sink: carrier.account.address }])).toBe("submitAttestations");
  const { accepted, skipped } = await submitAttestations(carrier, { ...task, attestations: [old, good, good] });
  expect(accepted).toEqual([{ sink: sink.account.address, capacity: 70n, backlog: 3n }]);
  expect(skipped).toEqual([
    { index: 0, reason: "too old" },
    { index: 2, reason: "out of order" },
  ]);
});

test("a sink finds its own signal in the one event of a batch: in those of its task type, up to d after it signed", async () => {
  await chain.pass(EPOCH);
  const other = await addSink(chain, taskTypeId, "another", 100n);
  const signed = [
    await signAttestation(other, { ...task, capacity: 50n, backlog: 0n }),
    await signAttestation(sink, { ...task, capacity: 2n ** 40n - 1n, backlog: 2n ** 64n - 1n }),
  ];
  const fromBlock = await chain.test.getBlockNumber({ cacheTime: 0 });
  const carrier = await chain.actor("carrier");
  await submitAttestations(carrier, { ...task, attestations: signed });
  await submitAttestations(carrier, { ...task, attestations: [] });

  const event = { abi: capacityRegistryAbi, eventName: "CapacitiesSignalled", strict: true } as const;
  const where = { address: chain.deployment.capacityRegistry, args: { taskTypeId }, fromBlock } as const;
  const logs = await getContractEvents(chain.client, { ...event, ...where });
  expect(logs).toHaveLength(1);
  const mine = logs
    .flatMap(({ args }) => unpackSignals(args.signals))
    .filter((signal) => isAddressEqual(signal.sink, sink.account.address));
  const { declaredCapacity, declaredBacklog } = await getSink(chain.client, { ...task, sink: sink.account.address });
  const { issuedAt } = signed[1] as SignedAttestation;
  expect(mine).toEqual([
    { sink: sink.account.address, capacity: declaredCapacity, backlog: declaredBacklog, issuedAt },
  ]);
  expect(declaredBacklog).toBe(2n ** 64n - 1n);
});

test("the signal loop signals what moves units, survives failures, and stops", async () => {
  const signals: Signal[] = [];
  const errors: unknown[] = [];
  let measured = 0;
  const loop = await startSignalLoop(sink, {
    ...task,
    measure: () => {
      measured += 1;
      if (measured === 2) throw new Error("no measurement today");
      // The last one is hardly another than the one before.
      return { capacity: 40n + BigInt(10 * Math.min(measured, 3) + measured), backlog: 0n };
    },
    onSignal: (signal) => signals.push(signal),
    onError: (error) => errors.push(error),
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await mineForReveal();
  };
  await until(() => signals.length === 1);
  await chain.pass(EPOCH);
  await until(() => signals.length === 2);
  await chain.pass(EPOCH);
  await until(() => measured === 4);
  expect(signals.map(({ capacity }) => capacity)).toEqual([51n, 73n]);
  expect(errors).toEqual([new Error("no measurement today")]);
  await loop.stop();
  await chain.pass(EPOCH);
  expect(measured).toBe(4);
});

test("a steady sink signals at most once in four epochs, and never expires", async () => {
  let [looks, signals] = [0, 0];
  const loop = await startSignalLoop(sink, {
    ...task,
    measure: () => {
      looks += 1;
      return { capacity: 74n, backlog: 0n };
    },
    onSignal: () => {
      signals += 1;
    },
  });
  const livesOn = async () => {
    const { signal, timestamp } = await stateOf(sink);
    return (signal.expiresAt ?? 0) - timestamp > EPOCH;
  };
  for (let epoch = 1; epoch <= 12; epoch++) {
    while (looks < epoch || !(await livesOn())) await mineForReveal();
    await chain.pass(EPOCH);
  }
  await loop.stop();
  expect(signals).toBeGreaterThanOrEqual(2);
  expect(signals).toBeLessThanOrEqual(3);
});

test("a sink that stops signalling expires by the epochs of the chain", async () => {
  await signalFor(chain, taskTypeId, sink, 100n, 1);
  const { signal } = await stateOf(sink);
  const expiresAt = signal.expiresAt ?? 0;
  await chain.test.setNextBlockTimestamp({ timestamp: BigInt(expiresAt - 1) });
  await chain.test.mine({ blocks: 1 });
  const last = await stateOf(sink);
  expect(last.signal).toMatchObject({ alive: true, epochsExpired: 0 });
  await chain.test.setNextBlockTimestamp({ timestamp: BigInt(expiresAt) });
  await chain.test.mine({ blocks: 1 });
  const expired = await stateOf(sink);
  expect(expired.signal).toMatchObject({ alive: false, epochsExpired: 1 });
  // The registry agrees: from here on the average falls.
  expect(expired.smoothedCapacity).toBeLessThan(last.smoothedCapacity);
  expect(expired.needsRebalance).toBe(true);
});

test("a connected sink is paid into its balance, another one claims", async () => {
  const other = await chain.actor("other");
  const taskType = await getTaskType(other, task);
  const amount = stakeForCapacity({ taskType, capacity: 100n });
  await chain.giveTokens(other.account.address, amount);
  await stake(other, { ...task, amount });
  await registerSink(other, task);
  await signalFor(chain, taskTypeId, sink, 100n, 3);
  await signalFor(chain, taskTypeId, other, 100n, 3);
  const source = await addSource(chain, "source");
  await openStream(source, { ...task, flowRate: 60n * UNIT_RATE });
  await chain.pass(100);

  const [connected, claiming] = [await stateOf(sink), await stateOf(other)];
  expect(connected.claimable).toBe(0n);
  expect(connected.paid).toBeGreaterThan(0n);
  expect(claiming.claimable).toBe(claiming.paid);
  expect(await claim(sink, task)).toBeUndefined();
  const claimed = await claim(other, task);
  expect(claimed?.amount).toBeGreaterThanOrEqual(claiming.claimable);
  const balance = await getSource(other, { ...task, source: other.account.address });
  expect(balance.availableBalance).toBeGreaterThanOrEqual(claimed?.amount ?? 0n);
  expect(connected.flowRate).toBe(connected.units * (claiming.flowRate / claiming.units));
});

/** Nobody has capacity: all that a source streams waits in the escrow. */
async function fillEscrow(): Promise<WriteClient> {
  const source = await addSource(chain, "source");
  await openStream(source, { ...task, flowRate: 60n * UNIT_RATE });
  await chain.pass(400);
  return source;
}

/** What a source has in the escrow and elsewhere. */
const returnsOf = async (source: WriteClient) => getSource(source, { ...task, source: source.account.address });

test("what no sink took comes back one horizon after the stream was closed, and not before", async () => {
  const source = await fillEscrow();
  await closeStream(source, task);
  const { returns, streamed } = await returnsOf(source);
  expect(returns.owned).toBeGreaterThan((streamed * 99n) / 100n);
  expect(returns).toMatchObject({ payable: 0n, returned: 0n });
  expect(await syncSource(source, task)).toMatchObject({ amount: 0n });

  const { horizon } = await getTaskType(source, task);
  await chain.pass(horizon);
  const { availableBalance, returns: due } = await returnsOf(source);
  expect(due.payable).toBeGreaterThan((returns.owned * 99n) / 100n);
  const { amount } = await syncSource(source, task);
  expect(amount).toBe(due.payable);
  const after = await returnsOf(source);
  expect(after.returns).toEqual({ owned: 0n, payable: 0n, returned: amount });
  expect(after.availableBalance - availableBalance).toBe(amount);
});

test("a source whose stream goes on asks for what it has so far, and waits as long", async () => {
  const source = await fillEscrow();
  await requestReturn(source, task);
  const { returns } = await returnsOf(source);
  const { horizon } = await getTaskType(source, task);
  // A minute before: time passes on the chain while the test runs, too.
  await chain.pass(horizon - 60);
  expect((await returnsOf(source)).returns.payable).toBe(0n);
  await chain.pass(60);
  const { amount } = await syncSource(source, task);
  expect(amount).toBeGreaterThan((returns.owned * 99n) / 100n);
  // What came since is not part of it.
  const after = await returnsOf(source);
  expect(after.flowRate).toBeGreaterThan(0n);
  expect(after.returns.owned).toBeGreaterThan(0n);
});

test("unstaking cuts capacity at once and pays out after the wait", async () => {
  await signalFor(chain, taskTypeId, sink, 100n, 5);
  const { bondPerUnit, unbondingPeriod } = await getTaskType(sink, task);
  const before = await stateOf(sink);
  const { unbondedAt } = await requestUnstake(sink, { ...task, amount: 50n * bondPerUnit });
  const after = await stateOf(sink);
  expect(after.capacityCap).toBe(50n);
  expect(after.effectiveCapacity).toBeLessThan(before.effectiveCapacity);
  expect(after).toMatchObject({ unbonding: 50n * bondPerUnit, unbondedAt });
  expect(unbondedAt).toBe(after.timestamp + unbondingPeriod);

  await expect(withdraw(sink, task)).rejects.toMatchObject({ errorName: "StakeManager_StillUnbonding" });
  await chain.pass(unbondingPeriod);
  expect(await withdraw(sink, task)).toMatchObject({ amount: 50n * bondPerUnit });
  await expect(withdraw(sink, task)).rejects.toThrow(/call requestUnstake first/);
});

test("asking for more than the stake is refused", async () => {
  const asking = requestUnstake(sink, { ...task, amount: parseEther("1000000") });
  await expect(asking).rejects.toThrow(ContractCallError);
  await expect(asking).rejects.toThrow(/ask for at most the stake/);
});

test("a sink that leaves is no longer one, and keeps its stake", async () => {
  await signalFor(chain, taskTypeId, sink, 100n, 2);
  expect((await stateOf(sink)).units).toBeGreaterThan(0n);
  await deregisterSink(sink, task);
  expect(await stateOf(sink)).toMatchObject({ registered: false, units: 0n, capacityCap: 100n });
});

test("the stake for a capacity backs exactly that", () => {
  const taskType = { minimumStake: 7n, bondPerUnit: 3n };
  expect(stakeForCapacity({ taskType, capacity: 5n })).toBe(22n);
  expect(stakeForCapacity({ taskType, capacity: 0n })).toBe(7n);
  expect(() => stakeForCapacity({ taskType, capacity: -1n })).toThrow(InvalidParameterError);
});
