import { TaskTypeNotFoundError } from "../../sdk/errors.ts";
import { keyOf, type Message, type MessageKind } from "./messageKind.ts";
import type { RateLimits } from "./rateLimits.ts";
import { Refusal } from "./refusal.ts";
import { type Entry, type MessageStore, StoreUnavailableError } from "./store.ts";

/** Seconds after which to try again when the chain cannot be asked, or the store takes nothing. */
const RETRY = 5;

export type IntakeParameters<message extends Message> = {
  kind: MessageKind<message>;
  store: MessageStore<message>;
  limits: RateLimits;
  /** Holds a message against the chain. @throws {Refusal} if the chain would not take it now. */
  check: (message: message) => Promise<void>;
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
    const { kind, store, limits } = this.#parameters;
    const key = keyOf(kind, message);
    const entry = { key, version: kind.versionOf(message), message, receivedAt: Date.now() };
    // Costs little, so it comes first; another one may still come in between.
    const waiting = await refusing(() => store.get(key));
    if (waiting !== undefined && waiting.version >= entry.version) throw this.#notNewer();
    await this.#check(message);
    await limits.sink(`${message.taskTypeId}/${message.sink}`.toLowerCase());
    if (!(await refusing(() => store.replace(entry)))) throw this.#notNewer();
    return entry;
  }

  /** The message that waits at a place. @throws {Refusal} */
  async pending(place: Message): Promise<Entry<message>> {
    const { kind, store } = this.#parameters;
    const entry = await refusing(() => store.get(keyOf(kind, place)));
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
      throw new Refusal("chain_unavailable", text, RETRY, { cause });
    }
  }

  #notNewer(): Refusal {
    const { name, newerAdvice } = this.#parameters.kind;
    return new Refusal("not_newer", `the ${name} that waits already is as new or newer: ${newerAdvice}`);
  }
}

/** @throws {Refusal} for what a store cannot do at the moment. */
async function refusing<result>(action: () => Promise<result>): Promise<result> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof StoreUnavailableError)) throw cause;
    const text =
      "messages cannot be kept at the moment, and whether this one is kept is not certain: send it again later";
    throw new Refusal("store_unavailable", text, RETRY, { cause });
  }
}
