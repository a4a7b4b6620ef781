import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { parseEther } from "viem";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { addSource } from "../../localchain/participants.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { setProfile } from "../../sdk/sink/setProfile.ts";
import { getSinks } from "../../sdk/work/discovery.ts";
import {
  NotDeliveredError,
  SinksBusyError,
  StopLossError,
  UnprovenEndpointError,
  WaitForCreditError,
} from "../../sdk/work/errors.ts";
import { serve } from "../../testkit/httpServer.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import { BudgetReachedError, PurseEmptyError } from "../errors.ts";
import { perRequest } from "../meters/meter.ts";
import { Paywall } from "../seller/paywall.ts";
import type { Till } from "../seller/till.ts";
import { startTestMarket, TASK, type TestMarket } from "../testMarket.ts";
import type { PayingFetchParameters } from "./parameters.ts";
import { payingFetch } from "./payingFetch.ts";

// Many epochs on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let market: TestMarket;
let seller: Shop;
beforeAll(async () => {
  market = await startTestMarket("answer");
  seller = await openShop("seller");
});
afterAll(() => market.close());

type Shop = { till: Till; seen: Request[] };

/** A sink with a profile, which answers whole, in pieces, or not at all. */
async function openShop(name: string): Promise<Shop> {
  const till = await market.till(name);
  const paywall = new Paywall({ till, work: perRequest(TASK / 2n) });
  const seen: Request[] = [];
  async function* pieces() {
    for (const word of ["one", "two", "three"]) yield `data: ${word}\n\n`;
  }
  const work = async (request: Request): Promise<Response> => {
    seen.push(request);
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/missing")) return new Response("no such thing", { status: 404 });
    if (!pathname.endsWith("/stream")) return Response.json({ path: pathname, body: await request.text() });
    const encoded = ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream());
    return new Response(encoded, { headers: { "content-type": "text/event-stream" } });
  };
  const server = await serve(getRequestListener((request) => paywall.handle(request, work)));
  market.onClose(server.close);
  await announce(till, `${server.url}/v1`);
  return { till, seen };
}

/** A profile on the chain itself. */
async function announce({ parameters: { client } }: Till, endpoint: string): Promise<void> {
  const profile = { version: 1, name: "words", endpoint, unit: "request" };
  const profileUri = `data:application/json,${encodeURIComponent(JSON.stringify(profile))}`;
  await setProfile(client, { ...market.task, profileUri });
}

async function openBuyer(name: string, changes: Partial<PayingFetchParameters> = {}, amount = parseEther("10000")) {
  const client = await addSource(market.chain, name, amount);
  const budget = { perDay: parseEther("1000") };
  const pay = payingFetch({
    ...{ client, ...market.task, budget, oneTask: TASK, flowRate: 60n * UNIT_RATE },
    ...{ patience: 0, refreshEvery: 0, allowPrivate: true, timeout: 10 },
    ...changes,
  });
  const paying = await pay.client();
  market.onClose(() => paying.account.store.close());
  return { pay, paying, client };
}

type Buyer = Awaited<ReturnType<typeof openBuyer>>;

/** The first stream, and the epochs until somebody owes a task. */
async function waitForCredit({ pay, paying }: Buyer): Promise<void> {
  const refused = expect(pay("/x")).rejects.toThrow(WaitForCreditError);
  await refused;
  for (let epoch = 0; epoch < 3; epoch++) {
    await market.nextEpoch();
    await paying.refresh();
  }
}

const flowRateOf = async ({ paying }: Buyer) =>
  (await getSource(market.chain.client, { ...market.task, source: paying.account.purse.account })).flowRate;

test("buys whole answers and streams, acknowledges them, and ends the stream", async () => {
  const buyer = await openBuyer("buyer");
  await waitForCredit(buyer);
  const { pay, paying } = buyer;
  const secrets = { authorization: "Bearer secret", cookie: "secret", "x-forwarded-for": "10.0.0.1", "x-mine": "1" };
  const headers = { ...secrets, "content-type": "text/plain" };
  const whole = await pay("/things?a=1", { method: "POST", body: "how many", headers });
  expect(await whole.json()).toEqual({ path: "/v1/things", body: "how many" });
  expect([...whole.headers.keys()].filter((name) => name.startsWith("payment"))).toEqual([]);
  const [request] = seller.seen;
  expect(Object.keys(secrets).map((name) => request?.headers.get(name))).toEqual([null, null, null, null]);
  expect(request?.headers.get("content-type")).toBe("text/plain");

  const stream = await pay("/stream");
  expect(await stream.text()).toBe("data: one\n\ndata: two\n\ndata: three\n\n");
  const { sink } = seller.till.desk;
  expect(paying.account.counters.completed(sink)).toBe(TASK);

  // The caller's own mistake is the caller's to see, and costs nothing.
  const missing = await pay("/missing");
  expect([missing.status, await missing.text()]).toEqual([404, "no such thing"]);
  expect(paying.account.counters.completed(sink)).toBe(TASK);

  // Who goes away in the middle pays for what was made, and both sides agree on it.
  const left = await pay("/stream");
  await left.body?.cancel();
  expect(paying.account.counters.completed(sink)).toBe(TASK + TASK / 2n);

  await pay.close();
  expect(seller.till.signedReceipts()).toMatchObject([{ completed: TASK + TASK / 2n }]);
  expect(await flowRateOf(buyer)).toBe(0n);
});

test("sinks that are dead, send elsewhere or never end are left for one that answers", async () => {
  const bad: [string, (write: (text: string) => boolean) => void, number, Record<string, string>][] = [
    ["redirects", () => {}, 302, { location: "https://elsewhere.example/" }],
    ["lies", () => {}, 200, {}],
  ];
  const hostile: Till[] = [];
  for (const [name, , status, headers] of bad) {
    const till = await market.till(name);
    const server = createServer((_, response) => response.writeHead(status, headers).end("{}")).listen(0, "127.0.0.1");
    await once(server, "listening");
    market.onClose(async () => server.close());
    await announce(till, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    hostile.push(till);
  }
  const buyer = await openBuyer("careful", { attempts: 3 });
  await waitForCredit(buyer);
  const bodies: unknown[] = [];
  for (let task = 0; task < 3; task++) {
    const answer = await buyer.pay("/things", { method: "POST", body: String(task) }).catch((error: unknown) => error);
    if (answer instanceof Response) bodies.push(await answer.json());
    else expect(answer).toBeInstanceOf(NotDeliveredError);
  }
  expect(bodies.length).toBeGreaterThan(0);
  for (const { desk } of hostile) expect(buyer.paying.account.counters.completed(desk.sink)).toBe(0n);

  // Who has nobody but these pays for nothing: after a while no longer.
  const wasteful = await openBuyer("wasteful", { sinks: hostile.map(({ desk }) => desk.sink) });
  let outcome: unknown;
  for (let epoch = 0; epoch < 30 && !(outcome instanceof StopLossError); epoch++) {
    await market.nextEpoch();
    await wasteful.paying.refresh();
    outcome = await wasteful.pay("/things").then(
      (answer) => answer.text(),
      (error: unknown) => error,
    );
  }
  expect(outcome).toBeInstanceOf(StopLossError);
  expect(await flowRateOf(wasteful)).toBe(0n);
});

test("an endpoint that is another sink's, or says nothing, gets no request", async () => {
  const claimant = await market.till("claimant");
  const { sink } = seller.till.desk;
  const honest = await getSinks(market.chain.client, { ...market.task, fromBlock: 0n });
  const { profileUri = "" } = honest.find((one) => one.sink === sink) ?? {};
  await setProfile(claimant.parameters.client, { ...market.task, profileUri });
  const buyer = await openBuyer("wary", { sinks: [claimant.desk.sink] });
  await waitForCredit(buyer);
  const count = seller.seen.length;
  const refused = await buyer.pay("/things", { method: "POST", body: "secret" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(NotDeliveredError);
  expect((refused as NotDeliveredError).cause).toBeInstanceOf(UnprovenEndpointError);
  expect(seller.seen.length).toBe(count);
});

test("a sink that has no time now is asked again when it has said", async () => {
  const till = await market.till("busy");
  const paywall = new Paywall({ till, work: perRequest(TASK / 2n) });
  let refusals = 2;
  const server = await serve(
    getRequestListener((request) => {
      if (request.method === "GET" || refusals-- <= 0) return paywall.handle(request, () => new Response("at last"));
      return new Response(null, { status: 503, headers: { "retry-after": "1" } });
    }),
  );
  market.onClose(server.close);
  await announce(till, server.url);
  const sinks = [till.desk.sink];
  const buyer = await openBuyer("patient", { sinks });
  await waitForCredit(buyer);
  await expect(buyer.pay("/x", { method: "POST" })).rejects.toThrow(SinksBusyError);
  await buyer.paying.account.store.close();
  // The chain's time may pass faster than requests do.
  const patient = await openBuyer("patient 2", { sinks, patience: 86_400, refreshEvery: 0.2 });
  let isOver = false;
  const answer = patient.pay("/x", { method: "POST" }).finally(() => {
    isOver = true;
  });
  answer.catch(() => {});
  while (!isOver) await market.nextEpoch();
  expect(await (await answer).text()).toBe("at last");
  expect(refusals).toBeLessThan(0);
  await patient.pay.close();
});

test("a stream ends before the money does, and no budget is broken", async () => {
  const poor = await openBuyer("poor", { flowRate: UNIT_RATE * 10n }, parseEther("18.5"));
  // Ten units for an hour are 3.6 tokens, and their deposit is 14.4.
  await expect(poor.pay("/x")).rejects.toThrow(WaitForCreditError);
  expect(await flowRateOf(poor)).toBeGreaterThan(0n);
  for (let part = 0; part < 4; part++) {
    await market.chain.pass(900);
    await poor.paying.refresh();
  }
  await expect(poor.pay("/x")).rejects.toThrow(PurseEmptyError);
  expect(await flowRateOf(poor)).toBe(0n);

  const refused = openBuyer("greedy", { budget: { perDay: 1000n }, flowRate: UNIT_RATE });
  await expect(refused).rejects.toThrow(BudgetReachedError);
});
