import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { createTestClient, http, publicActions } from "viem";
import { foundry } from "viem/chains";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Anvil, startAnvil } from "./anvil.ts";
import { build, CACHE } from "./forge.ts";
import { deploySuperfluid } from "./superfluid.ts";

// How long it takes to start processes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

let anvil: Anvil;
const clientOf = ({ url }: Anvil) =>
  createTestClient({ chain: foundry, mode: "anvil", transport: http(url) }).extend(publicActions);

beforeAll(() => build());
beforeEach(async () => {
  anvil = await startAnvil();
});
afterEach(() => anvil.stop());

test("a script ends although the chain forgets to mine what it has taken", async () => {
  const client = clientOf(anvil);
  await client.setAutomine(false);
  const { host } = await deploySuperfluid(anvil.url, anvil.deployer);
  expect(await client.getCode({ address: host })).toMatch(/^0x[0-9a-f]{100}/);
  expect((await client.getTxpoolStatus()).pending).toBe(0);
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
