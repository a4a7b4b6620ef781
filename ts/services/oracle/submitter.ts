import { type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import type { SignedAttestation } from "../../sdk/sink/signAttestation.ts";
import { packAttestations } from "../../sdk/utils/packedAttestations.ts";
import { BatchSize } from "../intake/batchSize.ts";
import type { ChainContext } from "../intake/chain.ts";
import { byTaskType } from "../intake/messageKind.ts";
import type { Entry, MessageStore } from "../intake/store.ts";
import type { Triage } from "../intake/triage.ts";
import type { Visits } from "../intake/visits.ts";
import { chunks, perform } from "../keeper/perform.ts";
import { inLanes } from "../runtime/inLanes.ts";
import type { Sender } from "../runtime/sender.ts";
import { type Transaction, transactionOf } from "../runtime/transaction.ts";
import { type AttestationMessage, toAttestation } from "./attestation.ts";
import { packedCheck } from "./checkAttestation.ts";

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

/** One of the two forms in which attestations are submitted. What one of them costs says little about the other. */
type Form = {
  size: BatchSize;
  callOf: (taskTypeId: Hex, attestations: readonly SignedAttestation[]) => AnyCall;
};

/** `ICapacityRegistry.Skipped.FromTheFuture`: the one reason for which an entry is tried again. */
const FROM_THE_FUTURE = 2;

/** Batches of one visit, and visits of a task type at once: bounds what is asked of an endpoint, whatever the number of sinks. */
const MOST_BATCHES = 8;
const MOST_VISITS = 4;

/** What an attestation that moves units takes, at most as a rule, gas. */
const DEAR = 260_000n;

/** Takes attestations to the chain, in batches per task type; several are under way at once. */
export class AttestationSubmitter {
  readonly #parameters: AttestationSubmitterParameters;
  readonly #countsPacked: (message: AttestationMessage) => Promise<boolean>;
  /** Places whose message is under way: a newer one waits for it. */
  readonly #underWay = new Set<string>();
  /** Cheaper, and taken by all whose key has signed: the rule. */
  readonly #packed: Form;
  readonly #unpacked: Form;

  constructor(parameters: AttestationSubmitterParameters) {
    const { context, batchSize } = parameters;
    const { capacityRegistry } = contractsOf(context.deployment);
    this.#parameters = parameters;
    this.#countsPacked = packedCheck(context);
    this.#packed = {
      size: new BatchSize(batchSize, DEAR),
      callOf: (id, attestations) => capacityRegistry.submitPackedAttestations(id, packAttestations(attestations)),
    };
    this.#unpacked = {
      size: new BatchSize(batchSize, DEAR),
      callOf: (id, attestations) => capacityRegistry.submitAttestations(id, attestations),
    };
  }

  /** Submits what is due. */
  async round(head: bigint): Promise<void> {
    const { store, triage, visits } = this.#parameters;
    const entries = await store.entries();
    const open = entries.filter((entry) => !this.#underWay.has(entry.key) && !triage.isConfirming(entry, head));
    const most = MOST_BATCHES * this.#packed.size.next;
    const work = [...byTaskType(open)].flatMap(([taskTypeId, group]) =>
      chunks(group, most).map((some) => ({ taskTypeId, some })),
    );
    await Promise.all(
      work.map(({ taskTypeId, some }) =>
        visits.visit(taskTypeId, () => this.#serve(taskTypeId, some, head), MOST_VISITS),
      ),
    );
  }

  async #serve(taskTypeId: Hex, entries: readonly Waiting[], head: bigint): Promise<boolean> {
    for (const { key } of entries) this.#underWay.add(key);
    try {
      if (!(await this.#isDue(taskTypeId, entries))) return true;
      return await this.#submit(taskTypeId, await this.#parameters.triage.sort(entries, head));
    } finally {
      for (const { key } of entries) this.#underWay.delete(key);
    }
  }

  /** Each in the form in which it counts. @returns Whether nothing is left to be tried again. */
  async #submit(taskTypeId: Hex, items: readonly Waiting[]): Promise<boolean> {
    const isPacked = await Promise.all(items.map(({ message }) => this.#countsPacked(message)));
    const batches = [
      { form: this.#packed, some: items.filter((_, index) => isPacked[index]) },
      { form: this.#unpacked, some: items.filter((_, index) => !isPacked[index]) },
    ].filter(({ some }) => some.length > 0);
    let done = true;
    await inLanes(
      batches.length,
      () => batches.pop(),
      async ({ form, some }) => {
        if (!(await this.#submitAs(form, taskTypeId, some))) done = false;
      },
    );
    return done;
  }

  async #submitAs(form: Form, taskTypeId: Hex, items: readonly Waiting[]): Promise<boolean> {
    const { size } = form;
    const build = (some: readonly Waiting[]): Transaction => this.#transaction(form, taskTypeId, some);
    const work = {
      ...{ action: "submitAttestations", taskTypeId, items, build },
      get most() {
        return size.next;
      },
    };
    const { left } = await perform(this.#parameters.sender, work, async (some, outcome) => {
      if (outcome.status !== "confirmed") return;
      size.learn(some.length, outcome.receipt.gasUsed);
      await this.#conclude(some, outcome.receipt);
    });
    return !left;
  }

  /** A batch is full, or its first has waited for as long as it may. */
  async #isDue(taskTypeId: Hex, [first, ...rest]: readonly Waiting[]): Promise<boolean> {
    if (first === undefined) return false;
    const { context, maxWait } = this.#parameters;
    // What is no longer served is looked at to be forgotten.
    if (this.#packed.size.isFull(1 + rest.length) || !context.taskTypes.serves(taskTypeId)) return true;
    const { reportDelay } = await context.taskTypes.get(taskTypeId);
    return Date.now() - first.receivedAt >= Math.min(maxWait, (reportDelay * 1000) / 2);
  }

  #transaction({ size, callOf }: Form, taskTypeId: Hex, batch: readonly Waiting[]): Transaction {
    const attestations = batch.map(({ message }) => toAttestation(message));
    const about = { taskTypeId, attestations: batch.length };
    // One action for whoever watches, whatever the form.
    const transaction = { ...transactionOf(callOf(taskTypeId, attestations), about), action: "submitAttestations" };
    // No sink is in two batches at once.
    return { ...transaction, gas: size.gasOf(batch.length), independent: true };
  }

  /** Between the last look and the block an entry may have turned bad: the contract has the last word. */
  async #conclude(batch: readonly Waiting[], { logs }: TransactionReceipt): Promise<void> {
    const { triage } = this.#parameters;
    const skipped = parseEventLogs({ abi: capacityRegistryAbi, eventName: "AttestationSkipped", logs });
    const reasons = new Map(skipped.map(({ args }) => [Number(args.index), args.reason]));
    const forgotten = batch.map(async (entry, index) => {
      const reason = reasons.get(index);
      if (reason === undefined) await triage.forget(entry, "on_chain", "it is on the chain");
      else if (reason !== FROM_THE_FUTURE) {
        await triage.forget(entry, "skipped", `the chain skipped it: reason ${reason}`);
      }
    });
    await Promise.all(forgotten);
  }
}
