import { ClassicLevel } from "classic-level";
import { BackpressureError, describeError } from "../../core/errors.ts";

/** The folder of a store cannot be used. */
export class StoreError extends BackpressureError {
  override name = "StoreError";
}

/** What is kept of a message. */
export type Entry<message> = {
  /** Names its place: there is at most one message for each. */
  key: string;
  message: message;
  /** When it came, milliseconds since 1970 by this machine's clock. */
  receivedAt: number;
};

export type OpenStoreParameters = {
  /** Folder; created if it is not there. */
  folder: string;
  /** Whom the messages are for: chain and contract. Messages for another are never mixed in. */
  owner: string;
};

const OWNER = "owner";
const PREFIX = "message/";

/**
 * Messages that wait, at most one for each key, on disk before anybody is told so. A store belongs to one process.
 * @example
 * const store = await MessageStore.open<Message>({ folder: "data/oracle", owner: "31337 0x…" });
 * const stored = await store.replace({ key, message, receivedAt: Date.now() }, (previous) => previous === undefined);
 */
export class MessageStore<message> {
  readonly #database: ClassicLevel<string, unknown>;
  readonly #entries = new Map<string, Entry<message>>();
  /** Changes of one key happen one after another. */
  readonly #locks = new Map<string, Promise<unknown>>();

  private constructor(database: ClassicLevel<string, unknown>) {
    this.#database = database;
  }

  /**
   * Opens a folder with everything that it has.
   * @throws {StoreError} if another process uses it, or it belongs to another deployment.
   */
  static async open<message>({ folder, owner }: OpenStoreParameters): Promise<MessageStore<message>> {
    const database = new ClassicLevel<string, unknown>(folder, { valueEncoding: "json" });
    try {
      await database.open();
    } catch (cause) {
      throw new StoreError(`cannot open the store ${folder}: ${reasonOf(cause)}`, { cause });
    }
    const known = await database.get(OWNER);
    if (known === undefined) await database.put(OWNER, owner, { sync: true });
    else if (known !== owner) {
      await database.close();
      throw new StoreError(`the store ${folder} is for ${known}, not for ${owner}: name another folder with --data`);
    }
    const store = new MessageStore<message>(database);
    for await (const [key, value] of database.iterator({ gte: PREFIX, lt: `${PREFIX}\uffff` })) {
      const entry = value as Entry<message>;
      store.#entries.set(key.slice(PREFIX.length), entry);
    }
    return store;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry<message> | undefined {
    return this.#entries.get(key);
  }

  /** Everything that waits, as it is now. */
  entries(): Entry<message>[] {
    return [...this.#entries.values()];
  }

  /**
   * Puts an entry in the place of the one before, if `allowed` says so; resolves once it is on disk.
   * @returns Whether it was.
   */
  replace(entry: Entry<message>, allowed: (previous: Entry<message> | undefined) => boolean): Promise<boolean> {
    return this.#locked(entry.key, async () => {
      if (!allowed(this.#entries.get(entry.key))) return false;
      await this.#database.put(PREFIX + entry.key, entry, { sync: true });
      this.#entries.set(entry.key, entry);
      return true;
    });
  }

  /** Forgets an entry, unless a newer one has taken its place. A removal that a crash undoes is made again. */
  remove(entry: Entry<message>): Promise<void> {
    return this.#locked(entry.key, async () => {
      if (this.#entries.get(entry.key) !== entry) return;
      await this.#database.del(PREFIX + entry.key);
      this.#entries.delete(entry.key);
    });
  }

  /** Lets another process have it. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#locks.values());
    await this.#database.close();
  }

  async #locked<result>(key: string, action: () => Promise<result>): Promise<result> {
    const turn = (this.#locks.get(key) ?? Promise.resolve()).then(action, action);
    this.#locks.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#locks.get(key) === turn) this.#locks.delete(key);
    }
  }
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === "LEVEL_LOCKED" ? "another process uses it" : describeError(cause ?? error);
}
