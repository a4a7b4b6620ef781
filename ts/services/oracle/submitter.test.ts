import { type Address, decodeFunctionData, getAddress, type Hex, slice } from "viem";
import { sendTransaction, waitForTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { capacityRegistryAbi } from "../../abi/generated.ts";
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
import type { SendOutcome } from "../runtime/transaction.ts";
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
async function keep(sink: WriteClient, capacity = 80n, changes: Partial<AttestationMessage> = {}) {
  const signed = await signAttestation(sink, { ...task(), capacity, backlog: 0n });
  const message: AttestationMessage = { ...signed, capacity: String(capacity), backlog: "0", ...changes };
  const key = keyOf(attestationKind, message);
  await store.replace({ key, version: attestationKind.versionOf(message), message, receivedAt: Date.now() });
  return message;
}

let carried: Promise<unknown> = Promise.resolve();

/** One after the other: two forms of a batch come at once, and this sender counts no nonces. */
function carry(to: Address, data: Hex): Promise<SendOutcome> {
  const outcome = carried.then(async (): Promise<SendOutcome> => {
    const fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 5_000_000n };
    const hash = await sendTransaction(carrier, { to, data, ...fees });
    return { status: "confirmed", hash, receipt: await waitForTransactionReceipt(carrier, { hash }) };
  });
  carried = outcome.catch(() => {});
  return outcome;
}

const setCodeOf = (sink: WriteClient, bytecode: Hex) => chain.test.setCode({ address: sink.account.address, bytecode });

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
      return carry(to, data);
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

/** Says yes to every signature (ERC-1271). */
const YES_WALLET: Hex = "0x631626ba7e60e01b5f5260205ff3";

/** The sinks of a submission, and its form. */
function submissionOf(data: Hex) {
  const { functionName, args } = decodeFunctionData({ abi: capacityRegistryAbi, data });
  if (functionName === "submitAttestations") return { functionName, sinks: args[1].map(({ sink }) => sink) };
  if (functionName !== "submitPackedAttestations") throw new TypeError(functionName);
  const count = (args[1].length - 2) / 2 / 102;
  const sinkOf = (index: number) => getAddress(slice(args[1], index * 102, index * 102 + 20));
  return { functionName, sinks: Array.from({ length: count }, (_, index) => sinkOf(index)) };
}

test("what keys have signed goes packed, and the rest of the same batch in the form that takes it; all of it counts", async () => {
  const [cyd, dan, eve] = [
    await addSink(chain, taskTypeId, "cyd", 100n),
    await addSink(chain, taskTypeId, "dan", 100n),
    await addSink(chain, taskTypeId, "eve", 100n),
  ];
  await chain.pass(EPOCH);
  await keep(ada);
  // EIP-7702: what it delegates to answers nothing, and its key still counts.
  await setCodeOf(bob, `0xef0100${"00".repeat(19)}05`);
  await keep(bob);
  // Wallets: one signature looks like a key's.
  await setCodeOf(cyd, YES_WALLET);
  const { signature } = await signAttestation(ada, { ...task(), capacity: 80n, backlog: 0n });
  await keep(cyd, 80n, { signature });
  await setCodeOf(dan, YES_WALLET);
  await keep(dan, 80n, { signature: "0x1234" });
  await keep(eve, 2n ** 40n);

  const submissions: ReturnType<typeof submissionOf>[] = [];
  const sender: Pick<Sender, "send"> = {
    send: async ({ to, data }) => {
      submissions.push(submissionOf(data));
      return carry(to, data);
    },
  };
  await submitterWith({ sender }).round(await headNow());
  const sinksOf = (form: string) =>
    submissions
      .filter(({ functionName }) => functionName === form)
      .flatMap(({ sinks }) => sinks)
      .sort();
  const addressesOf = (...clients: WriteClient[]) => clients.map(({ account }) => account.address).sort();
  expect(submissions).toHaveLength(2);
  expect(sinksOf("submitPackedAttestations")).toEqual(addressesOf(ada, bob));
  expect(sinksOf("submitAttestations")).toEqual(addressesOf(cyd, dan, eve));
  for (const sink of [ada, bob, cyd, dan]) expect(await declared(sink)).toBe(80n);
  expect(await declared(eve)).toBe(100n);
  expect((await store.summary()).messages).toBe(0);
  expect(new Set(lines.map(({ reason }) => reason))).toEqual(new Set(["it is on the chain"]));
});

test("a form that cannot be sent does not keep the other, and stays", async () => {
  await keep(ada);
  await setCodeOf(bob, YES_WALLET);
  await keep(bob, 80n, { signature: "0x1234" });
  const sender: Pick<Sender, "send"> = {
    send: async ({ to, data }) => {
      if (submissionOf(data).functionName === "submitPackedAttestations") throw new Error("the node is out of order");
      return carry(to, data);
    },
  };
  await submitterWith({ sender }).round(await headNow());
  expect([await declared(ada), await declared(bob)]).toEqual([0n, 80n]);
  expect((await store.summary()).messages).toBe(1);
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
