/** Who gets which share of the stream: what the protocol says about its pools, and what Superfluid says. */
import { ponder } from "ponder:registry";
import { distributionPool, streamLog, unitsLog } from "ponder:schema";
import { maxUint96 } from "viem";
import { changeFlow, changeUnits, paidTo, payUnits } from "./lib/distribution.ts";
import { origin, placeOf } from "./lib/events.ts";
import { changeTaskType, isOurs, taskTypeOf } from "./lib/pools.ts";
import { changeSink } from "./lib/sinks.ts";
import { changeSource } from "./lib/sources.ts";

ponder.on("BackpressurePool:PoolOpened", async ({ event, context }) => {
  const { taskTypeId, distributionPool: address } = event.args;
  await context.db.insert(distributionPool).values({ address, taskTypeId });
  // The escrow has one unit from the beginning.
  await changeTaskType(context, taskTypeId, event.block, () => ({ distributionPool: address, escrowUnits: 1n }));
});

ponder.on("BackpressurePool:UnitsUpdated", async ({ event, context }) => {
  const { taskTypeId, sink, oldUnits, newUnits } = event.args;
  await context.db.insert(unitsLog).values({ ...origin(event), taskTypeId, sink, oldUnits, newUnits });
});

ponder.on("BackpressurePool:EscrowUnitsUpdated", async ({ event, context }) => {
  const { taskTypeId, escrowUnits, feeUnits } = event.args;
  await changeTaskType(context, taskTypeId, event.block, () => ({ escrowUnits, feeUnits }));
});

ponder.on("BackpressurePool:LimitUpdated", async ({ event, context }) => {
  const { taskTypeId, limit } = event.args;
  await changeTaskType(context, taskTypeId, event.block, () => ({ flowRateLimit: limit === maxUint96 ? null : limit }));
});

ponder.on("DistributionPool:MemberUnitsUpdated", async ({ event, context }) => {
  const { member, oldUnits, newUnits } = event.args;
  const taskTypeId = await taskTypeOf(context, event.log.address);
  if (taskTypeId === undefined) return;
  const delta = newUnits - oldUnits;
  // Whose units of the escrow's are the fee's, the event before has said.
  const toSinks = isOurs(member, "escrowBuffer") ? 0n : delta;
  await changeTaskType(context, taskTypeId, event.block, (pool) => ({
    ...changeUnits(pool, delta),
    sinkUnits: pool.sinkUnits + toSinks,
  }));
  if (isOurs(member, "escrowBuffer")) return;
  await changeSink(context, taskTypeId, member, event.block, (sink, { perUnitSettledValue }) => ({
    units: newUnits,
    settledAmount: paidTo(sink, perUnitSettledValue),
    syncedPerUnitSettledValue: perUnitSettledValue,
  }));
});

ponder.on("GeneralDistributionAgreement:FlowDistributionUpdated", async ({ event, context }) => {
  const { pool: address, distributor, operator, oldFlowRate, adjustmentFlowRate } = event.args;
  const { newDistributorToPoolFlowRate: newFlowRate, newTotalDistributionFlowRate: flowRate } = event.args;
  const taskTypeId = await taskTypeOf(context, address);
  if (taskTypeId === undefined) return;
  await changeTaskType(context, taskTypeId, event.block, (pool) => changeFlow(pool, flowRate, adjustmentFlowRate));
  // The pool's admin touches its empty stream to have a remainder split again.
  if (isOurs(distributor, "backpressurePool")) return;
  await changeSource(context, taskTypeId, distributor, event.block, ({ openedAtEvent }) => ({
    flowRate: newFlowRate,
    openedAtEvent: openedAtEvent ?? placeOf(event),
  }));
  const stream = { source: distributor, operator, oldFlowRate, newFlowRate };
  await context.db.insert(streamLog).values({ ...origin(event), taskTypeId, ...stream });
});

ponder.on("GeneralDistributionAgreement:InstantDistributionUpdated", async ({ event, context }) => {
  const { pool: address, distributor, actualAmount } = event.args;
  const taskTypeId = await taskTypeOf(context, address);
  if (taskTypeId === undefined) return;
  const isDrain = isOurs(distributor, "escrowBuffer");
  await changeTaskType(context, taskTypeId, event.block, (pool) => ({
    ...payUnits(pool, actualAmount / pool.totalUnits),
    streamed: pool.streamed + (isDrain ? 0n : actualAmount),
  }));
});
