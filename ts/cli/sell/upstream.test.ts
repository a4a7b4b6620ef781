import { expect, test } from "vitest";
import { serve } from "../../testkit/httpServer.ts";
import { SOURCE_HEADER } from "../../x402/seller/paywall.ts";
import { upstreamOf } from "./upstream.ts";

test("the server behind sees what was hashed, who pays, and no header that is not named", async () => {
  const seen: { url: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = await serve(({ url, headers }, response) => {
    seen.push({ url, headers });
    response
      .writeHead(200, { "set-cookie": "a=1", "payment-response": "forged", "content-type": "text/plain" })
      .end("done");
  });
  const reached: boolean[] = [];
  const work = upstreamOf({
    ...{ upstream: server.url, headers: ["x-tenant"], authorization: "Bearer ours" },
    onReached: (isReached) => reached.push(isReached),
  });
  const hidden = {
    authorization: "Bearer theirs",
    cookie: "a=1",
    "x-forwarded-for": "10.0.0.1",
    "payment-signature": "x",
  };
  const headers = { ...hidden, [SOURCE_HEADER]: "0x12", "x-tenant": "7", "content-type": "application/json" };
  const answer = await work(new Request("http://agent.example/v1/a/../b?x=1", { method: "POST", body: "{}", headers }));
  expect([answer.status, await answer.text()]).toEqual([200, "done"]);
  expect([...answer.headers.keys()]).toEqual(["content-type"]);
  expect(seen).toMatchObject([
    { url: "/v1/b?x=1", headers: { [SOURCE_HEADER]: "0x12", "x-tenant": "7", authorization: "Bearer ours" } },
  ]);
  for (const name of ["cookie", "x-forwarded-for", "payment-signature"]) expect(seen[0]?.headers[name]).toBeUndefined();
  await server.close();
  await expect(work(new Request("http://agent.example/v1/b"))).rejects.toThrow();
  expect(reached).toEqual([true, false]);
});

test("who is sent elsewhere gets nothing that could be paid for", async () => {
  const server = await serve((_, response) => response.writeHead(302, { location: "http://elsewhere.example/" }).end());
  const work = upstreamOf({ upstream: server.url, headers: [], onReached: () => {} });
  await expect(work(new Request("http://agent.example/v1/b"))).rejects.toThrow("/v1/b redirects");
  await server.close();
});
