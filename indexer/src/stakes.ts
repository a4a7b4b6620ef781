/** Bonds, and what was taken of them. */
import { ponder } from "ponder:registry";
import { slashLog } from "ponder:schema";
import { origin } from "./lib/events.ts";
import { changeTaskType } from "./lib/pools.ts";
import { changeSink, without, withStake } from "./lib/sinks.ts";

ponder.on("StakeManager:Staked", async ({ event, context }) => {
  const { taskTypeId, sink, stake } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, (before, pool) => withStake(stake, before, pool));
});

ponder.on("StakeManager:UnstakeRequested", async ({ event, context }) => {
  const { taskTypeId, sink, amount, unbondedAt } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, (before, pool) => ({
    ...withStake(before.stake - amount, before, pool),
    unbonding: before.unbonding + amount,
    unbondedAtTimestamp: unbondedAt,
  }));
});

ponder.on("StakeManager:Withdrawn", async ({ event, context }) => {
  const { taskTypeId, sink } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, () => ({ unbonding: 0n, unbondedAtTimestamp: null }));
});

ponder.on("StakeManager:Slashed", async ({ event, context }) => {
  const { taskTypeId, sink, amount } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, (before, pool) => ({
    ...without(amount, before, pool),
    declaredCapacity: 0n,
    slashed: before.slashed + amount,
  }));
  await changeTaskType(context, taskTypeId, event.block, ({ slashed }) => ({ slashed: slashed + amount }));
  await context.db.insert(slashLog).values({ ...origin(event), taskTypeId, sink, kind: "slashed", amount });
});

ponder.on("StakeManager:Charged", async ({ event, context }) => {
  const { taskTypeId, sink, amount } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, (before, pool) => ({
    ...without(amount, before, pool),
    charged: before.charged + amount,
  }));
  await context.db.insert(slashLog).values({ ...origin(event), taskTypeId, sink, kind: "charged", amount });
});
