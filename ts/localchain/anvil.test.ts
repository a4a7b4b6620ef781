import { once } from "node:events";
import { createServer } from "node:net";
import { createPublicClient, http } from "viem";
import { describe, expect, test, vi } from "vitest";
import { LocalChainError, ToolMissingError } from "../core/errors.ts";
import { accepts, runFixture } from "../testkit/processes.ts";
import { startAnvil } from "./anvil.ts";
import { findTool } from "./supervised.ts";

// How long it takes to start processes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

describe("startAnvil", () => {
  test("listens on a free port, from the given time on, and is gone after stop", async () => {
    const anvil = await startAnvil({ timestamp: 1_723_456_789 });
    const client = createPublicClient({ transport: http(anvil.url, { retryCount: 0 }) });
    expect((await client.getBlock()).timestamp).toBe(1_723_456_789n);
    await anvil.stop();
    // A test that runs beside this one may have got the port meanwhile; then another chain answers.
    const genesis = client.getBlock({ blockNumber: 0n }).then(({ timestamp }) => timestamp);
    expect(await genesis.catch(() => undefined)).not.toBe(1_723_456_789n);
    await anvil.stop();
  });

  test("two at once get two ports", async () => {
    const both = await Promise.all([startAnvil(), startAnvil()]);
    expect(both[0].port).not.toBe(both[1].port);
    await Promise.all(both.map(({ stop }) => stop()));
  });

  test("a port in use is one clear line", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const start = startAnvil({ port });
    await expect(start).rejects.toThrow(LocalChainError);
    await expect(start).rejects.toThrow(/^the local chain did not start: .*(in use|os error 98|os error 48)[^\n]*$/);
    server.close();
  });
});

describe("the chain does not outlive who started it", () => {
  const program = `
    import { startAnvil } from "./ts/localchain/anvil.ts";
    const { port } = await startAnvil();
    console.log(port);
    process.stdin.resume();
    process.stdin.once("data", () => { throw new Error("unexpected"); });
    setInterval(() => {}, 1000);
  `;

  test.each(["SIGKILL", "SIGTERM", "SIGINT", "an exception"])("%s", async (death) => {
    const { child, firstLine } = runFixture(program);
    const port = Number(await firstLine);
    expect(await accepts(port)).toBe(true);
    if (death === "an exception") child.stdin?.write("now\n");
    else child.kill(death as NodeJS.Signals);
    await once(child, "exit");
    await expect.poll(() => accepts(port), { timeout: 5000 }).toBe(false);
  });
});

test("findTool finds what npm installed, and says so if it did not", () => {
  expect(findTool("anvil")).toMatch(/anvil$/);
  expect(() => findTool("chisel" as "anvil")).toThrow(ToolMissingError);
});
