import type { Context } from "ponder:registry";
import { distributionPool, taskType, taskTypeLog, taskTypeSnapshot } from "ponder:schema";
import type { Address, Hex } from "viem";
import { priceCapDown } from "../../../ts/model/exact.ts";
import { readIndexed } from "../../../ts/operate/indexer/indexed.ts";
import { settle } from "./distribution.ts";

export type TaskType = typeof taskType.$inferSelect;

/** The block of an event. */
export type Block = { number: bigint; timestamp: bigint };

export const HOUR = 3600n;

/** When the hour of a time began. */
export const hourOf = (timestamp: bigint): bigint => timestamp - (timestamp % HOUR);

const { deployment } = readIndexed();

/** Whether an account of an event is that contract of the protocol. */
export const isOurs = (account: Address, contract: keyof typeof deployment): boolean =>
  account.toLowerCase() === deployment[contract].toLowerCase();

/** The task type of a Superfluid pool; undefined for pools of others. */
export async function taskTypeOf({ db }: Context, address: Address): Promise<Hex | undefined> {
  return (await db.find(distributionPool, { address }))?.taskTypeId;
}

/** A task type as of a block's time. */
export async function getTaskType({ db }: Context, id: Hex, now: bigint): Promise<TaskType> {
  const found = await db.find(taskType, { id });
  if (found === null) throw new Error(`an event names the task type ${id}, which no event has registered`);
  return settle(found, now);
}

/** Changes a task type as of a block, and writes down what it then looks like. */
export async function changeTaskType(
  context: Context,
  id: Hex,
  block: Block,
  change: (before: TaskType) => Partial<TaskType>,
): Promise<TaskType> {
  const before = await getTaskType(context, id, block.timestamp);
  const changed = { ...before, ...change(before), updatedAtBlockNumber: block.number };
  const after = { ...changed, priceCap: priceCapOf(changed) };
  await context.db.update(taskType, { id }).set(after);
  await writeDown(context, before, after, block);
  return after;
}

function priceCapOf({ unitRate, flowRateLimit, sinkUnits }: TaskType): bigint {
  return flowRateLimit === null ? unitRate : priceCapDown(unitRate, flowRateLimit, sinkUnits);
}

async function writeDown({ db }: Context, before: TaskType, after: TaskType, block: Block): Promise<void> {
  const { perUnitFlowRate, priceCap, flowRate, sinkUnits, escrowUnits, escrow, evidence } = after;
  const seen = { perUnitFlowRate, priceCap, flowRate, sinkUnits, escrowUnits, escrow, evidence };
  await db
    .insert(taskTypeLog)
    .values({ taskTypeId: after.id, blockNumber: block.number, timestamp: block.timestamp, ...seen })
    .onConflictDoUpdate(seen);

  const { perUnitSettledValue, streamed, paid, acknowledged } = after;
  const snapshot = { ...seen, perUnitSettledValue, streamed, paid, acknowledged, updatedAtTimestamp: block.timestamp };
  const [lowest, highest] = inOrder(before.perUnitFlowRate, perUnitFlowRate);
  await db
    .insert(taskTypeSnapshot)
    .values({
      taskTypeId: after.id,
      hour: hourOf(block.timestamp),
      ...snapshot,
      highestPerUnitFlowRate: highest,
      lowestPerUnitFlowRate: lowest,
    })
    .onConflictDoUpdate((row) => ({
      ...snapshot,
      highestPerUnitFlowRate: inOrder(row.highestPerUnitFlowRate, highest)[1],
      lowestPerUnitFlowRate: inOrder(row.lowestPerUnitFlowRate, lowest)[0],
    }));
}

const inOrder = (a: bigint, b: bigint): [bigint, bigint] => (a < b ? [a, b] : [b, a]);
