import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { guardedFetch, isPublicAddress } from "./connector.ts";
import { ProfileError, UnsafeAddressError } from "./errors.ts";
import { fetchProfile, PROFILE_SCHEMA, parseProfile } from "./profile.ts";

const GOOD = { version: 1, name: "Agent", endpoint: "https://agent.example/v1", unit: "token", price: "1000" };

const VARIANTS: [string, object][] = [
  ["good", GOOD],
  ["more fields", { ...GOOD, later: { x: 1 } }],
  ["all fields", { ...GOOD, description: "d", maxTask: "0", agentId: `eip155:8453:0x${"a".repeat(40)}:22` }],
  ["no name", { ...GOOD, name: undefined }],
  ["an empty name", { ...GOOD, name: "" }],
  ["100 characters of two code units", { ...GOOD, name: "🦔".repeat(100) }],
  ["101 characters", { ...GOOD, name: "n".repeat(101) }],
  ["a number as price", { ...GOOD, price: 5 }],
  ["a leading zero", { ...GOOD, price: "05" }],
  ["another version", { ...GOOD, version: 2 }],
  ["an unknown unit", { ...GOOD, unit: "smile" }],
  ["a password", { ...GOOD, endpoint: "https://user:pass@agent.example" }],
  ["another protocol", { ...GOOD, endpoint: "file:///etc/passwd" }],
  ["null", { ...GOOD, description: null }],
];

test.each(VARIANTS)("the parser holds to the schema: %s", (_, variant) => {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(PROFILE_SCHEMA)));
  const plain = JSON.parse(JSON.stringify(variant));
  const accepted = (() => {
    try {
      parseProfile(plain);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(ProfileError);
      return false;
    }
  })();
  expect(accepted).toBe(schema.safeParse(plain).success);
});

test("only what is known comes out, and nothing that is inherited", () => {
  expect(parseProfile({ ...GOOD, later: 1 })).toEqual(GOOD);
  expect(() => parseProfile(Object.create(GOOD))).toThrow(ProfileError);
  for (const value of [null, [], "text", 5]) expect(() => parseProfile(value)).toThrow(/is an object/);
});

test.each([
  ["8.8.8.8", true],
  ["169.254.169.254", false],
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.31.0.1", false],
  ["100.64.0.1", false],
  ["0.0.0.0", false],
  ["255.255.255.255", false],
  ["2606:4700::1111", true],
  ["::1", false],
  ["::ffff:8.8.8.8", false],
  ["::ffff:127.0.0.1", false],
  ["fe80::1", false],
  ["fd00::1", false],
  ["64:ff9b::a00:1", false],
  ["2002:7f00:1::", false],
  ["2001:db8::1", false],
  ["nonsense", false],
])("%s is public: %s", (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a profile is fetched from where it is", async () => {
  const url = await serve((_, response) => void response.end(JSON.stringify(GOOD)));
  expect(await fetchProfile({ profileUri: url, allowPrivate: true })).toEqual(GOOD);
  const text = JSON.stringify(GOOD);
  const base64 = Buffer.from(text).toString("base64");
  expect(await fetchProfile({ profileUri: `data:application/json,${encodeURIComponent(text)}` })).toEqual(GOOD);
  expect(await fetchProfile({ profileUri: `data:application/json;base64,${base64}` })).toEqual(GOOD);
});

test.each([
  ["", /has no profile/],
  ["data:application/json,%zz", /not well-formed/],
  ["data:application/json,nonsense", /not JSON/],
  [`data:application/json,${"x".repeat(40_000)}`, /more than 16384 bytes/],
  ["data:text/html,x", /only https/],
  ["http://agent.example", /only https/],
  ["https://user@agent.example", /user or a password/],
  ["nonsense", /not a URL/],
  [`https://${"a".repeat(3000)}`, /not a URL/],
  ["https://169.254.169.254/latest/meta-data", /169.254.169.254 is not a public address/],
  ["https://[::1]/", /::1 is not a public address/],
  ["https://2130706433/", /127.0.0.1 is not a public address/],
  ["https://localhost/", /is not a public address/],
])("a hostile address is not called: %s", async (profileUri, message) => {
  await expect(fetchProfile({ profileUri })).rejects.toThrow(message);
});

test("a name with one private address is not called, and a name is resolved once", async () => {
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return asked > 1 ? ["8.8.8.8"] : ["8.8.8.8", "10.0.0.1"];
  };
  const call = guardedFetch({ url: "https://agent.example", timeout: 5, maxBytes: 10, resolve });
  await expect(call).rejects.toThrow(/10.0.0.1 is not a public address/);
  expect(asked).toBe(1);
  const none = guardedFetch({ url: "https://agent.example", timeout: 5, maxBytes: 10, resolve: async () => [] });
  await expect(none).rejects.toThrow(/no address/);

  // The connection goes where the check looked, whatever the name is; the Host header still has the name.
  const url = await serve((request, response) => void response.end(request.headers.host));
  const named = url.replace("127.0.0.1", "agent.example");
  const to = { url: named, timeout: 5, maxBytes: 100, allowPrivate: true, resolve: async () => ["127.0.0.1"] };
  expect((await guardedFetch(to)).body).toBe(new URL(named).host);
});

test.each<[string, RequestListener, RegExp]>([
  ["redirects", (_, response) => void response.writeHead(302, { location: "http://127.0.0.1/" }).end(), /redirects/],
  [
    "says that it is huge",
    (_, response) => void response.writeHead(200, { "content-length": 1e9 }).write("x"),
    /more than 16384/,
  ],
  ["is huge", (_, response) => void setInterval(() => response.write("x".repeat(9000)), 1).unref(), /more than 16384/],
  ["breaks off", (_, response) => void response.writeHead(200).write("x", () => response.destroy()), /aborted/],
  ["answers with an error", (_, response) => void response.writeHead(500).end("{}"), /answers 500/],
])("a server that %s", async (_, handler, message) => {
  const profileUri = await serve(handler);
  const fetched = fetchProfile({ profileUri, allowPrivate: true });
  await expect(fetched).rejects.toThrow(message);
});

test("a slow one is given up, also if a byte comes now and then, and so is a name that does not resolve", async () => {
  const url = await serve((_, response) => void setInterval(() => response.write("x"), 20).unref());
  const slow = { timeout: 0.2, maxBytes: 1000, allowPrivate: true };
  await expect(guardedFetch({ url, ...slow })).rejects.toThrow(/longer than 0.2 s/);
  const resolve = () => new Promise<string[]>(() => {});
  await expect(guardedFetch({ url: "https://agent.example", ...slow, resolve })).rejects.toThrow(UnsafeAddressError);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(guardedFetch({ url: "https://agent.example", ...slow, resolve, signal })).rejects.toThrow("enough");
});

test("what is sent is what was said", async () => {
  const url = await serve(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
  });
  const call = { url, method: "POST", headers: { "x-order": "1" }, body: "text", timeout: 5, maxBytes: 1000 };
  const answer = JSON.parse((await guardedFetch({ ...call, allowPrivate: true })).body);
  expect(answer).toMatchObject({ method: "POST", body: "text" });
  expect(Object.keys(answer.headers).sort()).toEqual([
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "x-order",
  ]);
});
