import { type Hex, isAddressEqual } from "viem";
import type { ChainContext } from "../intake/chain.ts";
import { byTaskType } from "../intake/messageKind.ts";
import type { MessageStore } from "../intake/store.ts";
import type { Visits } from "../intake/visits.ts";
import type { Head } from "../runtime/heads.ts";
import type { ReceiptMessage } from "./receipt.ts";
import type { ReceiptSubmitter } from "./submitter.ts";

export type VerifierRoundsParameters = {
  context: ChainContext;
  store: MessageStore<ReceiptMessage>;
  submitter: ReceiptSubmitter;
  visits: Visits;
};

/** Takes the latest receipts of each task type to the chain, so that none is older there than half a receipt interval. */
export class VerifierRounds {
  readonly #parameters: VerifierRoundsParameters;
  /** The term that is done, by task type. */
  readonly #done = new Map<Hex, number>();

  constructor(parameters: VerifierRoundsParameters) {
    this.#parameters = parameters;
  }

  async round(head: Head): Promise<void> {
    const { store, visits } = this.#parameters;
    const taskTypes = [...byTaskType(await store.entries()).keys()];
    await Promise.all(taskTypes.map((taskTypeId) => visits.visit(taskTypeId, () => this.#visit(taskTypeId, head))));
  }

  async #visit(taskTypeId: Hex, head: Head): Promise<boolean> {
    const { context, submitter } = this.#parameters;
    // What is no longer served is looked at to be forgotten.
    if (!context.taskTypes.serves(taskTypeId)) return submitter.submit(taskTypeId, head);
    const { epochLength, receiptEpochs, verifier } = await context.taskTypes.get(taskTypeId);
    if (!isAddressEqual(verifier, context.deployment.completionTracker)) return true;
    const term = Math.floor(Number(head.timestamp) / (epochLength * Math.floor(receiptEpochs / 2)));
    // A round that began earlier may come later.
    if ((this.#done.get(taskTypeId) ?? -1) >= term) return true;
    const done = await submitter.submit(taskTypeId, head);
    if (done) this.#done.set(taskTypeId, term);
    return done;
  }
}
