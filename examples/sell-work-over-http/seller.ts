import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { type Address, type Hex, isAddress, isHex } from "viem";
import { verifyMessage } from "viem/actions";
import { z } from "zod";
import {
  CapacityMeter,
  type Deployment,
  getPool,
  getSource,
  ReceiptBook,
  submitReceipts,
  TaskQueue,
  type WriteClient,
} from "../../ts/sdk/index.ts";

const hex = z.custom<Hex>((value) => isHex(value));
const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value));
const orderSchema = z.object({ source: address, nonce: z.string(), text: z.string().max(10_000), signature: hex });
const acknowledgementSchema = z.object({ source: address, completed: z.coerce.bigint(), sourceSignature: hex });

export type SellerParameters = { deployment: Deployment; taskTypeId: Hex; account: WriteClient };

/** The body of a 402. */
export type Terms = { chainId: number; taskTypeId: Hex; pool: Address; token: Address; minimumFlowRate: string };

/** The body of a 200: the work, and the receipt to sign for all work so far. */
export type Served = {
  result: string;
  receipt: { taskTypeId: Hex; source: Address; sink: Address; completed: string };
};

/** What the caller signs, so that nobody works at somebody else's cost. */
export const orderMessage = ({ nonce, text }: { nonce: string; text: string }) => `order ${nonce}: ${text}`;

/** An agent that counts words. It serves whoever streams to its pool, and nobody else. */
export async function startSeller({ deployment, taskTypeId, account }: SellerParameters) {
  const task = { deployment, taskTypeId };
  const { taskType, totalUnits } = await getPool(account, task);

  // One word is one unit-second of work; q is the price of that.
  const meter = new CapacityMeter({ concurrency: 2, expectedWork: 20, expectedServiceTime: 0.2 });
  const workOf = (text: string) => text.split(/\s+/).length;
  const run = async (text: string) => `${workOf(text)} words`;
  const queue = new TaskQueue({ run, workOf, meter, maxWait: 30 });
  const book = new ReceiptBook({ ...task, sink: account.account.address });
  const usedNonces = new Set<string>();

  // What one word a second costs; less than the pool's own minimum would be rounded down to nothing.
  let minimumFlowRate = taskType.unitRate;
  if (minimumFlowRate < totalUnits) minimumFlowRate = totalUnits;

  /** Everything that a caller needs in order to pay, for programs. */
  const terms = {
    chainId: account.chain.id,
    taskTypeId,
    pool: taskType.distributionPool,
    token: taskType.superToken,
    minimumFlowRate: String(minimumFlowRate),
    warning: "stream with distributeFlow (openStream of the SDK); a transfer to the pool is lost",
  };

  const app = new Hono();
  app.post("/work", async (context) => {
    const { source, nonce, text, signature } = orderSchema.parse(await context.req.json());
    const signed = await verifyMessage(account, { address: source, message: orderMessage({ nonce, text }), signature });
    if (!signed || usedNonces.has(nonce)) return context.json({ error: "sign every order, with a new nonce" }, 401);
    const { flowRate } = await getSource(account, { ...task, source });
    if (flowRate < minimumFlowRate) return context.json(terms, 402);
    usedNonces.add(nonce);
    const result = await queue.push(text);
    const receipt = book.deliver({ source, value: BigInt(workOf(text)) * taskType.unitRate });
    return context.json({ result, receipt: { ...receipt, completed: String(receipt.completed) } });
  });
  // The caller sends the receipt back with its signature; ours completes it.
  app.post("/receipts", async (context) => {
    const { source, completed, sourceSignature } = acknowledgementSchema.parse(await context.req.json());
    const receipt = { taskTypeId, source, sink: account.account.address, completed };
    const accepted = await book.accept(account, { receipt, sourceSignature });
    return context.json({ acknowledged: String(accepted.completed) });
  });

  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What to signal: capacity and backlog. */
    measure: () => queue.measure(),
    /** Takes what was acknowledged to the chain; a verifier service would do it for all sinks. */
    submitReceipts: () => submitReceipts(account, { ...task, receipts: book.receipts() }),
    stop: async () => {
      await queue.drain();
      server.close();
    },
  };
}
