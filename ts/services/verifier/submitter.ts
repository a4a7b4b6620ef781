import { type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import { completionTrackerAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { BatchSize } from "../intake/batchSize.ts";
import type { ChainContext } from "../intake/chain.ts";
import { byTaskType } from "../intake/messageKind.ts";
import type { Entry, MessageStore } from "../intake/store.ts";
import type { Triage } from "../intake/triage.ts";
import { chunks, perform } from "../keeper/perform.ts";
import type { Head } from "../runtime/heads.ts";
import { inLanes } from "../runtime/inLanes.ts";
import type { Sender } from "../runtime/sender.ts";
import { type Transaction, transactionOf } from "../runtime/transaction.ts";
import { isCreditable } from "./checkReceipt.ts";
import { type ReceiptMessage, toReceipt } from "./receipt.ts";

export type ReceiptSubmitterParameters = {
  context: ChainContext;
  store: MessageStore<ReceiptMessage>;
  triage: Triage<ReceiptMessage>;
  sender: Pick<Sender, "send">;
  /** Receipts in one transaction, at most. */
  batchSize: number;
};

type Waiting = Entry<ReceiptMessage>;

/**
 * In the order of `ICompletionTracker.Skipped`; those that the same receipt cannot be freed from. The others are tried
 * again: receipts are cumulative, and later its source has spent more, or its sink was paid more.
 */
const FINAL = new Map([
  [1, "nothing_new"],
  [4, "bad_source_signature"],
  [5, "bad_sink_signature"],
]);

/** Batches that are looked at together: bounds what is asked of an endpoint at once, whatever the number of pairs. */
const MOST_BATCHES = 8;
const LANES = 4;

/** What a receipt takes that is the first of its source in an epoch, gas. */
const DEAR = 260_000n;

/** Takes receipts to the chain, the latest of each pair. */
export class ReceiptSubmitter {
  readonly #parameters: ReceiptSubmitterParameters;
  readonly #size: BatchSize;

  constructor(parameters: ReceiptSubmitterParameters) {
    this.#parameters = parameters;
    this.#size = new BatchSize(parameters.batchSize, DEAR);
  }

  /**
   * Submits what counts of a task type now.
   * @returns Whether it is done for now; false if it should be tried again soon.
   */
  async submit(taskTypeId: Hex, head: Head): Promise<boolean> {
    const { store } = this.#parameters;
    const entries = byTaskType(await store.entries()).get(taskTypeId.toLowerCase() as Hex) ?? [];
    const waiting = [...chunks(entries, MOST_BATCHES * this.#size.next)];
    let done = true;
    await inLanes(
      LANES,
      () => (done ? waiting.shift() : undefined),
      async (some) => {
        done = (await this.#submitSome(taskTypeId, some, head)) && done;
      },
    );
    return done;
  }

  async #submitSome(taskTypeId: Hex, entries: readonly Waiting[], head: Head): Promise<boolean> {
    const { context, triage, sender } = this.#parameters;
    const acceptable = await triage.sort(entries, head.number);
    const creditable = await Promise.all(acceptable.map(({ message }) => isCreditable(context, message)));
    const items = acceptable.filter((_, index) => creditable[index]);
    if (items.length === 0) return true;
    const build = (some: readonly Waiting[]): Transaction => this.#transaction(taskTypeId, some);
    const size = this.#size;
    const work = {
      ...{ action: "acknowledge", taskTypeId, items, build },
      get most() {
        return size.next;
      },
    };
    const { left } = await perform(sender, work, async (some, outcome) => {
      if (outcome.status !== "confirmed") return;
      size.learn(some.length, outcome.receipt.gasUsed);
      await this.#conclude(some, outcome.receipt);
    });
    return !left;
  }

  #transaction(taskTypeId: Hex, batch: readonly Waiting[]): Transaction {
    const { completionTracker } = contractsOf(this.#parameters.context.deployment);
    const receipts = batch.map(({ message }) => toReceipt(message));
    const about = { taskTypeId, receipts: batch.length };
    // No pair is in two batches at once, and receipts are cumulative: their order does not matter.
    const known = { gas: this.#size.gasOf(batch.length), independent: true };
    return { ...transactionOf(completionTracker.acknowledge(taskTypeId, receipts), about), ...known };
  }

  /** A receipt of which only a part counts stays, until its source has spent, and its sink was paid, the rest. */
  async #conclude(batch: readonly Waiting[], { logs }: TransactionReceipt): Promise<void> {
    const { triage } = this.#parameters;
    const skipped = parseEventLogs({ abi: completionTrackerAbi, eventName: "ReceiptSkipped", logs });
    for (const { args } of skipped) {
      const [entry, reason] = [batch[Number(args.index)], FINAL.get(args.reason)];
      if (entry && reason) await triage.forget(entry, "skipped", `the chain skipped it: ${reason}`);
    }
    const counted = parseEventLogs({ abi: completionTrackerAbi, eventName: "Acknowledged", logs });
    for (const { args } of counted) {
      const entry = batch.find(({ message }) => {
        const { source, sink, completed } = toReceipt(message);
        return source === args.source && sink === args.sink && completed === args.completed;
      });
      if (entry) await triage.forget(entry, "on_chain", "it is on the chain");
    }
  }
}
