import { startLocalEconomy, UNIT_RATE } from "../ts/localchain/localEconomy.ts";
import { addSink, addSource, signalFor } from "../ts/localchain/participants.ts";
import { contractsOf } from "../ts/sdk/calls/contracts.ts";
import { openStream } from "../ts/sdk/index.ts";
import { send } from "../ts/sdk/internal/call.ts";

/** Two pools for others to read: one with more demand than capacity, one with less. */
export async function startExamplePools() {
  const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
  const { deployment } = economy;
  const source = await addSource(economy, "source");
  for (const [name, demand] of [
    ["translate", 150n],
    ["summarise", 50n],
  ] as const) {
    const taskTypeId = await economy.registerTaskType(name);
    for (const sink of ["Ada", "Bob"]) {
      const client = await addSink(economy, taskTypeId, `${sink}, ${name}`, 50n);
      await signalFor(economy, taskTypeId, client, 50n, 6);
    }
    await openStream(source, { deployment, taskTypeId, flowRate: demand * UNIT_RATE });
    // A new inflow counts once it is confirmed: 12 seconds, and a look at its beginning and end.
    for (let look = 0; look < 3; look++) {
      await economy.pass(12);
      await send(source, contractsOf(deployment).capacityRegistry.rebalance(taskTypeId, []));
    }
  }
  return economy;
}
