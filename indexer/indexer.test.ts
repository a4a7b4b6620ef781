import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../ts/demo/market.ts";
import type { EconomyResult } from "../ts/demo/runEconomy.ts";
import { callFrom } from "../ts/localchain/localChain.ts";
import { contractsOf, superTokenAt } from "../ts/sdk/calls/contracts.ts";
import { attestationTypedData, getPool, getSink, getSource } from "../ts/sdk/index.ts";
import { packAttestations } from "../ts/sdk/utils/packedAttestations.ts";
import { FaultyRpc } from "../ts/testkit/faultyRpc.ts";
import { startPostgres } from "../ts/testkit/postgres.ts";
import { type Economy, run, startEconomy } from "./economy.ts";
import { paidTo, settle } from "./src/lib/distribution.ts";
import { TestIndexer } from "./testIndexer.ts";

// The main job's hour, whatever else changes.
const MINUTES = 60;

let folder: string;
let economy: Economy;
let result: EconomyResult;
const indexers: TestIndexer[] = [];

function startIndexer(name: string, rpcUrl = economy.chain.url, args: string[] = [], database = ""): TestIndexer {
  const indexer = TestIndexer.start({ rpcUrl, deployments: folder, data: join(folder, name), args, database });
  indexers.push(indexer);
  return indexer;
}

const head = () => economy.chain.client.getBlockNumber({ cacheTime: 0 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-indexer-"));
  economy = await startEconomy(folder);
  result = await run(economy, MINUTES);
});

afterAll(async () => {
  await Promise.all(indexers.map((indexer) => indexer.end("SIGKILL")));
  await economy?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Numbers of GraphQL are text where they may be large. */
const big = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value]),
  ) as Record<string, bigint> & Record<"address" | "account", Address>;

test("after the main job's hour its numbers are those of the chain, to the wei", async () => {
  const indexer = startIndexer("hour");
  await indexer.reaches(await head());
  console.log(indexer.said.trim());
  const all = await indexer.everything();
  const { client } = economy.chain;
  const { protocol: deployment, stages } = economy.market;
  const { timestamp: now } = await client.getBlock();
  expect(all.taskTypes).toHaveLength(stages.length);

  let dust = 0n;
  for (const [index, { id: taskTypeId, plan }] of stages.entries()) {
    const found = all.taskTypes?.find((row) => row.id === taskTypeId);
    expect(found).toMatchObject({ metadata: plan.name, downstream: stages[index + 1]?.id ?? null });
    const pool = settle(big(found ?? {}) as never, now) as Record<string, bigint>;
    dust += pool.dust ?? 0n;
    const { taskType, units, escrow, ...chain } = await getPool(client, { deployment, taskTypeId });
    expect(pool).toMatchObject({
      totalUnits: units.total,
      sinkUnits: units.sinks,
      escrowUnits: units.escrow,
      feeUnits: units.fee,
      flowRate: chain.flowRate,
      adjustmentFlowRate: chain.adjustmentFlowRate,
      perUnitFlowRate: chain.price,
      priceCap: chain.priceCap,
      paid: chain.paid,
      escrow: escrow.overflow + escrow.setAside,
      deposits: escrow.deposits,
      bondPerUnit: taskType.bondPerUnit,
    });
    // The contract leaves out what went to the pool's admin.
    expect((pool.streamed ?? 0n) - (pool.dust ?? 0n)).toBe(chain.streamed);
    await compareSinks(all.sinks ?? [], taskTypeId, pool.perUnitSettledValue ?? 0n);
    await compareSources(all.sources ?? [], taskTypeId, now);
  }
  const token = superTokenAt(economy.superfluid.superToken);
  expect(dust).toBe(await client.readContract(token.balanceOf(deployment.backpressurePool)));
  expect(all.slashLogs?.map(({ amount }) => BigInt(String(amount)))).toEqual(result.slashes.map(({ wei }) => wei));
});

async function compareSinks(rows: Record<string, unknown>[], taskTypeId: Hex, perUnit: bigint): Promise<void> {
  const { client } = economy.chain;
  const { protocol: deployment, stages } = economy.market;
  const mine = rows.filter((row) => row.taskTypeId === taskTypeId).map(big);
  expect(mine).toHaveLength(stages.find(({ id }) => id === taskTypeId)?.sinks.length ?? -1);
  for (const row of mine) {
    const { signal, ledger, ...sink } = await getSink(client, { deployment, taskTypeId, sink: row.account });
    expect({ ...row, paid: paidTo(row as never, perUnit) }).toMatchObject({
      registered: sink.registered,
      units: sink.units,
      paid: sink.paid,
      declaredCapacity: sink.declaredCapacity,
      declaredBacklog: sink.declaredBacklog,
      verifiedBacklog: sink.verifiedBacklog,
      signalledAtTimestamp: BigInt(signal.signalledAt ?? -1),
      stake: sink.stake,
      bonded: sink.capacityCap,
      unbonding: sink.unbonding,
      acknowledged: ledger.acknowledged,
      owed: ledger.owed,
      strikes: BigInt(ledger.strikes),
    });
  }
}

async function compareSources(rows: Record<string, unknown>[], taskTypeId: Hex, now: bigint): Promise<void> {
  const { client } = economy.chain;
  const { protocol: deployment } = economy.market;
  const mine = rows.filter((row) => row.taskTypeId === taskTypeId).map(big);
  expect(mine.length).toBeGreaterThan(0);
  for (const row of mine) {
    const source = await getSource(client, { deployment, taskTypeId, source: row.account });
    const { streamed = 0n, flowRate = 0n, flowUpdatedAtTimestamp = 0n } = row;
    expect({ ...row, streamed: streamed + flowRate * (now - flowUpdatedAtTimestamp) }).toMatchObject({
      flowRate: source.flowRate,
      streamed: source.streamed,
      returned: source.returns.returned,
      acknowledged: source.acknowledged,
    });
  }
}

test("every signal of a packed batch, which has one event, is known", async () => {
  const { chain, market } = economy;
  const { protocol: deployment, keeper } = market;
  const [stage] = market.stages;
  if (stage === undefined) throw new TypeError("no stage");
  const { id: taskTypeId } = stage;
  const follower = indexers[0] as TestIndexer;
  const stateOf = ({ address }: { address: Address }) =>
    getSink(chain.client, { deployment, taskTypeId, sink: address });
  const now = async () => Number((await chain.client.getBlock()).timestamp);
  await chain.mine((await now()) + 2);
  const issuedAt = await now();
  const chainId = await chain.client.getChainId();
  const sinks = stage.sinks.slice(0, 3);
  const attestations = await Promise.all(
    sinks.map(async ({ name, address: sink }, index) => {
      const attestation = { taskTypeId, sink, capacity: BigInt(3 + index), backlog: BigInt(index), issuedAt };
      const typed = attestationTypedData({ deployment, chainId, attestation });
      return { ...attestation, signature: await privateKeyToAccount(keyOf(name)).signTypedData(typed) };
    }),
  );
  const { capacityRegistry } = contractsOf(deployment);
  const packed = packAttestations(attestations);
  chain.add(callFrom(keeper, capacityRegistry.submitPackedAttestations(taskTypeId, packed)));
  const { timestamp } = await chain.mine(issuedAt + 4);
  await follower.reaches(await head());

  const where = `where: { taskTypeId: "${taskTypeId}", timestamp: "${timestamp}" }`;
  const { signalLogs } = await follower.query<{ signalLogs: { items: Record<string, unknown>[] } }>(
    `{ signalLogs(${where}, orderBy: "capacity") { items { sink capacity backlog } } }`,
  );
  const states = await Promise.all(sinks.map(stateOf));
  expect(signalLogs.items.map(big)).toEqual(
    sinks.map(({ address }, index) => ({
      sink: address.toLowerCase(),
      capacity: states[index]?.declaredCapacity,
      backlog: states[index]?.declaredBacklog,
    })),
  );
  expect(states.map(({ declaredCapacity }) => declaredCapacity)).toEqual([3n, 4n, 5n]);
  for (const { address } of sinks) {
    const { sink } = await follower.query<{ sink: Record<string, unknown> }>(
      `{ sink(taskTypeId: "${taskTypeId}", account: "${address.toLowerCase()}")
        { declaredCapacity declaredBacklog signalledAtTimestamp } }`,
    );
    const { declaredCapacity, declaredBacklog } = await stateOf({ address });
    expect(big(sink)).toEqual({ declaredCapacity, declaredBacklog, signalledAtTimestamp: BigInt(issuedAt) });
  }
});

/** Where the indexer keeps what it knows: its own folder, or a PostgreSQL. */
const databases = ["embedded", "PostgreSQL"] as const;

test.each(databases)(
  "killed in the middle, behind an endpoint that limits ranges, it has the same rows in the end: %s",
  async (name) => {
    const database = name === "PostgreSQL" ? await startPostgres() : undefined;
    const rpc = await FaultyRpc.start(economy.chain.url);
    try {
      rpc.fault = "limits ranges";
      const start = () => startIndexer(`killed ${name}`, rpc.url, ["--block-range", "10"], database?.url);
      const killed = start();
      await killed.url();
      // From when the first rows are there until all are, there is the middle.
      const some = () => killed.query<{ taskTypes: { totalCount: number } }>("{ taskTypes { totalCount } }");
      while ((await some()).taskTypes.totalCount === 0) await pause(5);
      await killed.end("SIGKILL");
      expect(killed.said).not.toContain("indexed");
      const again = start();
      await again.reaches(await head());
      const uninterrupted = indexers[0] as TestIndexer;
      expect(await again.everything()).toEqual(await uninterrupted.everything());
      await again.end();
    } finally {
      await rpc.stop();
      await database?.stop();
    }
  },
);

test("what a reorganisation undoes is forgotten, and what it brings is known", async () => {
  const { chain, market } = economy;
  const [stage] = market.stages;
  const [source] = stage?.sources ?? [];
  if (stage === undefined || source === undefined) throw new TypeError("no stage, no source");
  const { escrowBuffer } = contractsOf(market.protocol);
  const token = superTokenAt(market.superfluid.superToken);
  const follower = indexers[0] as TestIndexer;
  const request = (method: string, params: unknown[] = []) => chain.client.request({ method, params } as never);
  const block = async (...calls: Parameters<typeof callFrom>[1][]): Promise<void> => {
    chain.add(...calls.map((call) => callFrom(source, call)));
    await chain.mine(Number((await chain.client.getBlock()).timestamp) + 2);
  };
  const donated = async (): Promise<bigint> => {
    const { taskType } = await follower.query<{ taskType: { donated: string } }>(
      `{ taskType(id: "${stage.id}") { donated } }`,
    );
    return BigInt(taskType.donated);
  };
  const before = await donated();

  await block(token.approve(market.protocol.escrowBuffer, 1000n));
  const snapshot = await request("evm_snapshot");
  await block(escrowBuffer.donate(stage.id, 7n));
  await block(escrowBuffer.syncSource(stage.id, source.address));
  await follower.reaches(await head());
  expect((await donated()) - before).toBe(7n);

  await request("evm_revert", [snapshot]);
  await block(escrowBuffer.donate(stage.id, 5n));
  for (let more = 0; more < 3; more++) await block(escrowBuffer.donate(stage.id, 1n));
  await follower.reaches(await head());
  await expect.poll(donated, { timeout: 60_000 }).toBe(before + 8n);

  const fresh = startIndexer("fresh");
  await fresh.reaches(await head());
  expect(await follower.everything()).toEqual(await fresh.everything());
  await fresh.end();
});
