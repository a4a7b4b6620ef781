import { type Address, getAddress, type Hex, isAddressEqual } from "viem";
import { InvalidParameterError, ReceiptError } from "../errors.ts";
import type { Deployment, WriteClient } from "../types.ts";
import type { Receipt } from "../utils/typedData.ts";
import { signReceipt } from "./signReceipt.ts";
import { verifyReceipt } from "./verifyReceipt.ts";

/** A receipt that both sides have signed; `submitReceipts` takes it to the chain. */
export type SignedReceipt = Receipt & { sourceSignature: Hex; sinkSignature: Hex };

export type ReceiptBookParameters = { deployment: Deployment; taskTypeId: Hex; sink: Address };

/** A receipt that the source has signed. */
export type AcceptReceiptParameters = { receipt: Receipt; sourceSignature: Hex };

/** What `toJSON` gives and `restore` takes: amounts as decimal text. */
export type ReceiptBookState = {
  delivered: Record<Address, string>;
  receipts: (Omit<SignedReceipt, "completed"> & { completed: string })[];
};

/**
 * A sink's book of receipts: what it has delivered to each source since the beginning, and the latest receipt that
 * both have signed. Keep `toJSON` somewhere durable and `restore` it after a restart: receipts are cumulative, so a
 * book that starts again from zero produces receipts that acknowledge nothing new.
 * @example
 * const book = new ReceiptBook({ deployment, taskTypeId, sink });
 * const receipt = book.deliver({ source, value: parseEther("1") }); // send this to the source
 * const sourceSignature = await signReceipt(sourceClient, { deployment, receipt }); // what the source answers
 * const signed = await book.accept(sinkClient, { receipt, sourceSignature });
 */
export class ReceiptBook {
  readonly #terms: ReceiptBookParameters;
  readonly #delivered = new Map<Address, bigint>();
  readonly #receipts = new Map<Address, SignedReceipt>();

  constructor(parameters: ReceiptBookParameters) {
    this.#terms = parameters;
  }

  /**
   * Counts a finished task.
   * @param value Price of the task, wei.
   * @returns The receipt for the source to sign; it covers everything so far.
   */
  deliver({ source, value }: { source: Address; value: bigint }): Receipt {
    if (value < 0n) throw new InvalidParameterError(`the value of a task cannot be negative: ${value}`);
    const key = getAddress(source);
    const completed = (this.#delivered.get(key) ?? 0n) + value;
    this.#delivered.set(key, completed);
    const { taskTypeId, sink } = this.#terms;
    return { taskTypeId, source: key, sink, completed };
  }

  /**
   * Takes a receipt that its source has signed, checks it, signs it for the sink and keeps it.
   * @throws {ReceiptError} if it is another's, acknowledges no more than the latest, or is not signed by its source.
   */
  async accept(client: WriteClient, { receipt, sourceSignature }: AcceptReceiptParameters): Promise<SignedReceipt> {
    const { deployment, taskTypeId, sink } = this.#terms;
    if (receipt.taskTypeId !== taskTypeId || !isAddressEqual(receipt.sink, sink)) {
      throw new ReceiptError("the receipt is for another sink or task type");
    }
    const latest = this.latest(receipt.source)?.completed ?? 0n;
    if (receipt.completed <= latest) {
      throw new ReceiptError(`the receipt acknowledges ${receipt.completed} wei, and ${latest} wei are signed already`);
    }
    const signed = { deployment, receipt, signer: receipt.source, signature: sourceSignature };
    if (!(await verifyReceipt(client, signed))) throw new ReceiptError(`${receipt.source} has not signed this receipt`);

    const complete = { ...receipt, sourceSignature, sinkSignature: await signReceipt(client, { deployment, receipt }) };
    this.#receipts.set(getAddress(receipt.source), complete);
    return complete;
  }

  /** The latest receipt of a source that both sides have signed. */
  latest(source: Address): SignedReceipt | undefined {
    return this.#receipts.get(getAddress(source));
  }

  /** What was delivered to a source since the beginning, wei. */
  delivered(source: Address): bigint {
    return this.#delivered.get(getAddress(source)) ?? 0n;
  }

  /** The latest receipt of every source. */
  receipts(): SignedReceipt[] {
    return [...this.#receipts.values()];
  }

  /** All of it, for `restore`. */
  toJSON(): ReceiptBookState {
    return {
      delivered: Object.fromEntries([...this.#delivered].map(([source, wei]) => [source, String(wei)])),
      receipts: this.receipts().map((receipt) => ({ ...receipt, completed: String(receipt.completed) })),
    };
  }

  /** The book as it was when `toJSON` was called. */
  static restore(parameters: ReceiptBookParameters, state: ReceiptBookState): ReceiptBook {
    const book = new ReceiptBook(parameters);
    for (const [source, wei] of Object.entries(state.delivered)) book.#delivered.set(getAddress(source), BigInt(wei));
    for (const receipt of state.receipts) {
      book.#receipts.set(getAddress(receipt.source), { ...receipt, completed: BigInt(receipt.completed) });
    }
    return book;
  }
}
