import { ClassicLevel } from "classic-level";
import { describeError } from "../../core/errors.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { Logger } from "../runtime/logger.ts";
import { crc32c } from "./crc32c.ts";
import { findLogDamage } from "./levelLogs.ts";
import { type Entry, type MessageStore, StoreError, type StoreSummary, StoreUnavailableError } from "./store.ts";

export type OpenLevelStoreParameters = {
  /** Folder; created if it is not there. */
  folder: string;
  /** Whom the messages are for: chain and contract. Messages for another are never mixed in. */
  owner: string;
  /** Goes on with what can be read of a damaged store. */
  salvage?: boolean;
  log: Logger;
};

type Database = ClassicLevel<string, string>;

/** What an entry is to become, from what it is; the same one for no change. */
type Change<message> = {
  key: string;
  next: (previous: Entry<message> | undefined) => Entry<message> | undefined;
  resolve: (changed: boolean) => void;
  reject: (error: unknown) => void;
};

const OWNER = "owner";
const PREFIX = "message/";
const MESSAGES = { gte: PREFIX, lt: `${PREFIX}\uffff` };

/** Milliseconds between two attempts to make a store usable again. */
const RETRY = 1_000;

/**
 * Messages in a folder (LevelDB) that belongs to one process. One write is under way at a time, with everything that came
 * meanwhile in the next, so that nothing is ever written behind a record that a full disk has torn: LevelDB would go on,
 * and skip it all when it is opened again. After a write that failed the folder is closed, opened, and made to agree with
 * what is known here, before anything else is taken.
 * @example
 * const store = await LevelStore.open<Message>({ folder: "data/oracle", owner: "31337 0x…" });
 * const stored = await store.replace({ key, version: 7n, message, receivedAt: Date.now() });
 */
export class LevelStore<message> implements MessageStore<message> {
  readonly #parameters: OpenLevelStoreParameters;
  #database: Database;
  /** What is on disk, and so all that was promised. */
  readonly #entries: Map<string, Entry<message>>;
  #waiting: Change<message>[] = [];
  #writing = Promise.resolve();
  #problem: string | undefined;
  readonly #closing = new AbortController();

  private constructor(parameters: OpenLevelStoreParameters, database: Database, entries: Map<string, Entry<message>>) {
    this.#parameters = parameters;
    this.#database = database;
    this.#entries = entries;
  }

  /**
   * Opens a folder with everything that it has.
   * @throws {StoreError} if another process uses it, it belongs to another deployment, it cannot be written, or it is
   * damaged: then something that was promised may be missing, which is for a person to decide.
   */
  static async open<message>(parameters: OpenLevelStoreParameters): Promise<LevelStore<message>> {
    const { folder, owner, salvage = false } = parameters;
    const damage = findLogDamage(folder);
    if (damage !== undefined && !salvage) throw damaged(folder, damage);
    if (salvage) await ClassicLevel.repair(folder).catch(() => {});
    const database = await openDatabase(folder);
    try {
      const known = await database.get(OWNER);
      if (known === undefined) await database.put(OWNER, owner, { sync: true });
      else if (known !== owner) {
        throw new StoreError(`the store ${folder} is for ${known}, not for ${owner}: name another folder with --data`);
      }
      return new LevelStore(parameters, database, await readEntries<message>(database, parameters));
    } catch (cause) {
      await database.close();
      throw cause instanceof StoreError ? cause : new StoreError(cannotOpen(folder, cause), { cause });
    }
  }

  problem = (): string | undefined => this.#problem;

  async get(key: string): Promise<Entry<message> | undefined> {
    return this.#entries.get(key);
  }

  async entries(): Promise<Entry<message>[]> {
    return [...this.#entries.values()];
  }

  async summary(): Promise<StoreSummary> {
    let oldest: number | undefined;
    for (const { receivedAt } of this.#entries.values()) oldest = Math.min(oldest ?? receivedAt, receivedAt);
    return { messages: this.#entries.size, oldest };
  }

  replace(entry: Entry<message>): Promise<boolean> {
    return this.#change(entry.key, (previous) => (entry.version > (previous?.version ?? -1n) ? entry : previous));
  }

  async remove({ key, version }: Entry<message>): Promise<void> {
    await this.#change(key, (previous) => (previous?.version === version ? undefined : previous));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    await this.#database.close();
  }

  #change(key: string, next: Change<message>["next"]): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#problem !== undefined) return reject(new StoreUnavailableError(this.#problem));
      this.#waiting.push({ key, next, resolve, reject });
      if (this.#waiting.length === 1) this.#writing = this.#writing.then(() => this.#write());
    });
  }

  /** Writes everything that waits at once. */
  async #write(): Promise<void> {
    const changes = this.#waiting.splice(0);
    const changed = new Map<string, Entry<message> | undefined>();
    const results = changes.map(({ key, next }) => {
      const previous = changed.has(key) ? changed.get(key) : this.#entries.get(key);
      const entry = next(previous);
      if (entry === previous) return false;
      changed.set(key, entry);
      return true;
    });
    try {
      if (changed.size > 0) await this.#database.batch(operations(changed), { sync: true });
    } catch (error) {
      this.#fail(changes, error);
      return this.#restore();
    }
    for (const [key, entry] of changed) {
      if (entry === undefined) this.#entries.delete(key);
      else this.#entries.set(key, entry);
    }
    for (const [index, { resolve }] of changes.entries()) resolve(results[index] === true);
  }

  /** Whatever waits is refused: a write behind one that failed might be lost. */
  #fail(changes: readonly Change<message>[], error: unknown): void {
    this.#problem = `cannot write to ${this.#parameters.folder}: ${reasonOf(error)}: make room, or make it writable`;
    this.#parameters.log.error({ error }, "the store takes nothing until it can be written again");
    const cause = new StoreUnavailableError(this.#problem, { cause: error });
    for (const { reject } of [...changes, ...this.#waiting.splice(0)]) reject(cause);
  }

  /** Closes the folder, opens it, and writes what it lacks of what was promised, until that works. */
  async #restore(): Promise<void> {
    await this.#database.close().catch(() => {});
    while (!this.#closing.signal.aborted) {
      try {
        this.#database = await openDatabase(this.#parameters.folder);
        await this.#agree();
        this.#problem = undefined;
        this.#parameters.log.info("the store can be written again, and has all that was promised");
        return;
      } catch {
        await this.#database.close().catch(() => {});
        await pause(RETRY, this.#closing.signal).catch(() => {});
      }
    }
  }

  /** What is known here was promised; what is there beside it was refused. */
  async #agree(): Promise<void> {
    const differs = new Map<string, Entry<message> | undefined>(this.#entries);
    for await (const [place, text] of this.#database.iterator(MESSAGES)) {
      const key = place.slice(PREFIX.length);
      const entry = this.#entries.get(key);
      if (entry === undefined) differs.set(key, undefined);
      else if (encode(entry) === text) differs.delete(key);
    }
    // The owner goes along: a write that succeeds is what shows that there is room again.
    const owner = { type: "put", key: OWNER, value: this.#parameters.owner } as const;
    await this.#database.batch([owner, ...operations(differs)], { sync: true });
  }
}

async function openDatabase(folder: string): Promise<Database> {
  const database: Database = new ClassicLevel(folder, { valueEncoding: "utf8" });
  try {
    await database.open();
    return database;
  } catch (cause) {
    const reason = (cause as { cause?: unknown }).cause ?? cause;
    if (/corruption|missing files/i.test(describeError(reason))) throw damaged(folder, describeError(reason));
    throw new StoreError(cannotOpen(folder, cause), { cause });
  }
}

async function readEntries<message>(database: Database, { folder, salvage = false }: OpenLevelStoreParameters) {
  const entries = new Map<string, Entry<message>>();
  try {
    for await (const [place, text] of database.iterator(MESSAGES)) {
      const entry = decode<message>(text);
      if (entry !== undefined && place === PREFIX + entry.key) entries.set(entry.key, entry);
      else if (!salvage) throw damaged(folder, `${place} is not what was written`);
      else await database.del(place, { sync: true });
    }
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    // A table that cannot be read ends the iteration; what came before it is there.
    if (!salvage) throw damaged(folder, describeError(cause));
  }
  return entries;
}

function operations<message>(changed: ReadonlyMap<string, Entry<message> | undefined>) {
  return [...changed].map(([key, entry]) =>
    entry === undefined
      ? ({ type: "del", key: PREFIX + key } as const)
      : ({ type: "put", key: PREFIX + key, value: encode(entry) } as const),
  );
}

/** LevelDB checks its tables' checksums only when it merges them, so every entry has one of its own. */
function encode<message>(entry: Entry<message>): string {
  const text = JSON.stringify({ ...entry, version: String(entry.version) });
  return `${crc32c(Buffer.from(text)).toString(16)} ${text}`;
}

function decode<message>(line: string): Entry<message> | undefined {
  const [checksum, text] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  if (checksum !== crc32c(Buffer.from(text)).toString(16)) return undefined;
  const entry = JSON.parse(text);
  return { ...entry, version: BigInt(entry.version) };
}

function damaged(folder: string, how: string): StoreError {
  const remedy = "put a copy of the folder back, or start once with --salvage to go on with what can be read of it";
  return new StoreError(`the store ${folder} is damaged (${how}), and what was promised may be missing: ${remedy}`);
}

const cannotOpen = (folder: string, cause: unknown): string => `cannot open the store ${folder}: ${reasonOf(cause)}`;

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === "LEVEL_LOCKED" ? "another process uses it" : describeError(cause ?? error);
}
