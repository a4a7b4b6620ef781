import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { rawStatuses } from "../../testkit/rawHttp.ts";
import { startTestSeller, type TestSeller, textOf } from "./testSeller.ts";

let seller: TestSeller;
beforeAll(async () => {
  seller = await startTestSeller();
});
afterAll(() => seller.market.close());
beforeEach(() => void seller.seen.splice(0));

const POST = "POST /v1/work HTTP/1.1";
const host = () => `host: ${new URL(seller.url).host}`;
/** One that is not sold. */
const INNER = "GET /v1/admin HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

// Unpaid requests that are read as they should be are answered 402, and what is not sold 404.
test.each([
  ["two lengths", [400], () => [POST, host(), "content-length: 5", "content-length: 6"], "hello!"],
  ["two kinds of length", [400], () => [POST, host(), "content-length: 5", "transfer-encoding: chunked"], "0\r\n\r\n"],
  ["a length in a form of its own", [400], () => [POST, host(), "transfer-encoding: xchunked"], "0\r\n\r\n"],
  ["a header that is folded", [400], () => [POST, host(), "x-a: 1", " x-b: 2"], ""],
  ["no host", [400], () => [POST], ""],
  ["a request behind its end", [402, 404], () => [POST, host(), "content-length: 2"], `go${INNER}`],
  ["a path that hides a slash", [404], () => ["POST /v1%2fwork HTTP/1.1", host(), "content-length: 0"], ""],
  ["a query that is not sold", [404], () => ["POST /v1/work?admin=1 HTTP/1.1", host(), "content-length: 0"], ""],
] as const)("%s is answered %j, and nothing gets through", async (_, statuses, head, body) => {
  const answered = await rawStatuses(seller.url, [...head()], body);
  expect(answered).toEqual(statuses);
  expect(seller.seen).toEqual([]);
});

test("what is paid for is one request, whatever its body looks like", async () => {
  seller.answerWith((response) => response.writeHead(200, { "content-type": "text/plain" }).end("done"));
  const body = `0\r\n\r\n${INNER}`;
  const answer = await seller.open(body);
  expect([answer.statusCode, await textOf(answer)]).toEqual([200, "done"]);
  expect(seller.seen).toEqual([{ url: "/v1/work", body }]);
});

test("a server behind that dies in the middle is said, and costs nothing where nothing came", async () => {
  const secret = "the model has fallen over";
  seller.answerWith((response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "x-reason": secret }).write("data: one\n\n", () => {
      response.destroy();
    });
  });
  const text = await textOf(await seller.open());
  expect(text).toMatch(/^data: one\n\nevent: error\ndata: \{"error":\{"code":"failed".*\n\n: payment-response/);
  for (const type of ["text/plain", undefined]) {
    seller.answerWith((response) => {
      if (type === undefined) response.destroy();
      else
        response.writeHead(200, { "content-type": type, "content-length": 10 }).write("half", () => response.destroy());
    });
    const answer = await seller.open();
    expect([answer.statusCode, JSON.parse(await textOf(answer)).error.code]).toEqual([502, "failed"]);
  }
  expect([seller.till.backlog, text.includes(secret)]).toEqual([0n, false]);
});
