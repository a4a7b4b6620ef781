import { TaskTypeNotFoundError } from "../../sdk/errors.ts";
import { keyOf, type Message, type MessageKind } from "./messageKind.ts";
import type { RateLimits } from "./rateLimits.ts";
import { Refusal } from "./refusal.ts";
import type { Entry, MessageStore } from "./store.ts";

/** Seconds after which to try again when the chain cannot be asked. */
const RETRY_CHAIN = 5;

export type IntakeParameters<message extends Message> = {
  kind: MessageKind<message>;
  store: MessageStore<message>;
  limits: RateLimits;
  /** Holds a message against the chain. @throws {Refusal} if the chain would not take it now. */
  check: (message: message) => Promise<void>;
  /** Told of every message that is on disk. */
  onStored?: (entry: Entry<message>) => void;
};

/** Takes messages, one by one: holds them against the chain, and keeps those that it would take. */
export class Intake<message extends Message> {
  readonly #parameters: IntakeParameters<message>;

  constructor(parameters: IntakeParameters<message>) {
    this.#parameters = parameters;
  }

  /**
   * Checks a message and keeps it. Once this resolves, a restart does not lose it.
   * @throws {Refusal}
   */
  async accept(message: message): Promise<Entry<message>> {
    const { kind, store, limits, onStored } = this.#parameters;
    const key = keyOf(kind, message);
    const entry = { key, message, receivedAt: Date.now() };
    const isNewer = (previous: Entry<message> | undefined): boolean =>
      previous === undefined || kind.isNewer(message, previous.message);
    // Costs nothing, so it comes first; another one may still come in between.
    if (!isNewer(store.get(key))) throw this.#notNewer();
    await this.#check(message);
    await limits.sink(`${message.taskTypeId}/${message.sink}`.toLowerCase());
    if (!(await store.replace(entry, isNewer))) throw this.#notNewer();
    onStored?.(entry);
    return entry;
  }

  /** The message that waits at a place. @throws {Refusal} */
  pending(place: Message): Entry<message> {
    const { kind, store } = this.#parameters;
    const entry = store.get(keyOf(kind, place));
    if (entry !== undefined) return entry;
    throw new Refusal("not_found", `no ${kind.name} waits here: it is on the chain, or none has come`);
  }

  async #check(message: message): Promise<void> {
    try {
      await this.#parameters.check(message);
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      if (cause instanceof TaskTypeNotFoundError) throw new Refusal("unknown_task_type", cause.message);
      const text = "the chain cannot be asked at the moment, so nothing was stored: send again later";
      throw new Refusal("chain_unavailable", text, RETRY_CHAIN, { cause });
    }
  }

  #notNewer(): Refusal {
    const { name, newerAdvice } = this.#parameters.kind;
    return new Refusal("not_newer", `the ${name} that waits already is as new or newer: ${newerAdvice}`);
  }
}
