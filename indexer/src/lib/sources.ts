import type { Context } from "ponder:registry";
import { source, sourceSnapshot } from "ponder:schema";
import type { Address, Hex } from "viem";
import { type Block, changeTaskType, hourOf } from "./pools.ts";

export type Source = typeof source.$inferSelect;

/** Changes a source as of a block, and writes down what it then looks like. Any account that pays is one. */
export async function changeSource(
  context: Context,
  taskTypeId: Hex,
  account: Address,
  block: Block,
  change: (before: Source) => Partial<Source>,
): Promise<void> {
  const { db } = context;
  const key = { taskTypeId, account };
  const found = await db.find(source, key);
  if (found === null) {
    await changeTaskType(context, taskTypeId, block, ({ sourceCount }) => ({ sourceCount: sourceCount + 1 }));
  }
  const before = found ?? newSource(taskTypeId, account, block);
  const streamed = before.streamed + before.flowRate * (block.timestamp - before.flowUpdatedAtTimestamp);
  const flowed = { ...before, streamed, flowUpdatedAtTimestamp: block.timestamp };
  const after = { ...flowed, ...change(flowed), updatedAtTimestamp: block.timestamp };
  await db.insert(source).values(after).onConflictDoUpdate(after);

  const { flowRate, returned, acknowledged, updatedAtTimestamp } = after;
  const seen = { flowRate, streamed: after.streamed, returned, acknowledged, updatedAtTimestamp };
  await db
    .insert(sourceSnapshot)
    .values({ ...key, hour: hourOf(block.timestamp), ...seen })
    .onConflictDoUpdate(seen);
}

function newSource(taskTypeId: Hex, account: Address, { timestamp }: Block): Source {
  return {
    taskTypeId,
    account,
    openedAtEvent: null,
    flowRate: 0n,
    streamed: 0n,
    flowUpdatedAtTimestamp: timestamp,
    returned: 0n,
    acknowledged: 0n,
    shares: 0n,
    syncedAtTimestamp: null,
    returnsAtTimestamp: null,
    deposited: 0n,
    createdAtTimestamp: timestamp,
    updatedAtTimestamp: timestamp,
  };
}
