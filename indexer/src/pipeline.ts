/** Which pool feeds which. */
import { ponder } from "ponder:registry";
import { zeroHash } from "viem";
import { changeTaskType } from "./lib/pools.ts";

ponder.on("Pipeline:DownstreamSet", async ({ event, context }) => {
  const { upstream, downstream, ratio } = event.args;
  const link = downstream === zeroHash ? { downstream: null, ratio: null } : { downstream, ratio };
  await changeTaskType(context, upstream, event.block, () => link);
});
