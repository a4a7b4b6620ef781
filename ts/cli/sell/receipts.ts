import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import { submitReceipts } from "../../sdk/receipts/submitReceipts.ts";
import type { TaskTypeParameter, WriteClient } from "../../sdk/types.ts";

/** Carries receipts to the chain, each sum once. */
export class ReceiptCarrier {
  readonly #carried = new Map<string, bigint>();
  #carrying: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: WriteClient,
    private readonly task: TaskTypeParameter,
  ) {}

  /** @param receipts The latest of each source. */
  carry(receipts: readonly SignedReceipt[]): Promise<void> {
    const carried = this.#carrying.then(() => this.#carry(receipts));
    this.#carrying = carried.catch(() => {});
    return carried;
  }

  async #carry(receipts: readonly SignedReceipt[]): Promise<void> {
    const fresh = receipts.filter(({ source, completed }) => completed > (this.#carried.get(source) ?? 0n));
    if (fresh.length === 0) return;
    const { deployment, taskTypeId } = this.task;
    await submitReceipts(this.client, { deployment, taskTypeId, receipts: fresh });
    for (const { source, completed } of fresh) this.#carried.set(source, completed);
  }
}
