import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { parseEther } from "viem";
import {
  getTaskType,
  type SignedReceipt,
  setProfile,
  submitReceipts,
  type TaskTypeParameter,
  type WriteClient,
} from "../../ts/sdk/index.ts";
import {
  Admission,
  CreditFeed,
  CreditQueue,
  countersOf,
  createSeller,
  getSources,
  measureOf,
  ServedMeter,
} from "../../ts/sdk/work/index.ts";

/** What a task costs here, at most. */
export const PRICE = parseEther("0.005");

/** An agent that counts words for whoever has paid it. A real one keeps its tables in a `DurableMap`. */
export async function startSeller(client: WriteClient, task: TaskTypeParameter) {
  const taskType = await getTaskType(client, task);
  const { epochLength, horizon, unitRate } = taskType;
  const meter = new ServedMeter({ concurrency: 1, horizon, expectedWork: 50, expectedServiceTime: 0.5 });
  const rate = () => BigInt(Math.floor(meter.rate)) * unitRate;
  const admission = new Admission({ oneTask: PRICE, epochLength, horizon, rate, maxWait: epochLength });
  const feed = new CreditFeed(client, {
    ...{ deployment: task.deployment, taskType },
    sources: () => getSources(client, { ...task, fromBlock: 0n }),
    sinks: async () => [client.account.address],
    onCredit: (source, _, credit, now) => admission.paid(source, credit, now),
  });
  const now = () => feed.now();
  const receipts = new Map<string, SignedReceipt>();

  let sell: (request: Request) => Promise<Response> = async () => new Response("", { status: 503 });
  const server = createAdaptorServer({
    fetch: (request: Request): Response | Promise<Response> =>
      new URL(request.url).pathname === "/profile.json"
        ? Response.json({ version: 1, name: "word counter", endpoint, unit: "request" })
        : sell(request),
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = `${url}/work`;
  sell = createSeller(client, {
    ...{ ...task, endpoint, admission, receipts, now, metering: { meter, unitRate } },
    queue: new CreditQueue({ concurrency: 1, creditOf: (source) => admission.available(source, now()) }),
    counters: countersOf(client, { ...task, side: "sink", table: new Map() }),
    maximumOf: () => PRICE,
    work: async (text) => ({ body: `${text.split(/\s+/).length} words`, cost: PRICE }),
    durable: async () => {},
  });
  await setProfile(client, { ...task, profileUri: `${url}/profile.json` });
  return {
    /** Call it every few seconds: it learns who has paid. */
    refresh: () => feed.refresh(),
    measure: measureOf({ meter, unitRate, admission }),
    submitReceipts: () => submitReceipts(client, { ...task, receipts: [...receipts.values()] }),
    stop: () => server.close(),
  };
}
