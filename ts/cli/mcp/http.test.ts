import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { type Hex, keccak256, stringToBytes } from "viem";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { addSource } from "../../localchain/participants.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";

vi.setConfig({ testTimeout: 120_000 });

let chain: TestChain;
let workplace: Workplace;
let pool: Hex;
beforeAll(async () => {
  chain = await startTestChain();
  pool = await chain.registerTaskType("words");
  workplace = createWorkplace(chain, { words: pool });
});
afterAll(async () => {
  workplace.remove();
  await chain.stop();
});

/** The program, and what it has printed. */
async function start(name: string, ...args: string[]) {
  const data = { BACKPRESSURE_DATA: join(workplace.folder, "data") };
  const env = { ...process.env, ...data, ...workplace.env(), PRIVATE_KEY: keccak256(stringToBytes(name)) };
  const argv = ["--import", "tsx", join(PROJECT_ROOT, "ts/cli/main.ts"), "mcp", "--network", "local", "--http", "0"];
  const child = spawn(process.execPath, [...argv, ...args], {
    cwd: PROJECT_ROOT,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const [, url = "", token = ""] = /^MCP_URL=(\S+) MCP_TOKEN=(bp_\S+)$/.exec(line) ?? [];
  const ended = once(child, "exit");
  const end = async () => {
    child.kill("SIGTERM");
    return (await ended)[0];
  };
  return { url, token, end };
}

/** The SDK's own client. */
async function connect({ url, token }: { url: string; token: string }) {
  const client = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }) as never);
  return client;
}

const textOf = (result: Awaited<ReturnType<Client["callTool"]>>) => (result.content as [{ text: string }])[0].text;

test("the same tools as over stdio, for several at once; streams end with the program", async () => {
  const { account } = await addSource(chain, "model over http");
  const program = await start("model over http", "--budget", "1000/day", "--pools", "words", "--any-sink");
  const [one, other] = await Promise.all([connect(program), connect(program)]);
  const names = (await one.listTools()).tools.map(({ name }) => name).sort();
  const spending = ["buy", "change_stream", "close_stream", "my_streams", "open_stream"];
  expect(names).toEqual([...spending, "find_pools", "quote", "read_pool"].sort());
  const found = await other.callTool({ name: "find_pools", arguments: { name: "words" } });
  expect(JSON.parse(textOf(found))).toMatchObject([{ pool }]);
  const tooFast = await one.callTool({ name: "open_stream", arguments: { pool, tokensPerHour: "36" } });
  expect(tooFast).toMatchObject({ isError: true });
  expect(textOf(tooFast)).toContain("allowed");
  const opened = await one.callTool({ name: "open_stream", arguments: { pool, tokensPerHour: "3.6" } });
  expect(opened.isError, textOf(opened)).not.toBe(true);
  const flowRate = async () =>
    (await getSource(chain.client, { deployment: chain.deployment, taskTypeId: pool, source: account.address }))
      .flowRate;
  expect(await flowRate()).toBeGreaterThan(0n);
  await Promise.all([one.close(), other.close()]);
  expect(await program.end()).toBe(0);
  expect(await flowRate()).toBe(0n);
});

/** What no client would send. @returns The status. */
const raw = (url: string, headers: Record<string, string>, { method = "POST", path = "/mcp" } = {}) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { port } = new URL(url);
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject).end(method === "POST" ? "{}" : undefined);
  });

test("nobody but who has the token is heard, and no page in a browser", async () => {
  const { url, token, end } = await start("reader over http");
  const key = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const statuses = {
    "no key": await raw(url, {}),
    "another key": await raw(url, { authorization: "Bearer bp_0000000000000000000000000000000000000000" }),
    "a page": await raw(url, { ...key, origin: "http://127.0.0.1" }),
    "another name": await raw(url, { ...key, host: "evil.example" }),
    "another path": await raw(url, key, { path: "/" }),
    "a path that climbs": await raw(url, key, { path: "/mcp/../x" }),
    "no message": await raw(url, { ...key, accept: "application/json, text/event-stream" }),
    listening: await raw(url, key, { method: "GET" }),
  };
  expect(statuses).toEqual({
    ...{ "no key": 401, "another key": 401, "a page": 403, "another name": 403, "another path": 404 },
    ...{ "a path that climbs": 400, "no message": 400, listening: 405 },
  });
  await expect(connect({ url, token: "bp_1" })).rejects.toThrow();
  expect(await end()).toBe(0);
});
