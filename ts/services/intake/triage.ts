import type { Logger } from "../runtime/logger.ts";
import type { IntakeMetrics } from "./metrics.ts";
import { Refusal } from "./refusal.ts";
import type { Entry, MessageStore } from "./store.ts";

export type TriageParameters<message> = {
  store: MessageStore<message>;
  /** As at the intake. @throws {Refusal} */
  check: (message: message) => Promise<void>;
  /** Blocks, its own included, after which what is on the chain stays there. */
  confirmations: number;
  log: Logger;
  metrics: IntakeMetrics;
};

/** What the chain says of a message now. */
type Verdict = "takes it" | "has it" | "not yet" | Refusal;

/**
 * Holds stored messages against the chain again before each submission: between intake and submission a sink may leave,
 * a wallet may change its keys, somebody else may have submitted. What the chain says decides, not what was sent.
 */
export class Triage<message> {
  readonly #parameters: TriageParameters<message>;
  /** Since which block the chain is known to have the entry of a key. */
  readonly #included = new Map<string, { version: bigint; since: bigint }>();

  constructor(parameters: TriageParameters<message>) {
    this.#parameters = parameters;
  }

  /** Whether an entry waits for nothing but confirmations. */
  isConfirming(entry: Entry<message>, head: bigint): boolean {
    const since = this.#sinceOf(entry);
    return since !== undefined && head + 1n < since + BigInt(this.#parameters.confirmations);
  }

  /**
   * Forgets what the chain has, confirmed, or will never take.
   * @param head Number of the latest block.
   * @returns What the chain would take now.
   */
  async sort(entries: readonly Entry<message>[], head: bigint): Promise<Entry<message>[]> {
    const open = entries.filter((entry) => !this.isConfirming(entry, head));
    const verdicts = await Promise.all(open.map(({ message }) => this.#judge(message)));
    const judged = open.map((entry, index) => ({ entry, verdict: verdicts[index] as Verdict }));
    // At once: then they are one write.
    await Promise.all(judged.map(({ entry, verdict }) => this.#act(entry, verdict, head)));
    return judged.filter(({ verdict }) => verdict === "takes it").map(({ entry }) => entry);
  }

  /** Removes an entry, and says why. */
  async forget(entry: Entry<message>, reason: string, why: string): Promise<void> {
    const { store, log, metrics } = this.#parameters;
    await store.remove(entry);
    this.#included.delete(entry.key);
    metrics.forgotten.inc({ reason });
    log.info({ message: entry.key, reason: why }, "no longer kept");
  }

  async #act(entry: Entry<message>, verdict: Verdict, head: bigint): Promise<void> {
    // A reorganisation may have taken it out of the chain.
    if (verdict !== "has it") this.#included.delete(entry.key);
    if (verdict === "has it") await this.#include(entry, head);
    else if (verdict instanceof Refusal) await this.forget(entry, verdict.code, verdict.message);
  }

  async #include(entry: Entry<message>, head: bigint): Promise<void> {
    const since = this.#sinceOf(entry) ?? head;
    this.#included.set(entry.key, { version: entry.version, since });
    if (!this.isConfirming(entry, head)) await this.forget(entry, "on_chain", "it is on the chain");
  }

  #sinceOf({ key, version }: Entry<message>): bigint | undefined {
    const included = this.#included.get(key);
    return included?.version === version ? included.since : undefined;
  }

  async #judge(message: message): Promise<Verdict> {
    try {
      await this.#parameters.check(message);
      return "takes it";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "not_newer") return "has it";
      return error.code === "from_the_future" ? "not yet" : error;
    }
  }
}
