/** Task types, sinks, and what sinks say they can absorb. */
import { type Context, ponder } from "ponder:registry";
import { signalLog, taskType } from "ponder:schema";
import { type Address, type Hex, zeroAddress } from "viem";
import { bondPerUnit } from "../../ts/model/exact.ts";
import { unpackSignals } from "../../ts/sdk/utils/packedAttestations.ts";
import { origin, placeOf } from "./lib/events.ts";
import type { Block } from "./lib/pools.ts";
import { changeSink } from "./lib/sinks.ts";
import { storable } from "./lib/text.ts";

ponder.on("CapacityRegistry:TaskTypeRegistered", async ({ event, context }) => {
  const { taskTypeId, creator, parameters, metadata } = event.args;
  const { horizon, acknowledgementGrace, epochLength, receiptEpochs } = parameters;
  const bondTerms = {
    unitRate: parameters.unitRate,
    horizon: BigInt(horizon),
    acknowledgementGrace: BigInt(acknowledgementGrace),
    epochLength: BigInt(epochLength),
    receiptEpochs: BigInt(receiptEpochs),
  };
  const { number, timestamp } = event.block;
  const none = { drained: 0n, released: 0n, returned: 0n, donated: 0n, slashed: 0n, acknowledged: 0n };
  await context.db.insert(taskType).values({
    id: taskTypeId,
    creator,
    metadata: storable(metadata),
    ...parameters,
    // The next event, of the same transaction, names it.
    distributionPool: zeroAddress,
    bondPerUnit: bondPerUnit(bondTerms),
    ...{ totalUnits: 0n, sinkUnits: 0n, escrowUnits: 0n, feeUnits: 0n },
    ...{ flowRate: 0n, adjustmentFlowRate: 0n, perUnitFlowRate: 0n, perUnitSettledValue: 0n },
    ...{ priceCap: parameters.unitRate, streamed: 0n, dust: 0n, paid: 0n, fee: 0n },
    ...{ escrow: 0n, deposits: 0n, ...none, sinkCount: 0, sourceCount: 0 },
    registeredAtEvent: placeOf(event),
    ...{ createdAtTimestamp: timestamp, createdAtBlockNumber: number },
    ...{ updatedAtTimestamp: timestamp, updatedAtBlockNumber: number },
  });
});

ponder.on("CapacityRegistry:SinkRegistered", async ({ event, context }) => {
  const { taskTypeId, sink } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, () => ({
    registered: true,
    registeredAtEvent: placeOf(event),
  }));
});

ponder.on("CapacityRegistry:ProfileSet", async ({ event, context }) => {
  const { taskTypeId, sink, profileUri } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, () => ({ profileUri: storable(profileUri) }));
});

ponder.on("CapacityRegistry:SinkDeregistered", async ({ event, context }) => {
  const { taskTypeId, sink } = event.args;
  const nothing = { declaredCapacity: 0n, declaredBacklog: 0n, verifiedBacklog: 0n, signalledAtTimestamp: null };
  await changeSink(context, taskTypeId, sink, event.block, () => ({ registered: false, ...nothing }));
});

ponder.on("CapacityRegistry:CapacitySignalled", async ({ event, context }) => {
  const { taskTypeId, ...signal } = event.args;
  await signalled(context, taskTypeId, { ...signal, issuedAt: event.block.timestamp }, event.block, origin(event));
});

ponder.on("CapacityRegistry:CapacitiesSignalled", async ({ event, context }) => {
  const { taskTypeId, signals } = event.args;
  const { id, ...where } = origin(event);
  for (const [index, signal] of unpackSignals(signals).entries()) {
    const exact = { ...signal, issuedAt: BigInt(signal.issuedAt) };
    await signalled(context, taskTypeId, exact, event.block, { id: `${id}-${index}`, ...where });
  }
});

type Signalled = { sink: Address; capacity: bigint; backlog: bigint; issuedAt: bigint };

async function signalled(
  context: Context,
  taskTypeId: Hex,
  { sink, capacity, backlog, issuedAt }: Signalled,
  block: Block,
  row: ReturnType<typeof origin>,
): Promise<void> {
  await changeSink(context, taskTypeId, sink, block, () => ({
    declaredCapacity: capacity,
    declaredBacklog: backlog,
    signalledAtTimestamp: issuedAt,
  }));
  await context.db.insert(signalLog).values({ ...row, taskTypeId, sink, capacity, backlog });
}

ponder.on("CapacityRegistry:BacklogVerified", async ({ event, context }) => {
  const { taskTypeId, sink, backlog } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, () => ({ verifiedBacklog: backlog }));
});
