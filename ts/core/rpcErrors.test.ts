import { HttpRequestError, LimitExceededRpcError, RpcRequestError, TimeoutError } from "viem";
import { describe, expect, test } from "vitest";
import { classifyRpcError, retryAfterOf } from "./rpcErrors.ts";

const url = "http://endpoint";
const node = (code: number, message: string) => new RpcRequestError({ body: {}, url, error: { code, message } });
const status = (code: number, headers: Record<string, string> = {}) =>
  new HttpRequestError({ url, status: code, headers: new Headers(headers), details: "no" });

describe("a failed request", () => {
  test.each([
    [-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit"],
    [-32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range."],
    [-32614, "eth_getLogs is limited to a 10,000 range"],
    [-32005, "query returned more than 10000 results"],
    [-32000, "query exceeds max block range 2000"],
    [-32000, "query exceeds max results 20000, retry with the range 1-7"],
    [-32000, "block range is too wide"],
    [35, "ranges over 10000 blocks are not supported on freetier"],
    [-32047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800"],
    [-32000, "query timeout exceeded"],
  ])("%i %s asks for less", (code, message) => {
    expect(classifyRpcError(node(code, message))).toBe("too large");
  });

  test.each([
    node(-32005, "limit exceeded"),
    node(-32005, "daily request count exceeded, request rate limited"),
    node(-32016, "over rate limit"),
    node(429, "Your app has exceeded its compute units per second capacity."),
    new LimitExceededRpcError(node(-32005, "project ID request rate exceeded")),
    status(429),
  ])("$code $details asks for patience", (error) => {
    expect(classifyRpcError(error)).toBe("rate limited");
  });

  test.each([
    [node(3, "execution reverted"), "answered"],
    [node(-32000, "nonce too low"), "answered"],
    [node(-32602, "block range extends beyond current head block"), "answered"],
    [node(-32000, "header not found"), "unavailable"],
    [node(-32603, "internal error"), "unavailable"],
    [status(503), "unavailable"],
    [new TimeoutError({ body: {}, url }), "unavailable"],
    ["text", "unavailable"],
  ])("%s is %s", (error, kind) => {
    expect(classifyRpcError(error)).toBe(kind);
  });
});

test("how long to wait is what the endpoint says, in seconds or as a date", () => {
  const now = Date.parse("2027-01-15T08:00:00Z");
  expect(retryAfterOf(status(429, { "retry-after": "7" }), now)).toBe(7000);
  expect(retryAfterOf(status(429, { "retry-after": "Fri, 15 Jan 2027 08:00:03 GMT" }), now)).toBe(3000);
  expect(retryAfterOf(status(429, { "retry-after": "Fri, 15 Jan 2027 07:00:00 GMT" }), now)).toBe(0);
  expect(retryAfterOf(status(429), now)).toBeUndefined();
  expect(retryAfterOf(new Error("no"), now)).toBeUndefined();
});
