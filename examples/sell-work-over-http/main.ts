/**
 * An agent sells work over HTTP to whoever has paid it through its pool, and both sign receipts for it. Run it with
 * `npm run example:sell-work-over-http`; seller.ts is the agent, buyer.ts who buys.
 */
import { EPOCH, startLocalEconomy, UNIT_RATE } from "../../ts/localchain/localEconomy.ts";
import { addSink, addSource } from "../../ts/localchain/participants.ts";
import { closeStream, formatAmount, openStream, signAttestation, submitAttestations } from "../../ts/sdk/index.ts";
import { WaitForCreditError } from "../../ts/sdk/work/index.ts";
import { startBuyer } from "./buyer.ts";
import { PRICE, startSeller } from "./seller.ts";

const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
const task = { deployment: economy.deployment, taskTypeId: await economy.registerTaskType("count words") };

// The agent bonds what backs 110 units, registers, connects to its pool, and tells where it is.
const agent = await addSink(economy, task.taskTypeId, "agent", 110n);
const seller = await startSeller(agent, task);
const source = await addSource(economy, "source");
const { buyer, refresh } = await startBuyer(source, task);

/** What `startSignalLoop` and a timer would do by themselves: signal, and look at what was paid. */
async function nextEpoch(): Promise<void> {
  for (let look = 0; look < 3; look++) await economy.pass(EPOCH / 2);
  const attestation = await signAttestation(agent, { ...task, ...seller.measure() });
  await submitAttestations(agent, { ...task, attestations: [attestation] });
  await Promise.all([seller.refresh(), refresh()]);
}

/** Orders until the agent owes nothing more. @returns The answers. */
async function orderAll(): Promise<string[]> {
  for (const answers: string[] = []; ; ) {
    try {
      answers.push((await buyer.buy({ task: "How many words are these?", maximum: PRICE })).body);
    } catch (error) {
      if (!(error instanceof WaitForCreditError)) throw error;
      if (answers.length === 0) console.log(`Nothing to order: ${error.message}`);
      return answers;
    }
  }
}

for (let epoch = 0; epoch < 5; epoch++) await nextEpoch();
await orderAll();

const { flowRate } = await openStream(source, { ...task, flowRate: 5n * UNIT_RATE });
console.log(`The source streams ${formatAmount(flowRate * 3600n)} tokens an hour`);
for (let epoch = 0; epoch < 3; epoch++) await nextEpoch();
const answers = await orderAll();
console.log(`${answers.length} tasks were paid for: "${answers[0]}", and so on`);

await closeStream(source, task);
await nextEpoch();
console.log(`After the stream: ${(await orderAll()).length} more, for what had been paid until then`);
await orderAll();

await buyer.flush();
const { acknowledged } = await seller.submitReceipts();
console.log(`On the chain: work worth ${formatAmount(acknowledged[0]?.amount ?? 0n)} tokens is acknowledged`);

await seller.stop();
await economy.stop();
