import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as viem from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testTokenAt } from "../localchain/localSuperfluid.ts";
import { addSource } from "../localchain/participants.ts";
import { readExamples } from "../testkit/readExamples.ts";
import { EPOCH, startTestChain, type TestChain } from "../testkit/testChain.ts";
import * as sdk from "./index.ts";
import { send } from "./internal/call.ts";

/** What waits for the next block: for these, blocks come by themselves, as they do on a public chain. */
const WAITING = ["signalCapacity", "startSignalLoop"];

/** The life of a sink and a source; what is not named comes at the end, in any order. */
const ORDER = [
  ...["stake", "registerSink", "setProfile", "connectPool", "signalCapacity", "startSignalLoop", "submitAttestations"],
  ...[
    "withStream",
    "openStream",
    "changeStream",
    "deposit",
    "withdrawDeposit",
    "claim",
    "submitReceipts",
    "syncSource",
  ],
  ...["sendPrepared", "wrap", "unwrap", "prepareChangeStream", "prepareCloseStream", "requestReturn", "closeStream"],
  ...["requestUnstake", "withdraw", "deregisterSink"],
];

const examples = readExamples(dirname(fileURLToPath(import.meta.url)));
const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const ordered = [...examples].sort((a, b) => place(a.name) - place(b.name));

let chain: TestChain;
let context: Record<string, unknown>;

beforeAll(async () => {
  chain = await startTestChain();
  const taskTypeId = await chain.registerTaskType("work");
  const [sourceClient, sinkClient] = [await addSource(chain, "source"), await addSource(chain, "sink")];
  const { underlying } = chain.superfluid;
  await send(sourceClient, testTokenAt(underlying).mint(sourceClient.account.address, 100_000_000n));
  context = {
    client: chain.client,
    deployment: chain.deployment,
    superToken: chain.superToken,
    taskTypeId,
    sourceClient,
    sinkClient,
    source: sourceClient.account.address,
    sink: sinkClient.account.address,
    console: { log: () => {}, error: () => {} },
  };
});

afterAll(() => chain.stop());

test("every public function has an example", () => {
  const isError = (value: unknown): boolean =>
    typeof value === "function" &&
    (value === sdk.BackpressureError || value.prototype instanceof sdk.BackpressureError);
  const functions = Object.entries(sdk).filter(([, value]) => typeof value === "function" && !isError(value));
  expect(functions.map(([name]) => name).sort()).toEqual([...new Set(examples.map(({ name }) => name))].sort());
});

test.each(ordered)("the example of $name runs", async ({ name, code }) => {
  const { unbondingPeriod } = await sdk.getTaskType(chain.client, context as never);
  // Attestations of the same second as the last signal do not count; unstaked money waits.
  await chain.pass(name === "withdraw" ? unbondingPeriod : EPOCH);
  await chain.test.setIntervalMining({ interval: WAITING.includes(name) ? 1 : 0 });
  if (!WAITING.includes(name)) await chain.test.setAutomine(true);
  const scope = { ...viem, ...sdk, ...context };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  await AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
});

test("the examples have done what they say", async () => {
  const parameters = { deployment: chain.deployment, taskTypeId: context.taskTypeId } as sdk.TaskTypeParameter;
  const sink = await sdk.getSink(chain.client, { ...parameters, sink: context.sink as viem.Address });
  expect(sink).toMatchObject({ registered: false, connected: true, unbonding: 0n });
  expect(sink.ledger.acknowledged).toBe(viem.parseEther("0.001"));
  const source = await sdk.getSource(chain.client, { ...parameters, source: context.source as viem.Address });
  expect(source.flowRate).toBe(0n);
  // One horizon after its stream ended all that it has is to be paid.
  expect(source.returns.payable).toBeGreaterThan(0n);
  expect(source.streamed).toBeGreaterThan(0n);
});
