import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { bytesToHex, type Hex, parseEther } from "viem";
import { startLocalEconomy, UNIT_RATE } from "../../localchain/localEconomy.ts";
import { addSink, addSource } from "../../localchain/participants.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import { countersOf } from "../../sdk/work/countersOf.ts";
import { Tab } from "../../sdk/work/tab.ts";
import { hashRequest, ORDER_HEADER, toOrderHeader } from "../../sdk/work/wire.ts";
import { keccak256 } from "../../services/intake/keccak.ts";
import { Recoveries } from "../../services/intake/recoveries.ts";
import { perRequest } from "../../x402/meters/meter.ts";
import { Paywall } from "../../x402/seller/paywall.ts";
import { Till } from "../../x402/seller/till.ts";

const [REQUESTS, AT_ONCE, BODY] = [1_000, 16, "x".repeat(1_000)];

type Run = { milliseconds: number; cpuMilliseconds: number };

/** For each request: how many times as long it takes, and the processor time that it takes more, milliseconds. */
export type PaywallCost = {
  signatures: "JavaScript" | "WebAssembly";
  requests: number;
  ratio: number;
  cpuMilliseconds: number;
};

/**
 * What the paywall costs a server: the same requests, over HTTP on this machine, with it and without. The stream has been
 * looked at in this block, as it has for all but the first request of every source. Most of it is the signature, which viem
 * judges in JavaScript, and services in WebAssembly.
 */
export async function measurePaywall(): Promise<PaywallCost[]> {
  const economy = await startLocalEconomy();
  try {
    const task = { deployment: economy.deployment, taskTypeId: await economy.registerTaskType("bench") };
    const client = await addSink(economy, task.taskTypeId, "seller", 100n);
    const source = await addSource(economy, "buyer");
    await openStream(source, { ...task, flowRate: 50n * UNIT_RATE });
    const oneTask = parseEther("0.01");
    const work = (): Response => new Response(BODY, { headers: { "content-type": "text/plain" } });
    const bare = await measure(work, async () => ({}));
    const costs: PaywallCost[] = [];
    for (const [signatures, native] of [
      ["JavaScript", {}],
      ["WebAssembly", { recover: new Recoveries().recover, keccak256 }],
    ] as const) {
      const till = await Till.open({
        client,
        ...task,
        oneTask,
        freeTrials: parseEther("1000000"),
        ...native,
      });
      const paywall = new Paywall({ till, work: perRequest(oneTask) });
      const nonce = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
      const counters = countersOf(source, { ...task, side: "source", table: new Map() });
      const tab = new Tab(source, { ...task, counters, nonce, now: till.now });
      const order = async (url: string): Promise<Record<string, string>> => {
        const requestHash = hashRequest({ method: "POST", url, body: BODY });
        const signed = await tab.sign(tab.draft(client.account.address, { maxWork: oneTask, requestHash }));
        return { [ORDER_HEADER]: toOrderHeader(signed) };
      };
      const paid = await measure((request) => paywall.handle(request, work), order);
      await till.close();
      const cpuMilliseconds = (paid.cpuMilliseconds - bare.cpuMilliseconds) / REQUESTS;
      costs.push({ signatures, requests: REQUESTS, ratio: paid.milliseconds / bare.milliseconds, cpuMilliseconds });
    }
    return costs;
  } finally {
    await economy.stop();
  }
}

async function measure(
  handle: (request: Request) => Response | Promise<Response>,
  headersFor: (url: string) => Promise<Record<string, string>>,
): Promise<Run> {
  const server = createAdaptorServer({ fetch: handle }).listen(0, "127.0.0.1");
  // Signing the orders takes a while, and the connections are not to be closed meanwhile.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = 600_000;
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const buy = async (headers: Record<string, string>): Promise<void> => {
    const answer = await fetch(url, { method: "POST", body: BODY, headers });
    const text = await answer.text();
    if (answer.status !== 200 || text !== BODY) throw new Error(`the server has answered ${answer.status}: ${text}`);
  };
  // The first requests pay for compilation, and for the look at the stream.
  for (let request = 0; request < 100; request++) await buy(await headersFor(url));
  const orders: Record<string, string>[] = [];
  for (let request = 0; request < REQUESTS; request++) orders.push(await headersFor(url));
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const each = async (): Promise<void> => {
    for (let headers = orders.pop(); headers !== undefined; headers = orders.pop()) await buy(headers);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, each));
  const { user, system } = process.cpuUsage(cpu);
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  return { milliseconds: performance.now() - started, cpuMilliseconds: (user + system) / 1000 };
}
