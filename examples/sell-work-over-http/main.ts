/**
 * An agent that sells work over HTTP: it answers 402 with the pool to stream to, serves while the caller's stream runs,
 * and signs receipts. Run it with `npm run example:sell-work-over-http`; seller.ts is the agent.
 */
import { parseEther } from "viem";
import { startLocalEconomy } from "../../ts/localchain/localEconomy.ts";
import {
  closeStream,
  connectPool,
  formatAmount,
  getTaskType,
  openStream,
  registerSink,
  signAttestation,
  signReceipt,
  stake,
  stakeForCapacity,
  submitAttestations,
} from "../../ts/sdk/index.ts";
import { orderMessage, type Served, startSeller, type Terms } from "./seller.ts";

const economy = await startLocalEconomy(process.env.LOCAL_RPC_URL);
const { deployment } = economy;
const taskTypeId = await economy.registerTaskType("count words");
const task = { deployment, taskTypeId };

// The seller bonds what backs 100 units, registers, and lets its pay come in by itself.
const sellerAccount = await economy.actor("seller");
const bond = stakeForCapacity({ taskType: await getTaskType(sellerAccount, task), capacity: 100n });
await economy.giveTokens(sellerAccount.account.address, bond);
await stake(sellerAccount, { ...task, amount: bond });
await registerSink(sellerAccount, task);
await connectPool(sellerAccount, task);
const seller = await startSeller({ ...task, account: sellerAccount });

/** What `startSignalLoop` would do by itself, once in every epoch. */
async function nextEpoch(): Promise<void> {
  await economy.pass(60);
  const attestation = await signAttestation(sellerAccount, { ...task, ...seller.measure() });
  await submitAttestations(sellerAccount, { ...task, attestations: [attestation] });
}
for (let epoch = 0; epoch < 5; epoch++) await nextEpoch();

const buyer = await economy.actor("buyer");
const source = buyer.account.address;
await economy.giveTokens(source, parseEther("1000"));
let orders = 0;

async function post<answer>(path: string, body: object) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(seller.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as answer };
}

async function order<answer>(text: string) {
  orders += 1;
  const nonce = `${source} ${orders}`;
  const signature = await buyer.account.signMessage?.({ message: orderMessage({ nonce, text }) });
  return post<answer>("/work", { source, nonce, text, signature });
}

const refused = await order<Terms>("How many words are these?");
console.log(
  `Without a stream: ${refused.status}, pay at least ${refused.body.minimumFlowRate} wei/s to ${refused.body.pool}`,
);

const stream = await openStream(buyer, { ...task, flowRate: 50n * BigInt(refused.body.minimumFlowRate) });
console.log(`The buyer streams ${formatAmount(stream.flowRate * 3600n)} tokens an hour`);

const served = await order<Served>("How many words are these?");
console.log(`With a stream: ${served.status}, "${served.body.result}"`);

const receipt = { ...served.body.receipt, completed: BigInt(served.body.receipt.completed) };
const sourceSignature = await signReceipt(buyer, { deployment, receipt });
await post("/receipts", { source, completed: served.body.receipt.completed, sourceSignature });
// A source can acknowledge what it has streamed, and no more.
await nextEpoch();
const { acknowledged } = await seller.submitReceipts();
console.log(`On the chain: work worth ${formatAmount(acknowledged[0]?.amount ?? 0n)} tokens is acknowledged`);

await closeStream(buyer, task);
const late = await order("One more?");
console.log(`After the stream: ${late.status}`);

await seller.stop();
await economy.stop();
