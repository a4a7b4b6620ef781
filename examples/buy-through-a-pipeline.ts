/**
 * A source buys through a pipeline of three stages (transcribe → summarise → report) whose last stage is the narrowest:
 * it limits what the stages before it are paid. Then a second reporter joins, and the limit is gone.
 * Run it with `npm run example:buy-through-a-pipeline`.
 */

import { type Hex, parseEther } from "viem";
import { EPOCH, startLocalEconomy, UNIT_RATE } from "../ts/localchain/localEconomy.ts";
import { addSink, addSource } from "../ts/localchain/participants.ts";
import { contractsOf } from "../ts/sdk/calls/contracts.ts";
import {
  formatAmount,
  getPipeline,
  getPool,
  openStream,
  signAttestation,
  submitAttestations,
  type WriteClient,
} from "../ts/sdk/index.ts";
import { send } from "../ts/sdk/internal/call.ts";

const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
const { deployment } = economy;
const names = ["transcribe", "summarise", "report"];
const stages: Hex[] = [];
const agents: { taskTypeId: Hex; client: WriteClient; capacity: bigint }[] = [];

async function addAgent(taskTypeId: Hex, name: string, capacity: bigint): Promise<void> {
  agents.push({ taskTypeId, client: await addSink(economy, taskTypeId, name, capacity), capacity });
}

// One task type for each stage, with one agent each.
for (const [index, capacity] of [200n, 300n, 100n].entries()) {
  const taskTypeId = await economy.registerTaskType(names[index] ?? "");
  await addAgent(taskTypeId, `agent ${index}`, capacity);
  stages.push(taskTypeId);
}
const [transcribe, summarise, report] = stages as [Hex, Hex, Hex];

// Every wei of pay in a stage becomes one wei of demand in the next. Only who created a stage may say so.
const creator = await economy.actor("creator");
const { capacityRegistry, escrowBuffer, pipeline } = contractsOf(deployment);
for (const [stage, next] of [[transcribe, summarise] as const, [summarise, report] as const]) {
  await send(creator, pipeline.setDownstream(stage, next, parseEther("1")));
}

// The source pays every stage for 150 units of work.
await epochs(8);
const source = await addSource(economy, "source");
for (const taskTypeId of stages) await openStream(source, { deployment, taskTypeId, flowRate: 150n * UNIT_RATE });
await epochs(2);
await show("The narrow last stage limits the others:");

await addAgent(report, "second reporter", 300n);
await epochs(8);
await show("\nA second reporter has joined:");
await economy.stop();

/** Lets every agent signal and a keeper do its work, once in each of some epochs. */
async function epochs(count: number): Promise<void> {
  const keeper = await economy.actor("keeper");
  for (let epoch = 0; epoch < count; epoch++) {
    for (const { taskTypeId, client, capacity } of agents) {
      const attestation = await signAttestation(client, { deployment, taskTypeId, capacity, backlog: 0n });
      await submitAttestations(keeper, { deployment, taskTypeId, attestations: [attestation] });
    }
    // A new inflow counts once it is confirmed, so the keeper looks more than once.
    for (let look = 0; look < 2; look++) {
      await economy.pass(EPOCH / 2);
      for (const taskTypeId of [...stages].reverse()) await keep(keeper, taskTypeId);
    }
  }
}

/** What `npm run keeper` does by itself: pays out what can be, passes limits on, lets the escrow follow the inflow. */
async function keep(keeper: WriteClient, taskTypeId: Hex): Promise<void> {
  const { escrow } = await getPool(keeper, { deployment, taskTypeId });
  if (escrow.drainable > UNIT_RATE) await send(keeper, escrowBuffer.drain(taskTypeId));
  if (taskTypeId !== report) await send(keeper, pipeline.propagate(taskTypeId));
  await send(keeper, capacityRegistry.rebalance(taskTypeId, []));
}

async function show(title: string): Promise<void> {
  const perHour = (weiPerSecond: bigint) =>
    formatAmount(weiPerSecond * 3600n)
      .split(".")[0]
      ?.padStart(4);
  const { stages, bottleneck } = await getPipeline(economy.client, { deployment, taskTypeId: transcribe });
  console.log(title);
  for (const [index, { pool }] of stages.entries()) {
    const able = pool.taskType.unitRate * pool.units.sinks;
    const paid = pool.price * pool.units.sinks;
    const name = names[index]?.padEnd(10);
    console.log(
      `  ${name} ${perHour(pool.flowRate)}/h come in, ${perHour(able)}/h could be taken, ${perHour(paid)}/h are paid`,
    );
  }
  console.log(
    bottleneck === undefined ? "  Nothing limits the first stage." : `  ${names[bottleneck]} is the bottleneck.`,
  );
}
