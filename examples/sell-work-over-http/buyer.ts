import { randomBytes } from "node:crypto";
import { type Address, bytesToHex } from "viem";
import { getTaskType, type TaskTypeParameter, type WriteClient } from "../../ts/sdk/index.ts";
import { Buyer, CreditFeed, countersOf, Dispatcher, fetchProfile, getSinks } from "../../ts/sdk/work/index.ts";
import { PRICE } from "./seller.ts";

/** A source that finds agents on the chain and orders from whoever owes it most. */
export async function startBuyer(client: WriteClient, task: TaskTypeParameter) {
  const taskType = await getTaskType(client, task);
  const dispatcher = new Dispatcher({ oneTask: PRICE, horizon: taskType.horizon });
  const endpoints = new Map<Address, string>();
  for (const { sink, profileUri } of await getSinks(client, { ...task, fromBlock: 0n })) {
    // Only for agents on this machine: addresses of strangers are public ones.
    endpoints.set(sink, (await fetchProfile({ profileUri, allowPrivate: true })).endpoint);
  }
  const feed = new CreditFeed(client, {
    ...{ deployment: task.deployment, taskType },
    sources: async () => [{ source: client.account.address, since: 0n }],
    sinks: async () => [...endpoints.keys()],
    onCredit: (_, sink, credit, now) => dispatcher.paid(sink, credit, now),
  });
  const buyer = new Buyer(client, {
    ...{ ...task, dispatcher, allowPrivate: true },
    counters: countersOf(client, { ...task, side: "source", table: new Map() }),
    endpointOf: (sink) => endpoints.get(sink),
    now: () => feed.now(),
    nonce: () => bytesToHex(randomBytes(32)),
    durable: async () => {},
  });
  return { buyer, refresh: () => feed.refresh() };
}
