import { getRequestListener } from "@hono/node-server";
import { x402Facilitator } from "@x402/core/facilitator";
import { paymentMiddleware as paymentForExpress } from "@x402/express";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { paymentMiddleware as paymentForHono, x402ResourceServer } from "@x402/hono";
import express from "express";
import { Hono } from "hono";
import { type Hex, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { signAttestation } from "../../sdk/sink/signAttestation.ts";
import { submitAttestations } from "../../sdk/sink/submitAttestations.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import { asStatement, hashRequest, toOrderHeader } from "../../sdk/work/wire.ts";
import { serve, type TestServer } from "../../testkit/httpServer.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { BuyerAccount, type BuyerAccountParameters } from "../buyer/account.ts";
import { Till, type TillParameters } from "../seller/till.ts";
import type { StreamTerms } from "../terms.ts";
import { StreamClient, StreamFacilitator, StreamServer } from "./index.ts";

const NETWORK = "eip155:31337";
const TASK = parseEther("0.02");

let chain: TestChain;
let taskTypeId: Hex;
const tills: Till[] = [];
const toClose: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("count words");
});

afterAll(async () => {
  for (const close of toClose.reverse()) await close();
  await chain.stop();
});

const task = () => ({ deployment: chain.deployment, taskTypeId });

/** A sink with capacity, and what it needs to be paid. */
async function openTill(name: string, changes: Partial<TillParameters> = {}): Promise<Till> {
  const client = await addSink(chain, taskTypeId, name, 100n);
  const till = await Till.open({ client, ...task(), oneTask: TASK, ...changes });
  tills.push(till);
  toClose.push(() => till.close());
  return till;
}

/** Lets a little more than an epoch pass, in few blocks: the test chain has the state of the latest sixteen only. */
async function nextEpoch(): Promise<void> {
  for (let part = 0; part < 5; part++) await chain.pass(EPOCH / 4);
  await Promise.all(tills.map((till) => till.refresh()));
  const attestations = [];
  for (const { parameters } of tills) {
    attestations.push(await signAttestation(parameters.client, { ...task(), capacity: 100n, backlog: 0n }));
  }
  await submitAttestations(await chain.actor("oracle"), { ...task(), attestations });
}

/** A source with an account of its own, and what it pays with. */
async function openAccount(name: string, changes: Partial<BuyerAccountParameters> = {}) {
  const client = await addSource(chain, name);
  const budget = { perDay: parseEther("1000") };
  const account = await BuyerAccount.open({
    ...{ client, ...task(), budget, maxWork: TASK, flowRate: 60n * UNIT_RATE },
    ...changes,
  });
  toClose.push(() => account.store.close());
  const stream = new StreamClient(account);
  const x402 = new x402Client().register(NETWORK, stream).setSpendControls({ allowedAssets: stream.allowedAssets });
  return { account, stream, pay: stream.bound(wrapFetchWithPayment(fetch, x402)) };
}

/** What x402's resource server wants: a facilitator, here in the same process. */
function resourceServer(till: Till, server: StreamServer): x402ResourceServer {
  const facilitator = new x402Facilitator().register(NETWORK, new StreamFacilitator(till));
  return new x402ResourceServer({
    verify: (payload, requirements) => facilitator.verify(payload, requirements),
    settle: (payload, requirements) => facilitator.settle(payload, requirements),
    getSupported: async () => facilitator.getSupported() as never,
  }).register(NETWORK, server);
}

type Shop = TestServer & { till: Till; worked: () => number; during: () => Promise<void> };
type Buyer = Awaited<ReturnType<typeof openAccount>>;

/** Counts the words of a text, behind the stock middleware of Hono. */
async function openHono(till: Till): Promise<Shop> {
  const server = new StreamServer({ till, costOf: () => TASK / 2n });
  let worked = 0;
  const app = new Hono();
  const accepts = { scheme: "stream", network: NETWORK, payTo: till.terms().payTo, price: server.price } as const;
  app.use(paymentForHono({ "POST /work": { accepts } }, resourceServer(till, server)));
  app.post("/work", async (context) => {
    const text = await context.req.text();
    if (text === "fail") return context.text("no", 500);
    worked += 1;
    await shop.during();
    return context.json({ words: text.split(/\s+/).length });
  });
  const listening = await serve(getRequestListener(app.fetch));
  toClose.push(listening.close);
  const shop: Shop = { ...listening, till, worked: () => worked, during: async () => {} };
  return shop;
}

/** Why x402's middleware says no. */
const errorOf = (answer: Response): string =>
  JSON.parse(Buffer.from(answer.headers.get("payment-required") ?? "e30=", "base64").toString()).error;

const words = (count: number) => JSON.stringify({ words: count });

const order = (url: string, body: string) => [`${url}/work`, { method: "POST", body }] as const;

/** Orders by hand, to do what no client does. */
async function signedHeader({ account }: Buyer, shop: Shop, body: string, change: (terms: StreamTerms) => void = () => {}) {
  const terms = shop.till.terms();
  change(terms);
  const requestHash = hashRequest({ method: "POST", url: `${shop.url}/work`, body });
  await account.lookAtClock();
  const signed = await account.tab.order(shop.till.desk.sink, { maxWork: TASK, requestHash });
  return { "payment-signature": toOrderHeader(signed, terms) };
}

const send = (shop: Shop, body: string, headers: Record<string, string>) =>
  fetch(`${shop.url}/work`, { method: "POST", body, headers });

const statementOf = (answer: Response) =>
  asStatement(decodePaymentResponseHeader(answer.headers.get("payment-response") ?? "").extra);

test("402, a stream, an answer, and the sink's statement; then work for what was paid", async () => {
  const shop = await openHono(await openTill("hono", { freeTrials: TASK }));
  for (let epoch = 0; epoch < 4; epoch++) await nextEpoch();
  expect((await fetch(...order(shop.url, "for nothing"))).status).toBe(402);

  const buyer = await openAccount("first");
  const { account, pay } = buyer;
  expect(account.purse.flowRate).toBe(0n);
  const trial = await pay(...order(shop.url, "how many words"));
  expect([trial.status, await trial.text()]).toEqual([200, words(3)]);
  expect(account.purse.flowRate).toBeGreaterThan(59n * UNIT_RATE);
  const settled = decodePaymentResponseHeader(trial.headers.get("payment-response") ?? "");
  expect(settled).toMatchObject({ success: true, network: NETWORK, payer: account.purse.account, transaction: "" });
  expect(statementOf(trial)).toMatchObject({ cost: 0n, completed: 0n });

  // The trial is used up, and nothing was paid yet.
  const early = await pay(...order(shop.url, "one more"));
  expect([early.status, errorOf(early)]).toEqual([402, "credit_missing"]);
  for (let epoch = 0; epoch < 3; epoch++) await nextEpoch();
  const paid = await pay(...order(shop.url, "one more"));
  expect([paid.status, await paid.text()]).toEqual([200, words(2)]);
  expect(statementOf(paid)).toMatchObject({ cost: TASK / 2n, completed: TASK / 2n, acknowledged: undefined });
  // The next order acknowledges it.
  const next = await pay(...order(shop.url, "and again"));
  expect(statementOf(next)).toMatchObject({ completed: TASK, acknowledged: { completed: TASK / 2n } });
  expect(shop.till.signedReceipts()).toMatchObject([{ completed: TASK / 2n }]);
  expect(shop.worked()).toBe(3);

  await replays(shop, buyer);
  await refusesOthers(shop, buyer);
  await failsForNothing(shop, buyer);
  await endsWithTheStream(shop, buyer);
});

/** One order is one task: five at once, again, for something else, at another seller, after it has expired. */
async function replays(shop: Shop, buyer: Buyer): Promise<void> {
  const before = shop.worked();
  const headers = await signedHeader(buyer, shop, "a b c d");
  const answers: Promise<Response>[] = [];
  // Its work is not done before the other four are refused.
  let others = 0;
  const refused = new Promise<void>((resolve) => {
    shop.during = () => refused;
    for (let copy = 0; copy < 5; copy++) {
      answers.push(
        send(shop, "a b c d", headers).then((answer) => {
          others += 1;
          if (others === 4) resolve();
          return answer;
        }),
      );
    }
  });
  const all = await Promise.all(answers);
  shop.during = async () => {};
  expect(shop.worked() - before).toBe(1);
  expect(all.map(errorOf).sort()).toEqual([...Array(4).fill("in_progress"), undefined]);
  const again = await send(shop, "a b c d", headers);
  expect([again.status, await again.text()]).toEqual([200, words(4)]);
  expect(errorOf(await send(shop, "a b", headers))).toBe("other_request");

  const other = await openHono(await openTill("other"));
  // Its terms differ, so it does not even look; and if they are its own, the order is not.
  expect(errorOf(await send(other, "a b c d", headers))).toBe("No matching payment requirements");
  const { payload } = JSON.parse(Buffer.from(headers["payment-signature"], "base64").toString());
  const dressed = Buffer.from(JSON.stringify({ x402Version: 2, accepted: other.till.terms(), payload }));
  const elsewhere = await send(other, "a b c d", { "payment-signature": dressed.toString("base64") });
  expect(errorOf(elsewhere)).toBe("other_request");
  expect(other.worked()).toBe(0);

  const late = await signedHeader(buyer, shop, "too late");
  for (let epoch = 0; epoch < 2; epoch++) await nextEpoch();
  expect(errorOf(await send(shop, "too late", late))).toBe("expired");
  expect(shop.worked() - before).toBe(1);
}

/** Whose terms or signature are not right gets nothing. */
async function refusesOthers(shop: Shop, buyer: Buyer): Promise<void> {
  const before = shop.worked();
  for (const change of [
    (terms: StreamTerms) => void (terms.payTo = buyer.account.purse.account),
    (terms: StreamTerms) => void (terms.network = "eip155:1"),
    (terms: StreamTerms) => void (terms.amount = "1"),
    (terms: StreamTerms) => void (terms.extra.sink = buyer.account.purse.account),
  ]) {
    const headers = await signedHeader(buyer, shop, "x", change);
    expect(errorOf(await send(shop, "x", headers))).toBe("No matching payment requirements");
  }
  // What changes from moment to moment is not compared.
  const moved = await signedHeader(buyer, shop, "x y", (terms) => void (terms.extra.freeCapacity = "12345"));
  expect((await send(shop, "x y", moved)).status).toBe(200);

  const signed = await signedHeader(buyer, shop, "x");
  const { payload, ...rest } = JSON.parse(Buffer.from(signed["payment-signature"], "base64").toString());
  const dress = (changed: object) => ({
    "payment-signature": Buffer.from(JSON.stringify({ ...rest, payload: { ...payload, ...changed } })).toString("base64"),
  });
  const forged = { ...payload.order, source: (await chain.actor("stranger")).account.address };
  expect(errorOf(await send(shop, "x", dress({ order: forged })))).toBe("malformed");
  expect(errorOf(await send(shop, "x", dress({ streamCost: "0" })))).toBe("malformed");
  expect(errorOf(await send(shop, "x", dress({ order: 5 })))).toBe("malformed");

  const poor = await openAccount("poor", { flowRate: UNIT_RATE / 2n });
  // By hand, because the client itself would stream as much as is asked for.
  await openStream(poor.account.parameters.client, { ...task(), flowRate: UNIT_RATE / 2n });
  expect(errorOf(await send(shop, "x", await signedHeader(poor, shop, "x")))).toBe("stream_too_low");
  expect(shop.worked() - before).toBe(1);
}

/** Work that fails costs nothing, and its order is used up. */
async function failsForNothing(shop: Shop, buyer: Buyer): Promise<void> {
  const { account: source } = buyer.account.purse;
  const before = shop.till.available(source);
  const headers = await signedHeader(buyer, shop, "fail");
  expect((await send(shop, "fail", headers)).status).toBe(500);
  expect(shop.till.available(source)).toBe(before);
  expect(shop.till.backlog).toBe(0n);
  expect(errorOf(await send(shop, "fail", headers))).toBe("failed");
}

/** A stream that is closed while its task is worked on: that task was paid for; the next is refused. */
async function endsWithTheStream(shop: Shop, buyer: Buyer): Promise<void> {
  shop.during = () => buyer.account.purse.close();
  const answer = await buyer.pay(...order(shop.url, "while it closes"));
  shop.during = async () => {};
  expect([answer.status, await answer.text()]).toEqual([200, words(3)]);
  await shop.till.refresh();
  const headers = await signedHeader(buyer, shop, "after");
  expect(errorOf(await send(shop, "after", headers))).toBe("stream_too_low");
}
