import type { Hex } from "viem";
import { sendTransaction, waitForTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addSink } from "../../localchain/participants.ts";
import { deregisterSink, getSink, signAttestation, submitAttestations, type WriteClient } from "../../sdk/index.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import { LevelStore } from "../intake/levelStore.ts";
import { keyOf } from "../intake/messageKind.ts";
import { createIntakeMetrics } from "../intake/metrics.ts";
import { Recoveries } from "../intake/recoveries.ts";
import type { MessageStore } from "../intake/store.ts";
import { TaskTypes } from "../intake/taskTypes.ts";
import { Triage } from "../intake/triage.ts";
import { Visits } from "../intake/visits.ts";
import { Health } from "../runtime/health.ts";
import { createLogger, type Logger } from "../runtime/logger.ts";
import { createMetrics } from "../runtime/metrics.ts";
import type { Sender } from "../runtime/sender.ts";
import { type AttestationMessage, attestationKind } from "./attestation.ts";
import { attestationCheck } from "./checkAttestation.ts";
import { AttestationSubmitter } from "./submitter.ts";

let chain: TestChain;
let taskTypeId: Hex;
let ada: WriteClient;
let bob: WriteClient;
let carrier: WriteClient;
let workplace: Workplace;
let store: MessageStore<AttestationMessage>;
let lines: { message?: string; reason?: string; msg: string }[];
let log: Logger;

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  ada = await addSink(chain, taskTypeId, "ada", 100n);
  bob = await addSink(chain, taskTypeId, "bob", 100n);
  carrier = await chain.actor("carrier");
  await chain.pass(EPOCH);
});

eachAnew(() => chain);

beforeEach(async () => {
  workplace = createWorkplace(chain);
  lines = [];
  log = createLogger({ service: "oracle", level: "info", write: (line) => lines.push(JSON.parse(line)) });
  store = await LevelStore.open({ folder: `${workplace.folder}/data`, owner: "test", log });
  return async () => {
    await store.close();
    workplace.remove();
  };
});

afterAll(() => chain.stop());

const task = () => ({ deployment: chain.deployment, taskTypeId });
const headNow = () => chain.test.getBlockNumber({ cacheTime: 0 });
const declared = async (sink: WriteClient) =>
  (await getSink(chain.client, { ...task(), sink: sink.account.address })).declaredCapacity;

/** Puts an attestation where the intake would. */
async function keep(sink: WriteClient): Promise<AttestationMessage> {
  const signed = await signAttestation(sink, { ...task(), capacity: 80n, backlog: 0n });
  const message = { ...signed, capacity: "80", backlog: "0" };
  const key = keyOf(attestationKind, message);
  await store.replace({ key, version: attestationKind.versionOf(message), message, receivedAt: Date.now() });
  return message;
}

type Setting = { confirmations?: number; before?: () => Promise<unknown>; sender?: Pick<Sender, "send"> };

function submitterWith({ confirmations = 1, before = async () => {}, ...rest }: Setting = {}) {
  const { client, deployment } = chain;
  const taskTypes = new TaskTypes({ client, deployment });
  const context = { client, deployment, chainId: 31337, taskTypes, headOf: () => undefined, ...new Recoveries() };
  const check = attestationCheck(context);
  const metrics = createIntakeMetrics(createMetrics("oracle").registry);
  const triage = new Triage({ store, check, confirmations, log, metrics });
  const sender: Pick<Sender, "send"> = rest.sender ?? {
    send: async ({ to, data }) => {
      await before();
      const fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 5_000_000n };
      const hash = await sendTransaction(carrier, { to, data, ...fees });
      return { status: "confirmed", hash, receipt: await waitForTransactionReceipt(carrier, { hash }) };
    },
  };
  const visits = new Visits({ log, health: new Health() });
  return new AttestationSubmitter({ context, store, triage, visits, sender, batchSize: 10, maxWait: 0 });
}

test("an entry that turns bad between the last look and the block is skipped, and forgotten", async () => {
  await keep(ada);
  await keep(bob);
  await submitterWith({ before: () => deregisterSink(bob, task()) }).round(await headNow());
  expect(await declared(ada)).toBe(80n);
  expect((await store.summary()).messages).toBe(0);
  expect(lines.map(({ reason }) => reason)).toEqual(["it is on the chain", "the chain skipped it: reason 1"]);
});

test("what somebody else has submitted is kept until that is confirmed, and submitted if it is undone", async () => {
  const message = await keep(ada);
  const submitter = submitterWith({ confirmations: 3 });
  const before = await chain.test.snapshot();
  const attestations = [{ ...message, capacity: 80n, backlog: 0n }];
  await submitAttestations(bob, { ...task(), attestations });
  await submitter.round(await headNow());
  expect((await store.summary()).messages).toBe(1);

  // A reorganisation: the transaction is gone, other blocks are there.
  await chain.test.revert({ id: before });
  await chain.test.mine({ blocks: 3 });
  expect(await declared(ada)).toBe(0n);
  await submitter.round(await headNow());
  expect(await declared(ada)).toBe(80n);
  expect((await store.summary()).messages).toBe(0);
});

test("what somebody else has submitted is forgotten once it is confirmed", async () => {
  const message = await keep(ada);
  const submitter = submitterWith({ confirmations: 3 });
  await submitAttestations(bob, { ...task(), attestations: [{ ...message, capacity: 80n, backlog: 0n }] });
  for (const expected of [1, 1, 0]) {
    await submitter.round(await headNow());
    expect((await store.summary()).messages).toBe(expected);
    await chain.test.mine({ blocks: 1 });
  }
  expect(await chain.test.getTransactionCount({ address: carrier.account.address })).toBe(0);
});

test("what could not be sent stays", async () => {
  await keep(ada);
  const failing = { send: () => Promise.reject(new Error("the node is out of order")) };
  const submitter = submitterWith({ sender: failing });
  await submitter.round(await headNow());
  expect((await store.summary()).messages).toBe(1);
  expect(lines.map(({ msg }) => msg)).toEqual(["a visit failed; the next round tries again"]);

  const skipping = submitterWith({ sender: { send: async () => ({ status: "skipped", reason: "budget" }) } });
  await skipping.round(await headNow());
  expect((await store.summary()).messages).toBe(1);
});
