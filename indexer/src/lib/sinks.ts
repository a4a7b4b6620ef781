import type { Context } from "ponder:registry";
import { sink, sinkSnapshot } from "ponder:schema";
import type { Address, Hex } from "viem";
import { capacityCapDown } from "../../../ts/model/exact.ts";
import { paidTo } from "./distribution.ts";
import { type Block, changeTaskType, getTaskType, hourOf, type TaskType } from "./pools.ts";

export type Sink = typeof sink.$inferSelect;

/** The registry keeps a cap in 40 bits. */
const MAX_CAP = 2n ** 40n - 1n;

/** Changes a sink as of a block, and writes down what it then looks like. Any account that bonds is one. */
export async function changeSink(
  context: Context,
  taskTypeId: Hex,
  account: Address,
  block: Block,
  change: (before: Sink, pool: TaskType) => Partial<Sink>,
): Promise<void> {
  const { db } = context;
  const key = { taskTypeId, account };
  const found = await db.find(sink, key);
  const pool =
    found === null
      ? await addSink(context, taskTypeId, block)
      : await getTaskType(context, taskTypeId, block.timestamp);
  const before = found ?? newSink(taskTypeId, account, block, pool);
  const after = { ...before, ...change(before, pool), updatedAtTimestamp: block.timestamp };
  await db.insert(sink).values(after).onConflictDoUpdate(after);

  const { units, declaredCapacity, acknowledged, owed, stake, updatedAtTimestamp } = after;
  const paid = paidTo(after, pool.perUnitSettledValue);
  const seen = { units, paid, declaredCapacity, acknowledged, owed, stake, updatedAtTimestamp };
  await db
    .insert(sinkSnapshot)
    .values({ ...key, hour: hourOf(block.timestamp), ...seen })
    .onConflictDoUpdate(seen);
}

const addSink = (context: Context, taskTypeId: Hex, block: Block): Promise<TaskType> =>
  changeTaskType(context, taskTypeId, block, ({ sinkCount }) => ({ sinkCount: sinkCount + 1 }));

function newSink(taskTypeId: Hex, account: Address, { timestamp }: Block, pool: TaskType): Sink {
  return {
    taskTypeId,
    account,
    registered: false,
    registeredAtEvent: null,
    profileUri: "",
    units: 0n,
    settledAmount: 0n,
    syncedPerUnitSettledValue: pool.perUnitSettledValue,
    declaredCapacity: 0n,
    declaredBacklog: 0n,
    verifiedBacklog: 0n,
    signalledAtTimestamp: null,
    stake: 0n,
    bonded: 0n,
    unbonding: 0n,
    unbondedAtTimestamp: null,
    acknowledged: 0n,
    owed: 0n,
    strikes: 0,
    slashed: 0n,
    charged: 0n,
    createdAtTimestamp: timestamp,
    updatedAtTimestamp: timestamp,
  };
}

/** A stake, what it backs, and what is left of the latest signal. */
export function withStake(stake: bigint, { declaredCapacity }: Sink, { minimumStake, bondPerUnit }: TaskType) {
  const backed = capacityCapDown(stake, minimumStake, bondPerUnit);
  const bonded = backed < MAX_CAP ? backed : MAX_CAP;
  return { stake, bonded, declaredCapacity: declaredCapacity < bonded ? declaredCapacity : bonded };
}

/** What is taken of a bond goes first from what is unbonding. */
export function without(amount: bigint, before: Sink, pool: TaskType) {
  const fromUnbonding = amount < before.unbonding ? amount : before.unbonding;
  const stake = before.stake - (amount - fromUnbonding);
  return { ...withStake(stake, before, pool), unbonding: before.unbonding - fromUnbonding };
}
