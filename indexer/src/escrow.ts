/** What no sink could absorb, and whose it is. */
import { ponder } from "ponder:registry";
import { deposit, drainLog, releaseLog, returnLog } from "ponder:schema";
import { origin } from "./lib/events.ts";
import { changeTaskType } from "./lib/pools.ts";
import { changeSource } from "./lib/sources.ts";

ponder.on("EscrowBuffer:Drained", async ({ event, context }) => {
  const { taskTypeId, fromOverflow, fromDeposits } = event.args;
  await changeTaskType(context, taskTypeId, event.block, ({ escrow, deposits, drained }) => ({
    escrow: escrow - fromOverflow,
    deposits: deposits - fromDeposits,
    drained: drained + fromOverflow + fromDeposits,
  }));
  await context.db.insert(drainLog).values({ ...origin(event), taskTypeId, fromOverflow, fromDeposits });
});

ponder.on("EscrowBuffer:Released", async ({ event, context }) => {
  const { taskTypeId, amount } = event.args;
  await changeTaskType(context, taskTypeId, event.block, ({ released }) => ({ released: released + amount }));
  await context.db.insert(releaseLog).values({ ...origin(event), taskTypeId, amount });
});

ponder.on("EscrowBuffer:SourceSynced", async ({ event, context }) => {
  const { taskTypeId, source, shares, returned: amount } = event.args;
  await changeSource(context, taskTypeId, source, event.block, ({ returned }) => ({
    shares,
    syncedAtTimestamp: event.block.timestamp,
    returned: returned + amount,
  }));
  if (amount === 0n) return;
  await changeTaskType(context, taskTypeId, event.block, ({ escrow, returned }) => ({
    escrow: escrow - amount,
    returned: returned + amount,
  }));
  await context.db.insert(returnLog).values({ ...origin(event), taskTypeId, source, amount });
});

ponder.on("EscrowBuffer:PaymentRefused", async ({ event, context }) => {
  const { taskTypeId, source, amount } = event.args;
  await changeSource(context, taskTypeId, source, event.block, ({ returned }) => ({ returned: returned - amount }));
  await changeTaskType(context, taskTypeId, event.block, ({ escrow, returned }) => ({
    escrow: escrow + amount,
    returned: returned - amount,
  }));
  await context.db.insert(returnLog).values({ ...origin(event), taskTypeId, source, amount: -amount });
});

ponder.on("EscrowBuffer:ReturnRequested", async ({ event, context }) => {
  const { taskTypeId, source, returnsAt } = event.args;
  await changeSource(context, taskTypeId, source, event.block, () => ({ returnsAtTimestamp: returnsAt }));
});

ponder.on("EscrowBuffer:Donated", async ({ event, context }) => {
  const { taskTypeId, amount } = event.args;
  await changeTaskType(context, taskTypeId, event.block, ({ escrow, donated }) => ({
    escrow: escrow + amount,
    donated: donated + amount,
  }));
});

ponder.on("EscrowBuffer:Deposited", async ({ event, context }) => {
  const { taskTypeId, owner, depositId, amount } = event.args;
  await changeTaskType(context, taskTypeId, event.block, ({ deposits }) => ({ deposits: deposits + amount }));
  await changeSource(context, taskTypeId, owner, event.block, ({ deposited }) => ({ deposited: deposited + amount }));
  const createdAtTimestamp = event.block.timestamp;
  await context.db.insert(deposit).values({ taskTypeId, depositId, owner, amount, createdAtTimestamp });
});

ponder.on("EscrowBuffer:DepositWithdrawn", async ({ event, context }) => {
  const { taskTypeId, owner, depositId, amount } = event.args;
  await changeTaskType(context, taskTypeId, event.block, ({ deposits }) => ({ deposits: deposits - amount }));
  await changeSource(context, taskTypeId, owner, event.block, ({ deposited }) => ({ deposited: deposited - amount }));
  await context.db.update(deposit, { taskTypeId, depositId }).set({ withdrawn: amount });
});
