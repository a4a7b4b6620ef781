import type { Address } from "viem";
import { getBlock } from "viem/actions";
import { contractsOf, distributionPoolAt } from "../calls/contracts.ts";
import type { ContractCallError } from "../errors.ts";
import { read } from "../internal/call.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import type { Sample } from "./credit.ts";

export type ReadSampleParameters = TaskTypeParameter & {
  distributionPool: Address;
  /** At the end of which block. */
  blockNumber: bigint;
  /** Whose spending, and whose pay. */
  sources: readonly Address[];
  sinks: readonly Address[];
};

/**
 * Reads what a `CreditBook` takes. The endpoint must still have the state of that block: most keep some minutes.
 * @throws {ContractCallError}
 */
export async function readSample(client: ReadClient, parameters: ReadSampleParameters): Promise<Sample> {
  const { deployment, taskTypeId, distributionPool, blockNumber, sources, sinks } = parameters;
  const { backpressurePool, escrowBuffer } = contractsOf(deployment);
  const pool = distributionPoolAt(distributionPool);
  const [block, paid, spent, received] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, backpressurePool.paidOf(taskTypeId), blockNumber),
    readEach(sources, (source) => read(client, escrowBuffer.spentOf(taskTypeId, source), blockNumber)),
    readEach(sinks, (sink) => read(client, pool.getTotalAmountReceivedByMember(sink), blockNumber)),
  ]);
  return { block: blockNumber, hash: block.hash, time: Number(block.timestamp), paid, spent, received };
}

export type ReadSampleErrorType = ContractCallError;

async function readEach(whom: readonly Address[], readOne: (of: Address) => Promise<bigint>) {
  const amounts = await Promise.all(whom.map(async (of) => [of, await readOne(of)] as const));
  return Object.fromEntries(amounts) as Record<Address, bigint>;
}

/**
 * The first block that is not older than `time`, Unix seconds. Takes a number of requests that is logarithmic in its depth.
 * @returns Its number; undefined if every block is as young, or none.
 */
export async function findBlockAt(client: ReadClient, time: number): Promise<bigint | undefined> {
  const head = await getBlock(client);
  if (head.timestamp < time) return undefined;
  const timeOf = async (blockNumber: bigint) => Number((await getBlock(client, { blockNumber })).timestamp);
  // Backwards in growing steps to an older block, then halves in between.
  let [before, after, step] = [head.number, head.number, 1n];
  for (;;) {
    before = after > step ? after - step : 0n;
    if ((await timeOf(before)) < time) break;
    if (before === 0n) return undefined;
    after = before;
    step *= 2n;
  }
  while (after - before > 1n) {
    const middle = (before + after) / 2n;
    if ((await timeOf(middle)) < time) before = middle;
    else after = middle;
  }
  return after;
}
