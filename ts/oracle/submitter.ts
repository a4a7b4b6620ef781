import type { Hex, TransactionReceipt } from "viem";
import { parseEventLogs } from "viem";
import { capacityRegistryAbi } from "../abi/generated.ts";
import type { ChainContext } from "../intake/chain.ts";
import type { Entry, MessageStore } from "../intake/store.ts";
import { byTaskType, submit } from "../intake/submission.ts";
import type { Triage } from "../intake/triage.ts";
import type { Logger } from "../services/logger.ts";
import type { Sender } from "../services/sender.ts";
import { contractTransaction, type Transaction } from "../services/transaction.ts";
import { type AttestationMessage, toAttestation } from "./attestation.ts";

export type AttestationSubmitterParameters = {
  context: ChainContext;
  store: MessageStore<AttestationMessage>;
  triage: Triage<AttestationMessage>;
  sender: Pick<Sender, "send">;
  log: Logger;
  /** Attestations in one transaction, at most; so many are sent at once. */
  batchSize: number;
  /** Longest wait for a full batch, milliseconds; less if a task type's report delay is short. */
  maxWait: number;
};

type Waiting = Entry<AttestationMessage>;

/** `ICapacityRegistry.Skipped.FromTheFuture`: the one reason for which an entry is tried again. */
const FROM_THE_FUTURE = 2;

/** Milliseconds. */
const LEAST_REST = 1_000;

/** Takes attestations to the chain, in batches per task type. */
export class AttestationSubmitter {
  readonly #parameters: AttestationSubmitterParameters;
  /** Task types of which a batch is under way. */
  readonly #busy = new Set<Hex>();
  /** Task types of which nothing is sent before, milliseconds: the last batch was not, and it would be the same now. */
  readonly #restsUntil = new Map<Hex, number>();

  constructor(parameters: AttestationSubmitterParameters) {
    this.#parameters = parameters;
  }

  /** Submits what is due. A task type that fails is tried again in the next round, and does not hurt the others. */
  async round(head: bigint): Promise<void> {
    const { store, log } = this.#parameters;
    const groups = [...byTaskType(store.entries())].filter(([taskTypeId]) => !this.#busy.has(taskTypeId));
    await Promise.all(
      groups.map(async ([taskTypeId, entries]) => {
        this.#busy.add(taskTypeId);
        try {
          await this.#serve(taskTypeId, entries, head);
        } catch (error) {
          log.warn({ taskTypeId, error }, "a round failed; the next one tries again");
        } finally {
          this.#busy.delete(taskTypeId);
        }
      }),
    );
  }

  async #serve(taskTypeId: Hex, entries: readonly Waiting[], head: bigint): Promise<void> {
    const { triage, sender, log, batchSize, maxWait } = this.#parameters;
    if ((this.#restsUntil.get(taskTypeId) ?? 0) > Date.now()) return;
    const open = entries.filter((entry) => !triage.isSettling(entry, head));
    if (!(await this.#isDue(taskTypeId, open))) return;
    const items = await triage.sort(open, head);
    const transaction = (batch: readonly Waiting[]) => this.#transaction(taskTypeId, batch);
    for (const batch of await submit({ items, batchSize, transaction, sender, log })) {
      if (batch.outcome.status === "confirmed") await this.#conclude(batch.items, batch.outcome.receipt);
      else this.#restsUntil.set(taskTypeId, Date.now() + Math.max(maxWait, LEAST_REST));
    }
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
    return contractTransaction({
      address: this.#parameters.context.deployment.capacityRegistry,
      abi: capacityRegistryAbi,
      functionName: "submitAttestations",
      args: [taskTypeId, batch.map(({ message }) => toAttestation(message))],
      about: { taskTypeId, attestations: batch.length },
    });
  }

  /** Between the last look and the block an entry may have turned bad: the contract has the last word. */
  async #conclude(batch: readonly Waiting[], { logs }: TransactionReceipt): Promise<void> {
    const { triage } = this.#parameters;
    const skipped = parseEventLogs({ abi: capacityRegistryAbi, eventName: "AttestationSkipped", logs });
    const reasons = new Map(skipped.map(({ args }) => [Number(args.index), args.reason]));
    for (const [index, entry] of batch.entries()) {
      const reason = reasons.get(index);
      if (reason === undefined) await triage.forget(entry, "on_chain", "it is on the chain");
      else if (reason !== FROM_THE_FUTURE)
        await triage.forget(entry, "skipped", `the chain skipped it: reason ${reason}`);
    }
  }
}
