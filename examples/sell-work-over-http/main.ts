/**
 * An agent sells work over HTTP: it answers 402 with the pool to stream to, and serves what the stream has paid for. A buyer
 * finds it on the chain, streams, orders, and acknowledges. Run it with `npm run example:sell-work-over-http`; seller.ts is
 * the agent.
 */
import { parseEther } from "viem";
import { startLocalEconomy, UNIT_RATE } from "../../ts/localchain/localEconomy.ts";
import { addSink, addSource } from "../../ts/localchain/participants.ts";
import { formatAmount, setProfile, signAttestation, submitAttestations, submitReceipts } from "../../ts/sdk/index.ts";
import { WaitForCreditError } from "../../ts/sdk/work/index.ts";
import { payingFetch } from "../../ts/x402/index.ts";
import { startSeller } from "./seller.ts";

const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
const { deployment } = economy;
const taskTypeId = await economy.registerTaskType("count words");
const task = { deployment, taskTypeId };
// Five words are five units of work, and this is the price of one.
const price = 5n * UNIT_RATE;

// The seller bonds what backs 100 units, registers, and says on the chain where it is.
const sink = await addSink(economy, taskTypeId, "seller", 100n);
// It counts from the beginning of an epoch, and this chain keeps the state of its last blocks only.
await economy.pass(120);
const seller = await startSeller({ ...task, client: sink, price });
const profile = { version: 1, name: "Counts words", endpoint: seller.endpoint, unit: "request", price: String(price) };
const profileUri = `data:application/json,${encodeURIComponent(JSON.stringify(profile))}`;
await setProfile(sink, { ...task, profileUri });

/** What `startSignalLoop` would do by itself, once in every epoch. */
async function nextEpoch(): Promise<void> {
  await economy.pass(60);
  await seller.till.refresh();
  const attestation = await signAttestation(sink, { ...task, ...seller.till.measure() });
  await submitAttestations(sink, { ...task, attestations: [attestation] });
}
for (let epoch = 0; epoch < 5; epoch++) await nextEpoch();

const order = { method: "POST", body: "How many words are these?" };
const refused = await fetch(`${seller.endpoint}/words`, order);
const terms = JSON.parse(Buffer.from(refused.headers.get("payment-required") ?? "", "base64").toString()).accepts[0];
console.log(`Without a stream: ${refused.status}, pay at least ${terms.amount} wei/s to ${terms.payTo}`);

// The buyer has an account of its own: what is in it is the most that it can ever lose.
const client = await addSource(economy, "buyer", parseEther("1000"));
const pay = payingFetch({
  ...{ ...task, client, oneTask: price, budget: { perDay: parseEther("600") }, flowRate: 50n * UNIT_RATE },
  // Both are here, on one machine, and so is the chain's time.
  ...{ allowPrivate: true, refreshEvery: 0, patience: 0 },
});
const buyer = await pay.client();
const { atMost, toLiquidator } = await buyer.account.purse.exposure();
console.log(
  `If the buyer dies it loses ${formatAmount(atMost)} tokens at most, ${formatAmount(toLiquidator)} for the deposit`,
);

/** Credit comes with the epochs. */
async function buy(): Promise<Response> {
  for (;;) {
    try {
      return await pay("/words", order);
    } catch (error) {
      if (!(error instanceof WaitForCreditError)) throw error;
    }
    await nextEpoch();
    await buyer.refresh();
  }
}
const served = await buy();
console.log(`The buyer streams ${formatAmount(buyer.account.purse.flowRate * 3600n)} tokens an hour`);
console.log(`With a stream: ${served.status}, "${await served.text()}"`);

await pay.close();
await nextEpoch();
const { acknowledged } = await submitReceipts(sink, { ...task, receipts: seller.till.signedReceipts() });
console.log(`On the chain: work worth ${formatAmount(acknowledged[0]?.amount ?? 0n)} tokens is acknowledged`);
console.log(`After the stream: ${(await fetch(`${seller.endpoint}/words`, order)).status}`);

seller.stop();
await economy.stop();
