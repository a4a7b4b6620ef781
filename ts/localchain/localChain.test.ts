import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { TransactionError } from "../core/errors.ts";
import { contractsOf } from "../sdk/calls/contracts.ts";
import type { Deployment } from "../sdk/types.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { deployProtocol } from "./deployScript.ts";
import { build } from "./forge.ts";
import { callFrom, LocalChain } from "./localChain.ts";
import { deploySuperfluid, type LocalSuperfluid, testTokenAt } from "./localSuperfluid.ts";

// How long it takes to start processes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

const START = 1_800_000_000;
const alice = { name: "Alice", address: "0x00000000000000000000000000000000000a11ce" } as const;

let anvil: Anvil;
let superfluid: LocalSuperfluid;
let protocol: Deployment;
let chain: LocalChain;

beforeAll(async () => {
  await build();
  anvil = await startAnvil({ timestamp: START - 86_400 });
  superfluid = await deploySuperfluid(anvil.url, anvil.deployer);
  protocol = await deployProtocol({ url: anvil.url, sender: anvil.deployer, host: superfluid.host });
  chain = new LocalChain(anvil.url);
  await chain.takeControl();
});

afterAll(() => anvil?.stop());

describe("deployment", () => {
  test("every contract has code, and the protocol runs on the framework that was deployed", async () => {
    const addresses = [...Object.values(superfluid), ...Object.values(protocol)];
    const codes = await Promise.all(addresses.map((address) => chain.client.getCode({ address })));
    expect(codes.every((code) => code !== undefined && code.length > 2)).toBe(true);
    expect(protocol.host).toBe(superfluid.host);
  });
});

describe("LocalChain", () => {
  const mint = (amount: bigint) => callFrom(alice, testTokenAt(superfluid.underlying).mint(alice.address, amount));
  const balance = () => chain.client.readContract(testTokenAt(superfluid.underlying).balanceOf(alice.address));

  test("nothing happens before mine, then everything at that second", async () => {
    chain.add(mint(3n), mint(4n));
    expect(await balance()).toBe(0n);
    const block = await chain.mine(START);
    expect(block).toMatchObject({ timestamp: START, transactions: 2 });
    expect(block.logs).toHaveLength(2);
    expect(await balance()).toBe(7n);
    expect((await chain.client.getBlock()).timestamp).toBe(BigInt(START));
    expect(await chain.mine(START + 10)).toEqual({ timestamp: START + 10, transactions: 0, logs: [] });
  });

  test("transactions run in the order in which they were added", async () => {
    const names = Array.from({ length: 20 }, (_, index) => 1n << BigInt(index));
    chain.add(...names.map(mint));
    const { logs } = await chain.mine(START + 20);
    expect(logs.map(({ data }) => BigInt(data))).toEqual(names);
  });

  test("a refused transaction names who, what and the custom error", async () => {
    const id = `0x${"11".repeat(32)}` as const;
    const stake = callFrom(alice, contractsOf(protocol).stakeManager.stake(id, 1n));
    chain.add(stake);
    const mined = chain.mine(START + 30);
    await expect(mined).rejects.toThrow(TransactionError);
    await expect(mined).rejects.toThrow(`Alice: stake was refused: CapacityRegistry_UnknownTaskType(${id})`);

    chain.add({ ...stake, mayFailWith: ["CapacityRegistry_UnknownTaskType"] });
    await expect(chain.mine(START + 40)).resolves.toMatchObject({ transactions: 1 });
  });
});
