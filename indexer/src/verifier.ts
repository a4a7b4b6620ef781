/** Acknowledged work, and how sinks are judged by it. Verifiers of others are not heard. */
import { ponder } from "ponder:registry";
import { receiptLog, windowLog } from "ponder:schema";
import { origin } from "./lib/events.ts";
import { changeTaskType } from "./lib/pools.ts";
import { changeSink } from "./lib/sinks.ts";
import { changeSource } from "./lib/sources.ts";

ponder.on("CompletionTracker:Acknowledged", async ({ event, context }) => {
  const { taskTypeId, source, sink, amount, completed } = event.args;
  const add = ({ acknowledged }: { acknowledged: bigint }) => ({ acknowledged: acknowledged + amount });
  await changeTaskType(context, taskTypeId, event.block, add);
  await changeSink(context, taskTypeId, sink, event.block, add);
  await changeSource(context, taskTypeId, source, event.block, add);
  await context.db.insert(receiptLog).values({ ...origin(event), taskTypeId, source, sink, amount, completed });
});

ponder.on("CompletionTracker:WindowClosed", async ({ event, context }) => {
  const { taskTypeId, sink, participating: participation, acknowledged: evidence, owed, strikes } = event.args;
  const judged = { owed, strikes: Number(strikes) };
  await changeSink(context, taskTypeId, sink, event.block, () => judged);
  await changeTaskType(context, taskTypeId, event.block, () => ({ participation, evidence }));
  await context.db.insert(windowLog).values({ ...origin(event), taskTypeId, sink, participation, evidence, ...judged });
});

ponder.on("CompletionTracker:WindowDropped", async ({ event, context }) => {
  const { taskTypeId, sink, owed } = event.args;
  await changeSink(context, taskTypeId, sink, event.block, () => ({ owed }));
  await context.db.insert(windowLog).values({ ...origin(event), taskTypeId, sink, owed });
});
