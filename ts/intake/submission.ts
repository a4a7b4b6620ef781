import type { Hex } from "viem";
import type { Logger } from "../services/logger.ts";
import type { Sender } from "../services/sender.ts";
import type { SendOutcome, Transaction } from "../services/transaction.ts";
import type { Message } from "./messageKind.ts";
import type { Entry } from "./store.ts";

/** Entries of each task type, the oldest first. */
export function byTaskType<message extends Message>(entries: readonly Entry<message>[]): Map<Hex, Entry<message>[]> {
  const groups = new Map<Hex, Entry<message>[]>();
  for (const entry of [...entries].sort((a, b) => a.receivedAt - b.receivedAt)) {
    const taskTypeId = entry.message.taskTypeId.toLowerCase() as Hex;
    groups.set(taskTypeId, [...(groups.get(taskTypeId) ?? []), entry]);
  }
  return groups;
}

export type SubmitParameters<item> = {
  items: readonly item[];
  /** Most in one transaction. */
  batchSize: number;
  /** The transaction that takes some of them to the chain. */
  transaction: (items: readonly item[]) => Transaction;
  sender: Pick<Sender, "send">;
  log: Logger;
};

/** What was in one transaction, and how it ended. */
export type Batch<item> = { items: readonly item[]; outcome: SendOutcome };

/**
 * Sends items in batches. A batch that the chain refuses as a whole is sent in halves, so that whatever spoils it ends
 * up alone.
 */
export async function submit<item>(parameters: SubmitParameters<item>): Promise<Batch<item>[]> {
  const { items, batchSize } = parameters;
  const batches: (readonly item[])[] = [];
  for (let first = 0; first < items.length; first += batchSize) batches.push(items.slice(first, first + batchSize));
  const sent = await Promise.all(batches.map((batch) => submitBatch(parameters, batch)));
  return sent.flat();
}

async function submitBatch<item>(parameters: SubmitParameters<item>, items: readonly item[]): Promise<Batch<item>[]> {
  const { transaction, sender, log } = parameters;
  const outcome = await sender.send(transaction(items));
  if (outcome.status !== "refused") return [{ items, outcome }];
  log.warn({ size: items.length, error: outcome.error }, "the chain refuses a batch");
  if (items.length === 1) return [{ items, outcome }];
  const half = Math.ceil(items.length / 2);
  return submit({ ...parameters, items, batchSize: half });
}
