import type { Hex } from "viem";
import { addSink, signalFor } from "../localchain/participants.ts";
import { startTestChain, type TestChain } from "./testChain.ts";

/** A test chain with one task type, whose only sink has signalled a capacity of 100 units in each of some epochs. */
export async function startTestPool(
  epochs = 5,
): Promise<{ chain: TestChain; task: { deployment: TestChain["deployment"]; taskTypeId: Hex } }> {
  const chain = await startTestChain();
  const taskTypeId = await chain.registerTaskType("work");
  const sink = await addSink(chain, taskTypeId, "sink", 100n);
  await signalFor(chain, taskTypeId, sink, 100n, epochs);
  return { chain, task: { deployment: chain.deployment, taskTypeId } };
}
