/**
 * `npm run --silent bench:work`: decisions per second, and what the paywall adds to a request, one JSON object per line:
 *
 *     {"what":"dispatch","sinks":1000,"perSecond":100000}
 *     {"what":"paywall","signatures":"WebAssembly","requests":1000,"ratio":2.5,"cpuMilliseconds":0.9}
 *
 * and requests per read, and beyond the transaction per action, on a local chain:
 *
 *     {"what":"requests","action":"getPool","requests":2}
 *
 * and what the commands let through, processes of their own, beside a reverse proxy that does nothing else; and the most memory,
 * MB, that `sell` ever had with a thousand answers open at once:
 *
 *     {"what":"sell","requests":1000,"perSecond":200,"bare":900,"ratio":0.22}
 *     {"what":"streams","concurrent":1000,"events":20,"before":150,"megabytes":250}
 */
import { type Address, createClient, http, numberToHex, parseEther, zeroHash } from "viem";
import { foundry } from "../../core/chains.ts";
import { type RunningEconomy, startLocalEconomy, UNIT_RATE } from "../../localchain/localEconomy.ts";
import { addSink, signalFor } from "../../localchain/participants.ts";
import {
  changeStream,
  closeStream,
  deposit,
  getPipeline,
  getPool,
  getSink,
  getSource,
  getTaskType,
  openStream,
  quoteStream,
  syncSource,
} from "../../sdk/index.ts";
import { Admission } from "../../sdk/work/admission.ts";
import { Dispatcher } from "../../sdk/work/dispatcher.ts";
import { beyondTransaction, counted } from "../../testkit/counted.ts";
import { measurePaywall } from "./paywall.ts";
import { measureSidecars } from "./sidecars.ts";

const addressOf = (index: number): Address => numberToHex(index + 1, { size: 20 });

function report(what: string, parties: Record<string, number>, count: number, run: () => void): void {
  const started = performance.now();
  run();
  const perSecond = Math.round((1000 * count) / (performance.now() - started));
  console.log(JSON.stringify({ what, ...parties, perSecond }));
}

/** Each decision is one task that is sent and answered. */
function dispatch(sinks: number, decisions: number, measured: boolean): void {
  const dispatcher = new Dispatcher({ oneTask: 100n, horizon: 360 });
  for (let index = 0; index < sinks; index++) {
    dispatcher.paid(addressOf(index), 0n, 0);
    dispatcher.paid(addressOf(index), 10n ** 12n + BigInt(index), 60);
  }
  const run = (): void => {
    for (let i = 0; i < decisions; i++) {
      const { id } = dispatcher.next({ value: 100n, now: 61 });
      dispatcher.accepted({ id, now: 62, value: 90n });
    }
  };
  if (measured) report("dispatch", { sinks }, decisions, run);
  else run();
}

/** Each decision is one task that is taken and settled. */
function admit(sources: number, decisions: number): void {
  const terms = { oneTask: 100n, epochLength: 60, horizon: 360, rate: () => 10n ** 9n, maxWait: 60 };
  const admission = new Admission(terms);
  const sink = addressOf(10 ** 6);
  for (let index = 0; index < sources; index++) {
    admission.paid(addressOf(index), 0n, 0);
    admission.paid(addressOf(index), 10n ** 12n, 60);
  }
  const keys = Array.from({ length: decisions }, (_, i) => {
    return { source: addressOf(i % sources), sink, taskTypeId: zeroHash, nonce: numberToHex(i, { size: 32 }) };
  });
  report("admission", { sources }, decisions, () => {
    for (const key of keys) {
      admission.admit({ key, hash: zeroHash, maximum: 100n, validBefore: 90, now: 61 });
      admission.settle({ key, cost: 90n, answer: "" });
    }
  });
}

// The first run pays for compilation; it is measured by nobody.
dispatch(100, 20_000, false);
for (const sinks of [10, 1_000, 10_000]) dispatch(sinks, 100_000, true);
for (const sources of [10, 1_000]) admit(sources, 100_000);

for (const { ratio, cpuMilliseconds, ...run } of await measurePaywall()) {
  const rounded = { ratio: Number(ratio.toFixed(2)), cpuMilliseconds: Number(cpuMilliseconds.toFixed(3)) };
  console.log(JSON.stringify({ what: "paywall", ...run, ...rounded }));
}

/** What a client asks its endpoint, read by read and action by action. */
async function countRequests(chain: RunningEconomy): Promise<void> {
  const { deployment } = chain;
  const task = { deployment, taskTypeId: await chain.registerTaskType("work") };
  const seller = await addSink(chain, task.taskTypeId, "sink", 100n);
  await signalFor(chain, task.taskTypeId, seller, 100n, 5);
  const { account } = await chain.actor("source");
  await chain.giveTokens(account.address, parseEther("1000"));
  const { transport, asked } = counted(http(chain.url));
  const client = createClient({ account, chain: foundry, transport, pollingInterval: 20 });
  const [sink, source, flowRate] = [seller.account.address, account.address, 10n * UNIT_RATE];
  const actions: [string, () => Promise<unknown>][] = [
    ["getTaskType", () => getTaskType(client, task)],
    ["getPool", () => getPool(client, task)],
    ["getSource", () => getSource(client, { ...task, source })],
    ["getSink", () => getSink(client, { ...task, sink })],
    ["getPipeline", () => getPipeline(client, task)],
    ["quoteStream", () => quoteStream(client, { ...task, source, flowRate })],
    ["openStream", () => openStream(client, { ...task, flowRate })],
    ["changeStream", () => changeStream(client, { ...task, flowRate: 2n * flowRate })],
    ["syncSource", () => syncSource(client, task)],
    ["closeStream", () => closeStream(client, task)],
    ["deposit", () => deposit(client, { ...task, amount: parseEther("1") })],
  ];
  for (const [action, run] of actions) {
    asked.length = 0;
    await run();
    console.log(JSON.stringify({ what: "requests", action, requests: beyondTransaction(asked) }));
  }
}

const chain = await startLocalEconomy();
await countRequests(chain).finally(chain.stop);

await measureSidecars((line) => console.log(JSON.stringify(line)));
