import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asStatement, hashRequest, parseStatement, toOrderHeader } from "../../sdk/work/wire.ts";
import { serve } from "../../testkit/httpServer.ts";
import { backpressurePaywall as paywallForExpress } from "../adapters/express.ts";
import { backpressurePaywall as paywallForHono } from "../adapters/hono.ts";
import { byUsageTokens } from "../meters/byUsageTokens.ts";
import { type Meter, perByte, perRequest } from "../meters/meter.ts";
import { startTestMarket, TASK, type TestBuyer, type TestMarket } from "../testMarket.ts";
import { backpressurePaywall, openPaywall, type RunningPaywall } from "./backpressurePaywall.ts";
import type { Serve } from "./paywall.ts";
import type { Till } from "./till.ts";

const WORK = byUsageTokens({ input: 10n ** 9n, output: 10n ** 12n, maxOutput: 1000 });
const CHAT = JSON.stringify({ model: "m", messages: [], stream: true });

let market: TestMarket;
let buyer: TestBuyer;
let seller: Till;
beforeAll(async () => {
  market = await startTestMarket("chat");
  seller = await market.till("seller");
  buyer = await market.buyer("buyer");
  await buyer.account.purse.ensure(1n);
  for (let epoch = 0; epoch < 4; epoch++) await market.nextEpoch();
});
afterAll(() => market.close());

/** The seller again, as each adapter opens it; the chain is looked at now, and not by itself. */
async function open<result extends RunningPaywall>(
  make: (parameters: Parameters<typeof openPaywall>[0]) => result,
  work: Meter = WORK,
) {
  const { client } = seller.parameters;
  const paywall = make({ client, ...market.task, oneTask: TASK, work, refreshEvery: 0 });
  market.onClose(() => paywall.close());
  const till = await paywall.till();
  await catchUp(till);
  return { paywall, till };
}

/** An account begins with its first sample: credit is there two epochs later. */
async function catchUp(till: Till): Promise<void> {
  for (let epoch = 0; epoch < 3; epoch++) {
    await market.nextEpoch();
    await till.refresh();
  }
}

async function headersFor(till: Till, url: string, body: string, maxWork = TASK): Promise<Record<string, string>> {
  const { tab } = buyer.account;
  await buyer.account.lookAtClock();
  const requestHash = hashRequest({ method: "POST", url, body });
  const signed = await tab.sign(tab.draft(till.desk.sink, { maxWork, requestHash }));
  return { "payment-signature": toOrderHeader(signed), "content-type": "application/json" };
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const piece = (content: string) => event({ choices: [{ delta: { content } }] });
const USAGE = { usage: { prompt_tokens: 7, completion_tokens: 2 } };

/** Reads one piece of an answer. */
async function readSome(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

/** The statement in the last comment of a stream. */
function statementIn(text: string) {
  const [, encoded = ""] = /^: payment-response (\S+)$/m.exec(text) ?? [];
  return asStatement(JSON.parse(Buffer.from(encoded, "base64").toString()).extra);
}

/** Each way to put the paywall before a server that streams what `pieces` gives. */
describe.each([
  [
    "a fetch handler",
    async (pieces: () => AsyncIterable<string>, seen: (request: { headers: Headers; body: string }) => void) => {
      const { paywall, till } = await open(backpressurePaywall);
      const handle = paywall(async (request) => {
        seen({ headers: request.headers, body: await request.text() });
        const encoded = ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream());
        return new Response(encoded, { headers: { "content-type": "text/event-stream" } });
      });
      return { till, listener: getRequestListener(handle) };
    },
  ],
  [
    "Hono",
    async (pieces: () => AsyncIterable<string>, seen: (request: { headers: Headers; body: string }) => void) => {
      const { paywall, till } = await open(paywallForHono);
      const app = new Hono();
      app.use("/v1/*", paywall);
      app.post("/v1/chat", async (context) => {
        seen({ headers: context.req.raw.headers, body: await context.req.text() });
        const encoded = ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream());
        return context.body(encoded, 200, { "content-type": "text/event-stream" });
      });
      return { till, listener: getRequestListener(app.fetch) };
    },
  ],
  [
    "Express",
    async (pieces: () => AsyncIterable<string>, seen: (request: { headers: Headers; body: string }) => void) => {
      const { paywall, till } = await open(paywallForExpress);
      const app = express();
      app.use("/v1", paywall);
      app.post("/v1/chat", async (request, response) => {
        const headers = new Headers(Object.entries(request.headers) as [string, string][]);
        seen({ headers, body: JSON.stringify(request.body) });
        response.setHeader("content-type", "text/event-stream");
        for await (const text of pieces()) response.write(text);
        response.end();
      });
      return { till, listener: app };
    },
  ],
])("behind %s", (_, make) => {
  test("an answer streams: its first byte is there before the last is made", async () => {
    let goOn = () => {};
    const more = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* pieces() {
      yield piece("first");
      await more;
      yield piece("second") + event({ choices: [], ...USAGE });
      yield "data: [DONE]\n\n";
    }
    const seen: { headers: Headers; body: string }[] = [];
    const { till, listener } = await make(pieces, (request) => seen.push(request));
    const server = await serve(listener);
    market.onClose(server.close);
    const url = `${server.url}/v1/chat`;

    const unpaid = await fetch(url, { method: "POST", body: CHAT });
    expect([unpaid.status, unpaid.headers.has("payment-required"), seen.length]).toEqual([402, true, 0]);

    const headers = await headersFor(till, url, CHAT);
    const answer = await fetch(url, { method: "POST", body: CHAT, headers });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    expect([answer.status, await readSome(reader)]).toEqual([200, piece("first")]);
    goOn();
    let rest = "";
    for (let text = await readSome(reader); text !== ""; text = await readSome(reader)) rest += text;
    // The usage was asked for by the paywall only, and is for it.
    expect(rest).toMatch(/^data: .*second.*\n\ndata: \[DONE\]\n\n: payment-response \S+\n\n$/);
    const cost = 7n * 10n ** 9n + 2n * 10n ** 12n;
    expect(statementIn(rest)).toMatchObject({ cost });

    const [request] = seen;
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      max_tokens: 1000,
      stream_options: { include_usage: true },
    });
    expect(request?.headers.get("payment-signature")).toBeNull();
    expect(request?.headers.get("x-backpressure-source")).toBe(buyer.account.purse.account);
    expect(till.backlog).toBe(0n);

    // The same order gets the same answer, whole.
    const again = await fetch(url, { method: "POST", body: CHAT, headers });
    expect(await again.text()).toBe(piece("first") + rest.replace(/: payment-response \S+\n\n$/, ""));
    expect(parseStatement(again.headers.get("payment-response")).cost).toBe(cost);
    expect(seen).toHaveLength(1);
    const account = await fetch(`${server.url}/v1/account?source=${buyer.account.purse.account}`);
    expect(parseStatement(account.headers.get("payment-response"))).toMatchObject({ cost: 0n });
  });
});

/** The paywall itself, without a server. */
async function shop(serveIt: Serve, work: Meter = WORK) {
  const { paywall, till } = await open(openPaywall, work);
  const url = "https://agent.example/v1/chat";
  const post = async (body: string | ReadableStream, headers: Record<string, string>, signal?: AbortSignal) =>
    paywall.handle(
      new Request(url, { method: "POST", body, headers, duplex: "half", signal: signal ?? null } as RequestInit),
      serveIt,
    );
  const buy = async (body = CHAT, signal?: AbortSignal) => post(body, await headersFor(till, url, body), signal);
  const used = () => till.desk.statement(buyer.account.purse.account).completed;
  return { paywall, till, url, post, buy, used };
}

const stream = (from: AsyncIterable<string> | Iterable<string>) =>
  new Response(ReadableStream.from(from).pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream" },
  });

test("who goes away pays for what was made until then, and whoever works is told", async () => {
  let stopped = false;
  async function* endless() {
    try {
      for (;;) yield piece("word");
    } finally {
      stopped = true;
    }
  }
  const { buy, used, till } = await shop(() => stream(endless()));
  const before = used();
  const answer = await buy();
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (let read = 0; read < 3; read++) await readSome(reader);
  await reader.cancel();
  const cost = used() - before;
  expect(stopped).toBe(true);
  expect(cost).toBeGreaterThanOrEqual(3n * 10n ** 12n);
  expect(cost).toBeLessThan(10n * 10n ** 12n);
  expect(till.backlog).toBe(0n);
});

test("an answer that costs more than was reserved is broken off, and says so", async () => {
  const { buy, used } = await shop(
    () => stream(Array.from({ length: 100 }, () => "x".repeat(100))),
    perByte({ price: 10n ** 12n, most: 250 }),
  );
  const before = used();
  const text = await (await buy()).text();
  expect(text).toMatch(/^x{300}event: error\ndata: \{"error":\{"code":"maximum_reached".*\n\n: payment-response/);
  expect(used() - before).toBe(250n * 10n ** 12n);
});

test("whoever breaks off in the middle is paid for what came, before the first byte nothing", async () => {
  async function* dies() {
    yield piece("one");
    throw new Error("the model has fallen over");
  }
  const middle = await shop(() => stream(dies()));
  const before = middle.used();
  const text = await (await middle.buy()).text();
  expect(text).toMatch(/^data: .*one.*\n\nevent: error\ndata: \{"error":\{"code":"failed".*\n\n: payment-response/);
  // No word of what went wrong inside.
  expect(text).not.toContain("fallen over");
  expect(middle.used() - before).toBeGreaterThanOrEqual(10n ** 12n);
  await middle.paywall.close();

  for (const fails of [
    () => Promise.reject(new Error("secret")),
    () => new Response("secret", { status: 500 }),
    () =>
      new Response(ReadableStream.from(dies()).pipeThrough(new TextEncoderStream()), {
        headers: { "content-type": "application/json" },
      }),
  ]) {
    const { paywall, buy, used, till } = await shop(fails as Serve);
    const answer = await buy();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect([parseStatement(answer.headers.get("payment-response")).cost, used(), till.backlog]).toEqual([
      0n,
      used(),
      0n,
    ]);
    await paywall.close();
  }
});

test("ten orders at once, with credit for few, are few tasks", async () => {
  let working = 0;
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { till, buy } = await shop(async () => {
    working += 1;
    await gate;
    return new Response("done", { headers: { "content-type": "text/plain" } });
  }, perRequest(TASK));
  const most = Number(till.available(buyer.account.purse.account) / TASK) + 1;
  const answers = Array.from({ length: most + 10 }, () => buy());
  const refused: number[] = [];
  for (const answer of answers) void answer.then(({ status }) => status !== 200 && refused.push(status));
  await Promise.race([
    Promise.all(answers),
    new Promise<void>((resolve) => {
      const look = () => (refused.length >= 10 ? resolve() : setImmediate(look));
      look();
    }),
  ]);
  expect(working).toBeLessThanOrEqual(most);
  expect(new Set(refused)).toEqual(new Set([402]));
  open();
  await Promise.all(answers);
  expect(till.backlog).toBe(0n);
});

test("bad input is refused before anything is asked of the chain or the server", async () => {
  let served = 0;
  const { post, paywall, url, till } = await shop(() => {
    served += 1;
    return new Response("");
  });
  async function* endless() {
    for (;;) yield new Uint8Array(65_536);
  }
  const codeOf = async (answer: Response) => [answer.status, JSON.parse(await answer.text()).error.code];
  expect(await codeOf(await post(ReadableStream.from(endless()), {}))).toEqual([413, "too_long"]);
  expect(await codeOf(await post("no JSON", {}))).toEqual([400, "malformed"]);
  expect(await codeOf(await post(JSON.stringify({ n: 50 }), {}))).toEqual([400, "malformed"]);
  expect(await codeOf(await post(JSON.stringify({ max_tokens: -5 }), {}))).toEqual([400, "malformed"]);
  expect(await codeOf(await post(CHAT, { "payment-signature": "%%%" }))).toEqual([400, "malformed"]);
  const headers = await headersFor(till, url, CHAT);
  expect(await codeOf(await post(`${CHAT} `, headers))).toEqual([400, "malformed"]);
  expect(await codeOf(await post(CHAT, await headersFor(till, "https://other.example/v1/chat", CHAT)))).toEqual([
    400,
    "malformed",
  ]);
  const put = (body: string) =>
    paywall.handle(new Request("https://a.example/account", { method: "PUT", body }), () => new Response());
  expect(await codeOf(await put("{}"))).toEqual([400, "malformed"]);
  expect(
    await codeOf(
      await put(
        JSON.stringify({ source: buyer.account.purse.account, completed: "5", stated: "5", signature: "0x12" }),
      ),
    ),
  ).toEqual([400, "malformed"]);
  expect(served).toBe(0);
});

test("the stock client of x402 buys from it, whole and in pieces, and acknowledges both", async () => {
  const work = async (request: Request) => {
    if ((await request.text()) !== "stream") return Response.json({ done: true });
    return stream(["data: one\n\n", "data: two\n\n"]);
  };
  const { paywall, till } = await open(openPaywall, perRequest(TASK / 4n));
  const server = await serve(getRequestListener((request) => paywall.handle(request, work)));
  market.onClose(server.close);
  const url = `${server.url}/v1`;
  const { counters } = buyer.account;
  const [{ sink }, before] = [till.desk, counters.completed(till.desk.sink)];
  const whole = await buyer.pay(url, { method: "POST", body: "whole" });
  expect([whole.status, await whole.json()]).toEqual([200, { done: true }]);
  const pieces = await buyer.pay(url, { method: "POST", body: "stream" });
  expect(await pieces.text()).toBe("data: one\n\ndata: two\n\n");
  expect(counters.completed(sink) - before).toBe(TASK / 2n);
  const last = await buyer.pay(url, { method: "POST", body: "whole" });
  expect(parseStatement(last.headers.get("payment-response")).acknowledged?.completed).toBe(
    counters.completed(sink) - TASK / 4n,
  );
});
