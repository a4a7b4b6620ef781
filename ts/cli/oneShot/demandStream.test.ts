import { parseEther } from "viem";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { addSource } from "../../localchain/participants.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import { PayingClient } from "../../x402/buyer/payingClient.ts";
import { BudgetReachedError } from "../../x402/errors.ts";
import { startTestMarket, TASK, type TestMarket } from "../../x402/testMarket.ts";
import { DemandStream, type Takings } from "./demandStream.ts";

vi.setConfig({ testTimeout: 120_000 });

let market: TestMarket;
beforeAll(async () => {
  market = await startTestMarket("demand");
  await market.till("seller");
  for (let epoch = 0; epoch < 3; epoch++) await market.nextEpoch();
});
afterAll(() => market.close());

async function open(name: string, float: bigint) {
  const client = await addSource(market.chain, name);
  const budget = { perDay: parseEther("1000") };
  const waiting = { patience: 0, refreshEvery: 0, allowPrivate: true };
  const paying = await PayingClient.open({ client, ...market.task, budget, oneTask: TASK, ...waiting });
  market.onClose(() => paying.account.store.close());
  const takings = new Map<string, Takings>();
  const stream = new DemandStream({ paying, float, takings });
  const look = async (seconds: number) => {
    await market.chain.pass(seconds);
    await paying.refresh();
    await stream.look(seconds);
  };
  const streams = async () =>
    (await getSource(market.chain.client, { ...market.task, source: client.account.address })).flowRate;
  return { paying, purse: paying.account.purse, stream, look, streams };
}

test("the rate follows what is asked for: up at once, down when it has been calm for T, within the bounds", async () => {
  const { paying, purse, stream, look, streams } = await open("follower", parseEther("1000"));
  await paying.ready();
  const slow = await streams();
  // The floor: a task a minute.
  expect(slow).toBeGreaterThan((99n * TASK) / 6000n);
  expect(slow).toBeLessThanOrEqual(TASK / 60n);
  for (let task = 0; task < 60; task++) stream.asked(TASK);
  await look(1);
  const fast = await streams();
  // Sixty tasks in T = 360 s, and what of the stream reaches the sinks.
  expect(fast).toBeGreaterThan((TASK * 60n * 9n) / 3600n);
  expect(fast).toBeLessThanOrEqual(purse.fastest);
  for (let task = 0; task < 6; task++) stream.asked(TASK);
  await look(1);
  expect(await streams()).toBe(fast);
  for (let task = 0; task < 10_000; task++) stream.asked(TASK);
  await look(1);
  const fastest = await streams();
  expect(fastest).toBeGreaterThan((99n * purse.fastest) / 100n);
  // It is calm, but not for long yet.
  for (let part = 0; part < 20; part++) await market.chain.pass(360);
  await look(1);
  expect(await streams()).toBe(fastest);
  await look(361);
  expect(await streams()).toBe(slow);
});

test("no more is streamed than was taken in and the float, and it goes on when money comes", async () => {
  const float = 600n * UNIT_RATE;
  const { paying, purse, stream, look, streams } = await open("careful", float);
  await paying.ready();
  const rate = await streams();
  expect(rate).toBeGreaterThan(0n);
  for (let seconds = 0n; seconds < float / rate; seconds += 20n) await look(20);
  expect(await streams()).toBe(0n);
  const { streamed } = await getSource(market.chain.client, {
    ...market.task,
    source: purse.account,
  });
  expect(streamed).toBeLessThanOrEqual(stream.takings.streamed);
  expect(stream.takings.streamed).toBeLessThanOrEqual(float);
  // What is left would last for no look at all.
  stream.took(-stream.left);
  await expect(paying.ready()).rejects.toThrow(BudgetReachedError);
  stream.took(TASK);
  await paying.ready();
  expect(await streams()).toBeGreaterThan(0n);
  await purse.close();
});
