import { parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WaitForCreditError } from "../../sdk/work/errors.ts";
import { rawStatuses } from "../../testkit/rawHttp.ts";
import { BudgetReachedError } from "../../x402/errors.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { localToken } from "./guard.ts";

let gateway: Gateway;
let token: string;
let answer: () => Promise<Response>;
let paid: { path: string; body: unknown }[];
beforeAll(async () => {
  token = await localToken(privateKeyToAccount(generatePrivateKey()), 31337);
  gateway = await startGateway({
    ...{ port: 0, token, onAnswer: () => {}, onError: () => {} },
    operations: () => new Response("fine"),
    pay: async (path, { body }) => {
      paid.push({ path, body: body === undefined ? undefined : Buffer.from(body as Uint8Array).toString() });
      return answer();
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  paid = [];
  answer = async () => new Response("done");
});

const call = (path: string, init: RequestInit = {}) =>
  fetch(gateway.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

const host = () => `host: ${new URL(gateway.url).host}`;
const key = () => `authorization: Bearer ${token}`;

test("what the token's owner asks for is paid for", async () => {
  const got = await call("/chat/completions?x=1", { method: "POST", body: "hello" });
  expect([got.status, await got.text()]).toEqual([200, "done"]);
  const anthropic = await fetch(`${gateway.url}/messages`, { headers: { "x-api-key": token } });
  expect(anthropic.status).toBe(200);
  expect(paid).toEqual([
    { path: "/chat/completions?x=1", body: "hello" },
    { path: "/messages", body: undefined },
  ]);
});

test.each([
  ["no key", 401, () => ["GET /v1/x HTTP/1.1", host()]],
  [
    "somebody else's key",
    401,
    () => ["GET /v1/x HTTP/1.1", host(), "authorization: Bearer sk-aaaaaaaaaaaaaaaaaaaaaaaa"],
  ],
  ["another name of the host", 403, () => ["GET /v1/x HTTP/1.1", "host: evil.example", key()]],
  ["the host at another port", 403, () => ["GET /v1/x HTTP/1.1", "host: 127.0.0.1:1", key()]],
  ["no host", 400, () => ["GET /v1/x HTTP/1.1", key()]],
  ["two hosts", 400, () => ["GET /v1/x HTTP/1.1", host(), "host: evil.example", key()]],
  ["a page in a browser", 403, () => ["GET /v1/x HTTP/1.1", host(), key(), "origin: http://127.0.0.1"]],
  ["a page that looks at the metrics", 403, () => ["GET /metrics HTTP/1.1", host(), "origin: http://evil.example"]],
  ["somebody who takes it for a proxy", 400, () => ["GET http://evil.example/v1/x HTTP/1.1", host(), key()]],
  ["a path that climbs", 400, () => ["GET /v1/../x HTTP/1.1", host(), key()]],
  ["a path that hides a slash", 400, () => ["GET /v1/a%2fb HTTP/1.1", host(), key()]],
  ["a path that is no path", 400, () => ["GET //evil.example/v1/x HTTP/1.1", host(), key()]],
  ["what is not under /v1", 404, () => ["GET /x HTTP/1.1", host(), key()]],
  ["two lengths", 400, () => ["POST /v1/x HTTP/1.1", host(), key(), "content-length: 5", "content-length: 6"]],
  [
    "two kinds of length",
    400,
    () => ["POST /v1/x HTTP/1.1", host(), key(), "content-length: 5", "transfer-encoding: chunked"],
  ],
  ["a length in a form of its own", 400, () => ["POST /v1/x HTTP/1.1", host(), key(), "transfer-encoding: xchunked"]],
] as const)("%s is answered %i, and nothing is paid", async (_, status, head) => {
  expect(await rawStatuses(gateway.url, head(), head()[0]?.startsWith("POST") ? "0\r\n\r\n" : "")).toEqual([status]);
  expect(paid).toEqual([]);
});

test.each(["sk-proj-abcdefghijklmnopqrstuvwxyz", "AKIAABCDEFGHIJKLMNOP", "-----BEGIN RSA PRIVATE KEY-----"])(
  "a request with %s in it goes to no stranger",
  async (secret) => {
    const said = await call("/x", { method: "POST", body: JSON.stringify({ content: `use ${secret} please` }) });
    const asked = await call(`/x?key=${encodeURIComponent(secret)}`);
    expect([said.status, asked.status, paid]).toEqual([400, 400, []]);
  },
);

test("a request without an end goes to nobody", async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(2 ** 20);
  }
  const got = await call("/x", { method: "POST", body: ReadableStream.from(endless()), duplex: "half" } as RequestInit);
  expect([got.status, JSON.parse(await got.text()).error.code, paid]).toEqual([413, "too_long", []]);
});

test("its own token goes to no stranger either", async () => {
  expect((await call("/x", { method: "POST", body: token })).status).toBe(400);
  expect(paid).toEqual([]);
});

test.each([
  [new BudgetReachedError(parseEther("2"), parseEther("1")), 402, "budget"],
  [new WaitForCreditError(1n, undefined), 503, "no_credit_yet"],
  [new Error("http://user:secret@rpc.example/key failed"), 500, "internal"],
])("%s is said by its cause", async (error, status, code) => {
  answer = () => Promise.reject(error);
  const got = await call("/x");
  const body = await got.text();
  expect([got.status, JSON.parse(body).error.code]).toEqual([status, code]);
  expect(body).not.toContain("secret");
});
