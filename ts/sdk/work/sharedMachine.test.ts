import { type Address, type Hex, keccak256, stringToBytes } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import {
  closeStream,
  connectPool,
  getSink,
  getTaskType,
  InvalidParameterError,
  openStream,
  registerSink,
  signAttestation,
  stake,
  stakeForCapacity,
  submitAttestations,
  type WriteClient,
  whySignal,
} from "../index.ts";
import type { Signal } from "../internal/signal.ts";
import { Admission } from "./admission.ts";
import { CreditFeed } from "./creditFeed.ts";
import { CreditMissingError, type OrderKey } from "./errors.ts";
import { ServedMeter } from "./servedMeter.ts";
import { SharedMachine } from "./sharedMachine.ts";

const [DEAR, CHEAP] = ["0x01", "0x02"] as const;
const [ALICE, BOB] = ["0xa", "0xb"] as [Address, Address];
const meterOf = (rate: number) =>
  new ServedMeter({ concurrency: 1, horizon: 360, expectedWork: 60, expectedServiceTime: 60 / rate });

/** Lets whatever was started by a promise come to its next wait. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("one machine, two task types", () => {
  function start(backlogs: Record<Hex, bigint>, credits: Record<Address, bigint> = {}, concurrency = 1) {
    const taskType = (taskTypeId: Hex, unitRate: bigint) => ({
      ...{ taskTypeId, unitRate, horizon: 360 },
      backlog: () => backlogs[taskTypeId] ?? 0n,
      creditOf: (source: Address) => credits[source] ?? 0n,
    });
    const taskTypes = [taskType(DEAR, 3n), taskType(CHEAP, 1n)];
    const machine = new SharedMachine({ meter: meterOf(100), concurrency, epochLength: 60, taskTypes });
    const started: string[] = [];
    const releases: (() => void)[] = [];
    const enter = (taskTypeId: Hex, source: Address) =>
      void machine
        .queueOf(taskTypeId)
        .enter(source)
        .then((release) => {
          started.push(`${taskTypeId} ${source}`);
          releases.push(release);
        });
    const finish = async () => {
      releases.shift()?.();
      await settled();
    };
    return { machine, started, enter, finish };
  }

  test("takes the queue with most money waiting, then the source with most credit", async () => {
    const backlogs = { [DEAR]: 300n, [CHEAP]: 200n };
    const { enter, finish, started } = start(backlogs, { [ALICE]: 1n, [BOB]: 2n });
    enter(CHEAP, ALICE);
    await settled();
    enter(CHEAP, ALICE);
    enter(CHEAP, BOB);
    enter(DEAR, ALICE);
    enter(DEAR, BOB);
    await settled();
    expect(started).toEqual(["0x02 0xa"]);
    await finish();
    backlogs[DEAR] = 100n;
    await finish();
    expect(started.slice(1)).toEqual(["0x01 0xa", "0x02 0xa"]);
    await finish();
    await finish();
    // Who had come to the front before others came stays there.
    expect(started.slice(3)).toEqual(["0x02 0xb", "0x01 0xb"]);
  });

  test("serves a cheap queue before its horizon", async () => {
    // 110 units are declared for each: 0.6 of the horizon is 23,760 unit-seconds.
    const { enter, finish, started } = start({ [DEAR]: 69_000n, [CHEAP]: 24_000n });
    for (const taskTypeId of [DEAR, DEAR, CHEAP] as const) enter(taskTypeId, ALICE);
    await settled();
    await finish();
    expect(started).toEqual(["0x01 0xa", "0x02 0xa"]);
  });

  test("runs as many at once as it can, and a release counts once", async () => {
    const { machine, enter, started } = start({ [DEAR]: 1n, [CHEAP]: 1n }, {}, 2);
    const release = await machine.queueOf(DEAR).enter(ALICE);
    for (let i = 0; i < 3; i++) enter(CHEAP, BOB);
    await settled();
    expect(started).toHaveLength(1);
    release();
    release();
    await settled();
    expect(started).toHaveLength(2);
  });

  test("declares what is left", () => {
    const { machine } = start({ [DEAR]: 31n });
    // Until it is measured, headroom is that of exponential tasks: 1 + 1.4·√(60 / 36,000) is less than 1.1.
    expect(machine.signal(DEAR)).toEqual({ capacity: 110n, backlog: 11n });
    machine.update(1000);
    for (let epoch = 1; epoch <= 40; epoch++) {
      for (let task = 0; task < 80; task++) machine.record(DEAR, { work: 60, serviceTime: 0.6 });
      machine.update(1000 + 60 * epoch - 1);
      machine.update(1000 + 60 * epoch);
    }
    expect(machine.signal(DEAR).capacity).toBe(110n);
    expect(machine.signal(CHEAP).capacity).toBe(24n);
  });

  test.each([
    ["no task type", { taskTypes: [] }, /one task type or more/],
    ["no slot", { concurrency: 0 }, /one task or more at a time, not 0/],
    ["no epoch", { epochLength: 0 }, /longer than 0 s/],
  ])("refuses %s", (_, change, message) => {
    const parameters = { meter: meterOf(1), concurrency: 1, epochLength: 60, taskTypes: [], ...change };
    expect(() => new SharedMachine(parameters)).toThrow(InvalidParameterError);
    expect(() => new SharedMachine(parameters)).toThrow(message);
  });

  test("knows only its own task types", () => {
    expect(() => start({}).machine.queueOf("0x03")).toThrow(/does not work for 0x03/);
  });
});

describe("on a chain", () => {
  /** A machine that does 100 unit-seconds of work per second, tasks of 60. */
  const [RATE, WORK] = [100, 60n];
  const TASK = WORK * UNIT_RATE;

  let chain: TestChain;

  beforeAll(async () => {
    chain = await startTestChain();
  });

  afterAll(() => chain.stop());

  /** The machine's account is a sink of both task types, with the whole bond in each. */
  async function start() {
    const { deployment } = chain;
    const source = await addSource(chain, "source");
    const ids = [await chain.registerTaskType("translate"), await chain.registerTaskType("summarise")] as const;
    const sink = await addSink(chain, ids[0], "machine", 120n);
    const amount = stakeForCapacity({
      taskType: await getTaskType(sink, { deployment, taskTypeId: ids[1] }),
      capacity: 120n,
    });
    await chain.giveTokens(sink.account.address, amount);
    const second = { deployment, taskTypeId: ids[1] };
    await stake(sink, { ...second, amount });
    await registerSink(sink, second);
    await connectPool(sink, second);
    return { source, sink, ids };
  }

  type Branch = Awaited<ReturnType<typeof branchOf>>;

  async function branchOf(taskTypeId: Hex, source: WriteClient, sink: WriteClient) {
    const { deployment } = chain;
    const rate = () => BigInt(RATE) * UNIT_RATE;
    const admission = new Admission({ oneTask: TASK, epochLength: EPOCH, horizon: 360, rate, maxWait: 3 * EPOCH });
    const feed = new CreditFeed(sink, {
      ...{ deployment, taskType: await getTaskType(sink, { deployment, taskTypeId }) },
      sources: async () => [{ source: source.account.address, since: 0n }],
      sinks: async () => [sink.account.address],
      onCredit: (who, _, credit, now) => admission.paid(who, credit, now),
    });
    return { taskTypeId, admission, feed, orders: 0, served: 0, latest: undefined as Signal | undefined };
  }

  test("capacity follows demand from one task type to the other, and all that is paid for is done", {
    timeout: 240_000,
  }, async () => {
    const { deployment } = chain;
    const { source, sink, ids } = await start();
    const who = source.account.address;
    const branches = [await branchOf(ids[0], source, sink), await branchOf(ids[1], source, sink)];
    const [first, second] = branches as [Branch, Branch];
    const machine = new SharedMachine({
      ...{ meter: meterOf(RATE), concurrency: 1, epochLength: EPOCH },
      taskTypes: branches.map(({ taskTypeId, admission, feed }) => ({
        ...{ taskTypeId, unitRate: UNIT_RATE, horizon: 360, backlog: () => admission.backlog },
        creditOf: (source) => admission.available(source, feed.now()),
      })),
    });
    const running: { branch: Branch; key: OrderKey; release: () => void }[] = [];
    let signals = 0;

    /** The source orders all that it has paid for; the machine works as long as an epoch is. */
    async function work(): Promise<void> {
      for (const branch of branches) {
        await branch.feed.refresh();
        const { taskTypeId, admission } = branch;
        for (const now = branch.feed.now(); ; ) {
          branch.orders += 1;
          const nonce = keccak256(stringToBytes(`${taskTypeId} ${branch.orders}`));
          const key = { source: who, sink: sink.account.address, taskTypeId, nonce };
          try {
            admission.admit({ key, hash: nonce, maximum: TASK, validBefore: now + 600, now });
          } catch (error) {
            if (error instanceof CreditMissingError) break;
            throw error;
          }
          void machine
            .queueOf(taskTypeId)
            .enter(who)
            .then((release) => running.push({ branch, key, release }));
        }
      }
      for (let left = RATE * EPOCH; left >= Number(WORK); left -= Number(WORK)) {
        await settled();
        const task = running.shift();
        if (task === undefined) break;
        const { branch, key, release } = task;
        const used = branch.admission.settle({ key, cost: TASK, answer: "done" });
        branch.admission.acknowledged(who, used, used);
        machine.record(branch.taskTypeId, { work: Number(WORK), serviceTime: Number(WORK) / RATE });
        branch.served += 1;
        release();
      }
    }

    async function epoch(): Promise<void> {
      for (let part = 0; part < 4; part++) await chain.pass(EPOCH / 4);
      await work();
      machine.update(first.feed.now());
      for (const branch of branches) {
        const task = { deployment, taskTypeId: branch.taskTypeId };
        const measured = machine.signal(branch.taskTypeId);
        const state = await getSink(sink, { ...task, sink: sink.account.address });
        const { latest } = branch;
        const { capacityCap, signal } = state;
        const terms = { capacityCap, expiresAt: signal.expiresAt, epochLength: EPOCH, horizon: 360 };
        if (whySignal({ measured, latest, ...terms, now: first.feed.now() }) === undefined) continue;
        const attestations = [await signAttestation(sink, { ...task, ...measured })];
        await submitAttestations(sink, { ...task, attestations });
        [branch.latest, signals] = [measured, signals + 1];
      }
    }

    const unitsOf = async ({ taskTypeId }: Branch) =>
      Number((await getSink(sink, { deployment, taskTypeId, sink: sink.account.address })).units);

    // The test chain has the state of the latest sixteen blocks only.
    for (let part = 0; part < 6; part++) await chain.pass(EPOCH / 4);
    for (let i = 0; i < 6; i++) await epoch();
    await openStream(source, { deployment, taskTypeId: first.taskTypeId, flowRate: 80n * UNIT_RATE });
    for (let i = 0; i < 14; i++) await epoch();
    expect(await unitsOf(first)).toBeGreaterThan(90);
    expect(await unitsOf(second)).toBeLessThan(45);

    await closeStream(source, { deployment, taskTypeId: first.taskTypeId });
    const before = second.served;
    await openStream(source, { deployment, taskTypeId: second.taskTypeId, flowRate: 80n * UNIT_RATE });
    for (let i = 0; i < 14; i++) await epoch();
    expect(await unitsOf(second)).toBeGreaterThan(80);
    expect(await unitsOf(first)).toBeLessThan(50);

    // Nothing that was paid for waits, beyond what the latest epoch brought.
    for (const { admission, feed } of branches) {
      expect(admission.available(who, feed.now())).toBeLessThan(TASK);
      expect(admission.backlog).toBeLessThan(80n * UNIT_RATE * BigInt(EPOCH));
    }
    expect(first.served).toBeGreaterThan(80 * 11);
    expect(second.served - before).toBeGreaterThan(80 * 9);
    expect(signals).toBeLessThan(50);
  });
});
