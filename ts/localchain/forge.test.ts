import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { createPublicClient, http } from "viem";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Anvil, startAnvil } from "./anvil.ts";
import { build, CACHE } from "./forge.ts";
import { deploySuperfluid } from "./localSuperfluid.ts";

// How long it takes to start processes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

let anvil: Anvil;
beforeAll(() => build());
beforeEach(async () => {
  anvil = await startAnvil();
});
afterEach(() => anvil.stop());

test("a script sends no transaction while the chain mines another: each has a block of its own", async () => {
  await deploySuperfluid(anvil.url, anvil.deployer);
  const client = createPublicClient({ transport: http(anvil.url) });
  const latest = Number(await client.getBlockNumber());
  expect(latest).toBeGreaterThan(10);
  for (let number = 1; number <= latest; number++) {
    expect(await client.getBlockTransactionCount({ blockNumber: BigInt(number) })).toBe(1);
  }
});

test("whoever reads what forge remembers of the build finds all of it, at any moment", async () => {
  const before = JSON.parse(readFileSync(CACHE, "utf8"));
  const runs = Promise.all([build(), build(), deploySuperfluid(anvil.url, anvil.deployer)]);
  let running = true;
  void runs.finally(() => {
    running = false;
  });
  for (; running; await setImmediate()) expect(JSON.parse(readFileSync(CACHE, "utf8"))).toEqual(before);
  expect(await runs).toMatchObject(["up to date", "up to date", {}]);
});
