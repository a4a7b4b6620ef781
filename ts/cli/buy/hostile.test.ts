import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { parseEther } from "viem";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { addSource } from "../../localchain/participants.ts";
import { setProfile } from "../../sdk/sink/setProfile.ts";
import { serve } from "../../testkit/httpServer.ts";
import { PayingClient } from "../../x402/buyer/payingClient.ts";
import { perRequest } from "../../x402/meters/meter.ts";
import { Paywall } from "../../x402/seller/paywall.ts";
import { startTestMarket, TASK, type TestMarket } from "../../x402/testMarket.ts";
import { startGateway } from "./gateway.ts";

// Many epochs on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** The longest answer that this buyer takes, bytes. */
const LONGEST = 500_000;
const KEY = "bp_of-the-owner";

let market: TestMarket;
beforeAll(async () => {
  market = await startTestMarket("hostile");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => market.close());

/**
 * A gateway whose only sink proves that it is the sink, and then does as it is told with the order: each its own, because
 * who has not delivered is not asked again for a while.
 */
async function open(name: string, answer: (response: ServerResponse) => void) {
  const till = await market.till(name);
  const paywall = new Paywall({ till, work: perRequest(TASK) });
  const honest = getRequestListener((request) => paywall.handle(request, () => new Response()));
  let orders = 0;
  const server = await serve((incoming: IncomingMessage, response: ServerResponse) => {
    if (incoming.method !== "POST") return void honest(incoming, response);
    orders += 1;
    incoming.resume();
    answer(response);
  });
  market.onClose(server.close);
  const profile = { version: 1, name, endpoint: `${server.url}/v1`, unit: "request" };
  const profileUri = `data:application/json,${encodeURIComponent(JSON.stringify(profile))}`;
  await setProfile(till.parameters.client, { ...market.task, profileUri });
  const paying = await PayingClient.open({
    ...{ client: await addSource(market.chain, `buyer of ${name}`), ...market.task, oneTask: TASK, maxBytes: LONGEST },
    ...{ sinks: [till.desk.sink], budget: { perDay: parseEther("1000") }, attempts: 1 },
    ...{ patience: 0, refreshEvery: 0, allowPrivate: true },
  });
  market.onClose(() => paying.account.store.close());
  const errors: string[] = [];
  const gateway = await startGateway({
    ...{ port: 0, token: KEY, onAnswer: () => {}, onError: (error) => errors.push(inspect(error)) },
    operations: () => new Response(),
    pay: (path, init) => paying.fetch(path, init),
  });
  market.onClose(gateway.stop);
  await paying.ready();
  for (let epoch = 0; epoch < 4; epoch++) {
    await market.nextEpoch();
    await paying.refresh();
  }
  return {
    ...{ errors, orders: () => orders, flowRate: () => paying.account.purse.flowRate },
    buy: () =>
      fetch(`${gateway.url}/work`, { method: "POST", body: "go", headers: { authorization: `Bearer ${KEY}` } }),
    /** Of what it has delivered, wei. */
    counted: () => paying.account.counters.completed(till.desk.sink),
  };
}

/** Writes as long as anybody reads. */
function endless(response: ServerResponse, piece: string): void {
  const write = (): void => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once("drain", write);
  };
  write();
}

test.each([
  ["an answer", "text/plain", "x".repeat(10_000)],
  ["a stream of events", "text/event-stream", `data: ${"x".repeat(1000)}\n\n`],
  ["an event", "text/event-stream", "x".repeat(1000)],
])("%s without an end is broken off, and nothing is counted for it", async (name, type, piece) => {
  let closed: Promise<void> = Promise.resolve();
  const { buy, counted, orders } = await open(name, (response) => {
    closed = new Promise((resolve) => response.once("close", () => resolve()));
    endless(response.writeHead(200, { "content-type": type }), piece);
  });
  const printed = vi.spyOn(console, "error");
  const got = await buy();
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of got.body ?? []) bytes += chunk.length;
  };
  await expect(read()).rejects.toThrow();
  await closed;
  expect(bytes).toBeLessThanOrEqual(LONGEST);
  expect(printed).not.toHaveBeenCalled();
  expect([orders(), counted()]).toEqual([1, 0n]);
});

test("a sink that dies in the middle has not delivered", async () => {
  const { buy, counted, orders } = await open("dies", (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: one\n\n", () => response.destroy());
  });
  const printed = vi.spyOn(console, "error");
  const read = buy().then((got) => got.text());
  await expect(read).rejects.toThrow();
  expect(printed).not.toHaveBeenCalled();
  expect([orders(), counted()]).toEqual([1, 0n]);
});

test.each<[string, (response: ServerResponse) => void]>([
  ["dies at once", (response) => void response.destroy()],
  ["sends elsewhere", (response) => void response.writeHead(307, { location: "https://x.example/" }).end()],
  ["fails", (response) => void response.writeHead(500).end("secret of the sink")],
])("a sink that %s is said to have not delivered, and no signature is shown", async (name, answer) => {
  const { buy, counted, orders, flowRate, errors } = await open(name, answer);
  const before = flowRate();
  const got = await buy();
  const text = await got.text();
  expect([got.status, JSON.parse(text).error.code, orders(), counted()]).toEqual([502, "not_delivered", 1, 0n]);
  expect(flowRate()).toBe(before);
  expect(text + errors.join()).not.toMatch(/payment-signature|0x[0-9a-f]{130}|eyJ4NDAy/i);
});
