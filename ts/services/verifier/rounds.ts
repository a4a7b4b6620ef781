import { type Hex, isAddressEqual } from "viem";
import type { ChainContext } from "../intake/chain.ts";
import type { Visits } from "../intake/visits.ts";
import type { Directory } from "../keeper/directory.ts";
import type { Scanner } from "../keeper/scanner.ts";
import type { Head } from "../runtime/heads.ts";
import type { Assessments } from "./assessments.ts";
import type { ReceiptSubmitter } from "./submitter.ts";

export type VerifierRoundsParameters = {
  context: ChainContext;
  /** Task types and their sinks. */
  directory: Directory;
  scanner: Pick<Scanner, "scan">;
  submitter: ReceiptSubmitter;
  assessments: Assessments;
  visits: Visits;
};

/**
 * Once in each epoch of a task type: takes the latest receipts to the chain and then, when they count, settles and
 * judges its sinks.
 */
export class VerifierRounds {
  readonly #parameters: VerifierRoundsParameters;
  /** The epoch that is done, by task type. */
  readonly #done = new Map<Hex, number>();
  /** Whether all events have been read once. */
  #scanned = false;

  constructor(parameters: VerifierRoundsParameters) {
    this.#parameters = parameters;
  }

  async round(head: Head): Promise<void> {
    const { directory, scanner, visits } = this.#parameters;
    await visits.visit("events", async () => {
      await scanner.scan(head.number);
      this.#scanned = true;
      return true;
    });
    // Who does not know all sinks yet would leave some out.
    if (!this.#scanned) return;
    const taskTypes = [...directory.taskTypes.keys()];
    await Promise.all(taskTypes.map((taskTypeId) => visits.visit(taskTypeId, () => this.#visit(taskTypeId, head))));
  }

  async #visit(taskTypeId: Hex, head: Head): Promise<boolean> {
    const { context } = this.#parameters;
    const { epochLength, verifier } = await context.taskTypes.get(taskTypeId);
    const epoch = Math.floor(Number(head.timestamp) / epochLength);
    // A round that began earlier may come later.
    if ((this.#done.get(taskTypeId) ?? -1) >= epoch) return true;
    const isOurs = isAddressEqual(verifier, context.deployment.completionTracker);
    const done = !isOurs || (await this.#serve(taskTypeId, head, epoch));
    if (done) this.#done.set(taskTypeId, epoch);
    return done;
  }

  /** Receipts first: what they acknowledge counts in the judgement. */
  async #serve(taskTypeId: Hex, head: Head, epoch: number): Promise<boolean> {
    const { assessments, directory, submitter } = this.#parameters;
    if (!(await submitter.submit(taskTypeId, head))) return false;
    const entry = directory.taskTypes.get(taskTypeId);
    return entry === undefined || assessments.run(entry, epoch);
  }
}
