import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../testkit/terminal.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import { indexerProgram, type Start } from "./program.ts";
import { sumOf } from "./progress.ts";

let chain: TestChain;
let workplace: Workplace;
let data: string;
let folders = 0;

beforeAll(async () => {
  chain = await startTestChain();
  workplace = createWorkplace(chain);
});
afterAll(async () => {
  workplace?.remove();
  await chain?.stop();
});

/** Runs the program up to where it would begin to index. */
async function run(...args: string[]): Promise<{ code: number; error: string; start: Start | undefined }> {
  let start: Start | undefined;
  const { code, error } = await runCommand(
    (terminal) =>
      indexerProgram(terminal, async (what) => {
        start = what;
      }),
    ["--network", "local", "--data", data, ...args],
    { env: workplace.env() },
  );
  return { code, error, start };
}

function freshFolder(): string {
  data = join(workplace.folder, `data ${++folders}`);
  return data;
}

test("it indexes what is recorded, from the first block on", async () => {
  freshFolder();
  const { code, start } = await run("--port", "0", "--block-range", "10");
  expect(code).toBe(0);
  expect(start).toMatchObject({
    host: "127.0.0.1",
    schema: expect.stringMatching(/^backpressure_31337_[0-9a-f]{8}$/),
    indexed: {
      chainId: 31337,
      startBlock: 1,
      blockRange: 10,
      rpcUrls: [chain.url],
      deployment: chain.deployment,
      gda: chain.superfluid.gdaV1,
      directory: data,
    },
  });
  start?.release();
  expect((await run("--port", "0")).code).toBe(0);
});

test("a port in use: it takes another", async () => {
  freshFolder();
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo;
  const { start } = await run("--port", String(port));
  expect(start?.port).toBeGreaterThan(0);
  expect(start?.port).not.toBe(port);
  server.close();
});

test("a folder of somebody else is left alone", async () => {
  mkdirSync(freshFolder(), { recursive: true });
  writeFileSync(join(data, "novel.txt"), "It was a dark and stormy night.");
  const { code, error } = await run();
  expect(code).toBe(2);
  expect(error).toContain("is no folder of the indexer: name another with --data");
});

test("a folder made from a chain that was begun anew: it says what to remove", async () => {
  freshFolder();
  const { start } = await run("--port", "0");
  start?.release();
  const path = join(data, "made-from.json");
  const made = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...made, block: { ...made.block, hash: `0x${"11".repeat(32)}` } }));
  const { code, error } = await run();
  expect(code).toBe(2);
  expect(error).toMatch(
    /was made from another chain, or from one that was begun anew: remove it, .* or name another folder/,
  );
});

test("two of them never share a folder", async () => {
  freshFolder();
  expect((await run("--port", "0")).code).toBe(0);
  // This process holds it; the parent is alive, too, and somebody else.
  writeFileSync(join(data, "indexer.pid"), String(process.ppid));
  const { code, error } = await run();
  expect(code).toBe(2);
  expect(error).toContain(`process ${process.ppid} indexes into ${data} already`);
});

test("numbers of a metric are added up, whatever else there is", () => {
  const metrics = '# TYPE a counter\na{x="1"} 2\na{x="2"} 3\nab{x="1"} 5\na 1\n';
  expect(sumOf(metrics, "a")).toBe(6);
  expect(sumOf(metrics, "none")).toBe(0);
});
