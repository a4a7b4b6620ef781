import { getRequestListener } from "@hono/node-server";
import { paymentMiddleware as paymentForExpress } from "@x402/express";
import { decodePaymentResponseHeader } from "@x402/fetch";
import { paymentMiddleware as paymentForHono } from "@x402/hono";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStream } from "../../sdk/source/openStream.ts";
import { serve, type TestServer } from "../../testkit/httpServer.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import type { Till } from "../seller/till.ts";
import type { StreamTerms } from "../terms.ts";
import {
  errorOf,
  NETWORK,
  orderHeader,
  resourceServer,
  startTestMarket,
  statementOf,
  TASK,
  type TestBuyer,
  type TestMarket,
} from "../testMarket.ts";
import { StreamServer } from "./index.ts";

let market: TestMarket;
beforeAll(async () => {
  market = await startTestMarket("count words");
});
afterAll(() => market.close());

type Shop = TestServer & { till: Till; worked: () => number; during: () => Promise<void> };

const countWords = (text: string) => ({ words: text.split(/\s+/).length });
const words = (count: number) => JSON.stringify({ words: count });

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
    return context.json(countWords(text));
  });
  const listening = await serve(getRequestListener(app.fetch));
  market.onClose(listening.close);
  const shop: Shop = { ...listening, till, worked: () => worked, during: async () => {} };
  return shop;
}

/** The same behind the stock middleware of Express, which must be shown the body as it came. */
async function openExpress(till: Till, keepBody = true): Promise<Shop> {
  const server = new StreamServer({ till, costOf: () => TASK / 2n });
  let worked = 0;
  const app = express();
  const accepts = { scheme: "stream", network: NETWORK, payTo: till.terms().payTo, price: server.price } as const;
  if (keepBody) app.use(express.raw({ type: () => true }));
  app.use(paymentForExpress({ "POST /work": { accepts } }, resourceServer(till, server)));
  app.post("/work", (request, response) => {
    worked += 1;
    response.json(countWords(String(request.body)));
  });
  const listening = await serve(app);
  market.onClose(listening.close);
  return { ...listening, till, worked: () => worked, during: async () => {} };
}

const order = (url: string, body: string) => [`${url}/work`, { method: "POST", body }] as const;

async function signed({ account }: TestBuyer, { till, url }: Shop, body: string, change: Partial<StreamTerms> = {}) {
  await account.lookAtClock();
  return orderHeader(account.tab, { till, url: `${url}/work`, body, change });
}

const send = (shop: Shop, body: string, headers: Record<string, string>) =>
  fetch(`${shop.url}/work`, { method: "POST", body, headers });

test("402, a stream, an answer, and the sink's statement; then work for what was paid", async () => {
  const shop = await openHono(await market.till("hono", { freeTrials: TASK }));
  for (let epoch = 0; epoch < 4; epoch++) await market.nextEpoch();
  expect((await fetch(...order(shop.url, "for nothing"))).status).toBe(402);

  const buyer = await market.buyer("first");
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
  for (let epoch = 0; epoch < 3; epoch++) await market.nextEpoch();
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
async function replays(shop: Shop, buyer: TestBuyer): Promise<void> {
  const before = shop.worked();
  const headers = await signed(buyer, shop, "a b c d");
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

  const other = await openHono(await market.till("other"));
  // Its terms differ, so it does not even look; and if they are its own, the order is not.
  expect(errorOf(await send(other, "a b c d", headers))).toBe("No matching payment requirements");
  const { payload } = JSON.parse(Buffer.from(headers["payment-signature"] ?? "", "base64").toString());
  const dressed = Buffer.from(JSON.stringify({ x402Version: 2, accepted: other.till.terms(), payload }));
  const elsewhere = await send(other, "a b c d", { "payment-signature": dressed.toString("base64") });
  expect(errorOf(elsewhere)).toBe("other_request");
  expect(other.worked()).toBe(0);

  const late = await signed(buyer, shop, "too late");
  for (let epoch = 0; epoch < 2; epoch++) await market.nextEpoch();
  expect(errorOf(await send(shop, "too late", late))).toBe("expired");
  expect(shop.worked() - before).toBe(1);
}

/** Whose terms or signature are not right gets nothing. */
async function refusesOthers(shop: Shop, buyer: TestBuyer): Promise<void> {
  const before = shop.worked();
  const { extra } = shop.till.terms();
  const { account: elsewhere } = buyer.account.purse;
  const changes: Partial<StreamTerms>[] = [{ payTo: elsewhere }, { network: "eip155:1" }, { amount: "1" }];
  for (const change of [...changes, { extra: { ...extra, sink: elsewhere } }]) {
    const headers = await signed(buyer, shop, "x", change);
    expect(errorOf(await send(shop, "x", headers))).toBe("No matching payment requirements");
  }
  // What changes from moment to moment is not compared.
  const moved = await signed(buyer, shop, "x y", { extra: { ...extra, freeCapacity: "12345" } });
  expect((await send(shop, "x y", moved)).status).toBe(200);

  const header = await signed(buyer, shop, "x");
  const { payload, ...rest } = JSON.parse(Buffer.from(header["payment-signature"] ?? "", "base64").toString());
  const dress = (changed: object) => ({
    "payment-signature": Buffer.from(JSON.stringify({ ...rest, payload: { ...payload, ...changed } })).toString(
      "base64",
    ),
  });
  const forged = { ...payload.order, source: (await market.chain.actor("stranger")).account.address };
  expect(errorOf(await send(shop, "x", dress({ order: forged })))).toBe("malformed");
  expect(errorOf(await send(shop, "x", dress({ streamCost: "0" })))).toBe("malformed");
  expect(errorOf(await send(shop, "x", dress({ order: 5 })))).toBe("malformed");

  const poor = await market.buyer("poor", { flowRate: UNIT_RATE / 2n });
  // By hand, because the client itself would stream as much as is asked for.
  await openStream(poor.account.parameters.client, { ...market.task, flowRate: UNIT_RATE / 2n });
  expect(errorOf(await send(shop, "x", await signed(poor, shop, "x")))).toBe("stream_too_low");
  expect(shop.worked() - before).toBe(1);
}

/** Work that fails costs nothing, and its order is used up. */
async function failsForNothing(shop: Shop, buyer: TestBuyer): Promise<void> {
  const { account: source } = buyer.account.purse;
  const before = shop.till.available(source);
  const headers = await signed(buyer, shop, "fail");
  expect((await send(shop, "fail", headers)).status).toBe(500);
  expect(shop.till.available(source)).toBe(before);
  expect(shop.till.backlog).toBe(0n);
  expect(errorOf(await send(shop, "fail", headers))).toBe("failed");
}

/** A stream that is closed while its task is worked on: that task was paid for; the next is refused. */
async function endsWithTheStream(shop: Shop, buyer: TestBuyer): Promise<void> {
  shop.during = () => buyer.account.purse.close();
  const answer = await buyer.pay(...order(shop.url, "while it closes"));
  shop.during = async () => {};
  expect([answer.status, await answer.text()]).toEqual([200, words(3)]);
  await shop.till.refresh();
  const headers = await signed(buyer, shop, "after");
  expect(errorOf(await send(shop, "after", headers))).toBe("stream_too_low");
}

test("Express serves the same, if it keeps the body", async () => {
  const shop = await openExpress(await market.till("express", { freeTrials: 2n * TASK }));
  const { pay } = await market.buyer("of express");
  const answer = await pay(...order(shop.url, "a b c d e"));
  expect([answer.status, await answer.text()]).toEqual([200, words(5)]);
  const blind = await openExpress(await market.till("blind express", { freeTrials: TASK }), false);
  expect(errorOf(await pay(...order(blind.url, "a b")))).toBe("malformed");
  expect(blind.worked()).toBe(0);
});
