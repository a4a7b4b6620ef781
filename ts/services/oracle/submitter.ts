import { type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import type { ChainContext } from "../intake/chain.ts";
import { byTaskType } from "../intake/messageKind.ts";
import type { Entry, MessageStore } from "../intake/store.ts";
import type { Triage } from "../intake/triage.ts";
import type { Visits } from "../intake/visits.ts";
import { perform } from "../keeper/perform.ts";
import type { Sender } from "../runtime/sender.ts";
import { type Transaction, transactionOf } from "../runtime/transaction.ts";
import { type AttestationMessage, toAttestation } from "./attestation.ts";

export type AttestationSubmitterParameters = {
  context: ChainContext;
  store: MessageStore<AttestationMessage>;
  triage: Triage<AttestationMessage>;
  visits: Visits;
  sender: Pick<Sender, "send">;
  /** Attestations in one transaction, at most; so many are sent at once. */
  batchSize: number;
  /** Longest wait for a full batch, milliseconds; less if a task type's report delay is short. */
  maxWait: number;
};

type Waiting = Entry<AttestationMessage>;

/** `ICapacityRegistry.Skipped.FromTheFuture`: the one reason for which an entry is tried again. */
const FROM_THE_FUTURE = 2;

/** Batches of one visit: bounds what is asked of an endpoint at once, whatever the number of sinks. */
const MOST_BATCHES = 8;

/** Takes attestations to the chain, in batches per task type. */
export class AttestationSubmitter {
  readonly #parameters: AttestationSubmitterParameters;

  constructor(parameters: AttestationSubmitterParameters) {
    this.#parameters = parameters;
  }

  /** Submits what is due. */
  async round(head: bigint): Promise<void> {
    const { store, visits } = this.#parameters;
    const groups = [...byTaskType(await store.entries())];
    await Promise.all(
      groups.map(([taskTypeId, entries]) => visits.visit(taskTypeId, () => this.#serve(taskTypeId, entries, head))),
    );
  }

  async #serve(taskTypeId: Hex, entries: readonly Waiting[], head: bigint): Promise<boolean> {
    const { triage, sender, batchSize } = this.#parameters;
    const open = entries.filter((entry) => !triage.isConfirming(entry, head));
    if (!(await this.#isDue(taskTypeId, open))) return true;
    const items = await triage.sort(open.slice(0, MOST_BATCHES * batchSize), head);
    if (items.length === 0) return true;
    const build = (some: readonly Waiting[]): Transaction => this.#transaction(taskTypeId, some);
    const work = { action: "submitAttestations", taskTypeId, items, most: batchSize, build };
    const { left } = await perform(sender, work, async (some, outcome) => {
      if (outcome.status === "confirmed") await this.#conclude(some, outcome.receipt);
    });
    return !left;
  }

  /** A batch is full, or its first has waited for as long as it may. */
  async #isDue(taskTypeId: Hex, [first, ...rest]: readonly Waiting[]): Promise<boolean> {
    if (first === undefined) return false;
    const { context, batchSize, maxWait } = this.#parameters;
    // What is no longer served is looked at to be forgotten.
    if (1 + rest.length >= batchSize || !context.taskTypes.serves(taskTypeId)) return true;
    const { reportDelay } = await context.taskTypes.get(taskTypeId);
    return Date.now() - first.receivedAt >= Math.min(maxWait, (reportDelay * 1000) / 2);
  }

  #transaction(taskTypeId: Hex, batch: readonly Waiting[]): Transaction {
    const { capacityRegistry } = contractsOf(this.#parameters.context.deployment);
    const attestations = batch.map(({ message }) => toAttestation(message));
    const about = { taskTypeId, attestations: batch.length };
    return transactionOf(capacityRegistry.submitAttestations(taskTypeId, attestations), about);
  }

  /** Between the last look and the block an entry may have turned bad: the contract has the last word. */
  async #conclude(batch: readonly Waiting[], { logs }: TransactionReceipt): Promise<void> {
    const { triage } = this.#parameters;
    const skipped = parseEventLogs({ abi: capacityRegistryAbi, eventName: "AttestationSkipped", logs });
    const reasons = new Map(skipped.map(({ args }) => [Number(args.index), args.reason]));
    for (const [index, entry] of batch.entries()) {
      const reason = reasons.get(index);
      if (reason === undefined) await triage.forget(entry, "on_chain", "it is on the chain");
      else if (reason !== FROM_THE_FUTURE) {
        await triage.forget(entry, "skipped", `the chain skipped it: reason ${reason}`);
      }
    }
  }
}
