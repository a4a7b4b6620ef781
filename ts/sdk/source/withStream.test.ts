import { createClient, type Hex, HttpRequestError, http, parseEther, type Transport } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { addSource } from "../../localchain/participants.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { startTestPool } from "../../testkit/testPool.ts";
import {
  getSource,
  InvalidParameterError,
  type LimitedStream,
  openStream,
  StreamStateError,
  TransactionUnconfirmedError,
  type WriteClient,
  withStream,
} from "../index.ts";

const RATE = 10n * UNIT_RATE;

let chain: TestChain;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let source: WriteClient;

beforeAll(async () => {
  ({ chain, task } = await startTestPool());
  source = await addSource(chain, "source");
});

eachAnew(() => chain);

afterAll(() => chain.stop());

const stateOf = (client: WriteClient) => getSource(chain.client, { ...task, source: client.account.address });
const balance = async () => (await stateOf(source)).availableBalance;

/** Lets time pass, ten seconds at a time, until the stream ends. */
async function useUp(stream: LimitedStream): Promise<void> {
  while (!stream.signal.aborted) {
    await chain.pass(10);
    await stream.spent();
  }
}

test("a stream is there as long as the function runs, and costs what it says", async () => {
  const before = await balance();
  const { result, spent, ended } = await withStream(
    source,
    { ...task, flowRate: RATE, budget: parseEther("5") },
    async (stream) => {
      expect((await stateOf(source)).flowRate).toBe(stream.flowRate);
      await chain.pass(100);
      return "answer";
    },
  );
  expect({ result, ended }).toEqual({ result: "answer", ended: undefined });
  expect((await stateOf(source)).flowRate).toBe(0n);
  // Deposit and all came back but what was streamed.
  expect(before - (await balance())).toBe(spent);
  expect(spent).toBeGreaterThanOrEqual((RATE * 99n * 100n) / 100n);
});

test("the budget is never exceeded, and nearly used", async () => {
  const before = await balance();
  const budget = 300n * RATE;
  const { spent, ended } = await withStream(source, { ...task, flowRate: RATE, budget }, useUp);
  expect(ended).toBe("budget");
  expect(before - (await balance())).toBe(spent);
  expect(spent).toBeLessThanOrEqual(budget);
  // All but the time that closing might have taken.
  expect(spent).toBeGreaterThanOrEqual((220n * RATE * 99n) / 100n);
});

test("a time is a limit too", async () => {
  const parameters = { ...task, flowRate: RATE, budget: parseEther("5"), maxDuration: 100 };
  const { spent, ended } = await withStream(source, parameters, useUp);
  expect(ended).toBe("duration");
  expect(spent).toBeGreaterThanOrEqual((100n * RATE * 99n) / 100n);
  expect(spent).toBeLessThanOrEqual(115n * RATE);
});

test("money for which nothing comes stops, money for which something comes goes on", async () => {
  const limits = { ...task, flowRate: RATE, budget: parseEther("5"), stopLoss: 50n * RATE, maxDuration: 300 };
  const idle = await withStream(source, limits, useUp);
  expect(idle.ended).toBe("stop loss");
  expect(idle.spent).toBeLessThanOrEqual(70n * RATE);
  const busy = await withStream(source, limits, async (stream) => {
    while (!stream.signal.aborted) {
      await chain.pass(10);
      stream.delivered(10n * RATE);
      await stream.spent();
    }
  });
  expect(busy.ended).toBe("duration");
});

test("an error closes, and is the error", async () => {
  const failing = withStream(source, { ...task, flowRate: RATE, budget: parseEther("5") }, async () => {
    throw new TypeError("the agent has crashed");
  });
  await expect(failing).rejects.toThrow("the agent has crashed");
  expect((await stateOf(source)).flowRate).toBe(0n);
});

test("an abort closes, also one that came before", async () => {
  const controller = new AbortController();
  const parameters = { ...task, flowRate: RATE, budget: parseEther("5"), abort: controller.signal };
  const { result, ended } = await withStream(source, parameters, async ({ signal }) => {
    controller.abort();
    return signal.reason;
  });
  expect({ result, ended }).toEqual({ result: "aborted", ended: "aborted" });
  expect((await withStream(source, parameters, async ({ signal }) => signal.aborted)).result).toBe(true);
  expect((await stateOf(source)).flowRate).toBe(0n);
});

test("an endpoint that fails at the end is asked until the stream is closed", async () => {
  const rpc = await FaultyRpc.start(chain.url);
  const transport = http(rpc.url, { retryCount: 0 });
  const client = createClient({ account: source.account, chain: foundry, transport, pollingInterval: 20 });
  let failed = 0;
  await withStream(client, { ...task, flowRate: RATE, budget: parseEther("5") }, async () => {
    rpc.fault = "errors";
    rpc.onMoment = () => {
      failed += 1;
      if (failed > 5) rpc.fault = undefined;
    };
  });
  expect(failed).toBeGreaterThan(5);
  expect((await stateOf(source)).flowRate).toBe(0n);
  await rpc.stop();
});

test("an opening of which the answer is lost leaves no stream behind", async () => {
  let sent = 0;
  const losing: Transport = (options) => {
    const inner = http(chain.url)(options);
    const request: typeof inner.request = async (call, ...rest) => {
      const answer = await inner.request(call, ...rest);
      if (call.method === "eth_sendRawTransaction") sent += 1;
      if (call.method === "eth_sendRawTransaction" && sent === 1) throw new HttpRequestError({ url: chain.url });
      return answer as never;
    };
    return { ...inner, request };
  };
  const client = createClient({ account: source.account, chain: foundry, transport: losing, pollingInterval: 20 });
  const opening = withStream(client, { ...task, flowRate: RATE, budget: parseEther("5") }, async () => "never called");
  await expect(opening).rejects.toThrow(TransactionUnconfirmedError);
  expect(sent).toBe(2);
  expect((await stateOf(source)).flowRate).toBe(0n);
});

test("another stream of the account is left alone, and a budget too small to close in time is refused", async () => {
  const parameters = { ...task, flowRate: RATE, budget: parseEther("5") };
  const small = withStream(source, { ...parameters, budget: 100n * RATE }, async () => {});
  await expect(small).rejects.toThrow(InvalidParameterError);
  await expect(small).rejects.toThrow(/lasts 1 min 40 s .* closing may take 1 min/);
  const { flowRate } = await openStream(source, { ...task, flowRate: RATE });
  await expect(withStream(source, parameters, async () => {})).rejects.toThrow(StreamStateError);
  expect((await stateOf(source)).flowRate).toBe(flowRate);
});
