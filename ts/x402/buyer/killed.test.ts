import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource } from "../../localchain/participants.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { runFixture } from "../../testkit/processes.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { ForeignStreamError } from "../errors.ts";
import { Store } from "../store.ts";
import { Purse } from "./purse.ts";

const [PER_HOUR, HELD] = [parseEther("10"), parseEther("500")];

let chain: TestChain;
let folder: string;
beforeAll(async () => {
  chain = await startTestChain();
  folder = await mkdtemp(join(tmpdir(), "purse-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await chain.stop();
});

/** A program that opens a stream within its budget, and does nothing afterwards. */
const program = (name: string, url: string, task: object, store: string) => `
  const { createClient, http, keccak256, stringToBytes } = await import("viem");
  const { privateKeyToAccount } = await import("viem/accounts");
  const { foundry } = await import("viem/chains");
  const { BuyerAccount } = await import("./ts/x402/buyer/account.ts");
  const account = privateKeyToAccount(keccak256(stringToBytes(${JSON.stringify(name)})));
  const client = createClient({ account, chain: foundry, transport: http(${JSON.stringify(url)}), pollingInterval: 20 });
  const buyer = await BuyerAccount.open({
    client, ...${JSON.stringify(task)}, folder: ${JSON.stringify(store)}, maxWork: 1n, budget: { perHour: ${PER_HOUR}n },
  });
  await buyer.purse.ensure(1n);
  console.log("streams");
  setInterval(() => {}, 1000);
`;

test.each([
  ["before its stream is sent", "eth_estimateGas"],
  ["when its stream has just been sent", "eth_sendRawTransaction"],
  ["later", "never"],
])("a buyer that is killed with SIGKILL %s keeps its budget", async (moment, method) => {
  const name = `killed ${moment}`;
  const taskTypeId = await chain.registerTaskType(name);
  const task = { deployment: chain.deployment, taskTypeId };
  await addSink(chain, taskTypeId, `sink of ${name}`, 100n);
  const client: WriteClient = await addSource(chain, name, HELD);
  const rpc = await FaultyRpc.start(chain.url);
  const store = join(folder, moment.replaceAll(" ", "-"));
  const { child, firstLine } = runFixture(program(name, rpc.url, task, store));
  const exited = once(child, "exit");
  rpc.onMoment = () => {
    if (rpc.asked.at(-1) === method) child.kill("SIGKILL");
  };
  await Promise.race([firstLine.catch(() => {}), exited]);
  child.kill("SIGKILL");
  await exited;
  await rpc.stop();
  await chain.test.mine({ blocks: 1 });

  const source = client.account.address;
  const look = () => getSource(chain.client, { ...task, source });
  const { flowRate, streamDeposit } = await look();
  expect(flowRate * 3600n + streamDeposit).toBeLessThanOrEqual(PER_HOUR);
  // Nobody comes back for a day: the stream goes on, and every hour of it is within the budget.
  const before = await look();
  await chain.pass(86_400);
  const after = await look();
  const spent = before.availableBalance - after.availableBalance;
  expect(spent).toBeLessThanOrEqual(24n * PER_HOUR);
  expect(spent).toBe(flowRate * BigInt(after.timestamp - before.timestamp));

  // A program without its memory does not touch the stream; the one with it closes it.
  const shared = { client, ...task, budget: { perHour: PER_HOUR } };
  const forgetful = { ...shared, table: new Map(), durable: async () => {} };
  if (flowRate > 0n) await expect(Purse.open(forgetful)).rejects.toThrow(ForeignStreamError);
  const kept = await Store.open(store, `source ${client.chain.id} ${taskTypeId} ${source}`);
  const purse = await Purse.open({ ...shared, table: kept.table("purse"), durable: () => kept.durable() });
  expect(purse.flowRate).toBe(flowRate);
  await purse.close();
  await kept.close();
  expect(await look()).toMatchObject({ flowRate: 0n, streamDeposit: 0n });
  // What was sent in the last moment is on the chain, and what was not is not.
  expect(flowRate > 0n).toBe(method !== "eth_estimateGas");
});
