import { readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "../../core/errors.ts";
import { decode, encode } from "./amounts.ts";
import { StoreInUseError } from "./errors.ts";
import type { Table } from "./orders.ts";

/** Where a map is kept, and whose it is. */
export type OpenDurableMapParameters = {
  /** Created if it is not there. One for each (chain, verifier, task type, party). */
  folder: string;
  /** Whose it is; a folder of another's is refused. */
  owner: string;
};

/** The first line of a log, before all that was known then; every other line is what changed at one moment. */
type Header = { owner: string };
type Change = [key: string] | [key: string, value: unknown];

type FileHandle = Awaited<ReturnType<typeof open>>;

/** So many superfluous changes are tolerated before the log is written anew. */
const SLACK = 10_000;

/**
 * A map that outlives the process. Reading and changing it is immediate; `durable` resolves once everything so far is on
 * disk, so await it before anybody is told, and before work starts. What is changed without an await in between is on disk
 * together or not at all, so keep in one map, as `table`s, what must agree. One program has it at a time, by a lock; and if
 * the lock fails (another machine, a copied process), the one before is fenced: whoever opened the map last has taken the
 * log away, and no `durable` of the other resolves any more.
 * @example
 * const store = await DurableMap.open({ folder: "data/sink", owner: `${chainId} ${taskTypeId} ${sink}` });
 * const orders = store.table<Order>("orders");
 * orders.set(id, order);
 * await store.durable();
 */
export class DurableMap<value = unknown> implements Table<value> {
  readonly #folder: string;
  readonly #owner: string;
  readonly #values: Map<string, value>;
  #log: FileHandle;
  #pending: Change[] = [];
  #changes = 0;
  #turn: Promise<void> = Promise.resolve();

  private constructor({ folder, owner }: OpenDurableMapParameters, values: Map<string, value>, log: FileHandle) {
    [this.#folder, this.#owner, this.#values, this.#log] = [folder, owner, values, log];
  }

  /**
   * Opens a folder with everything that was durable.
   * @throws {StoreInUseError} if another program has it, it is another's, or it is damaged.
   */
  static async open<value = unknown>(parameters: OpenDurableMapParameters): Promise<DurableMap<value>> {
    const { folder, owner } = parameters;
    await mkdir(folder, { recursive: true });
    await lock(folder);
    try {
      const taken = await takeLogs(folder);
      const values = new Map<string, value>();
      for (const name of taken) replay(await readFile(join(folder, name), "utf8"), values, owner, folder);
      const log = await writeLog(folder, owner, values);
      for (const name of taken) await rm(join(folder, name), { force: true });
      return new DurableMap(parameters, values, log);
    } catch (error) {
      await rm(join(folder, LOCK), { force: true });
      throw error;
    }
  }

  /** How many keys there are. */
  get size(): number {
    return this.#values.size;
  }

  /** What is kept under a key; undefined for nothing. Do not change it: `set` another. */
  get(key: string): value | undefined {
    return this.#values.get(key);
  }

  /** All keys with their values. */
  entries(): Iterable<[string, value]> {
    return this.#values.entries();
  }

  /** Keeps a value under a key; it is on disk once `durable` resolves. */
  set(key: string, value: value): this {
    this.#values.set(key, value);
    this.#pending.push([key, value]);
    return this;
  }

  /** Forgets a key; that is on disk once `durable` resolves. @returns Whether it was there. */
  delete(key: string): boolean {
    this.#pending.push([key]);
    return this.#values.delete(key);
  }

  /** The part of this map whose keys begin with a name. */
  table<part extends value>(name: string): Table<part> {
    const prefix = `${name}/`;
    return {
      get: (key) => this.get(prefix + key) as part | undefined,
      set: (key, value) => this.set(prefix + key, value),
      delete: (key) => this.delete(prefix + key),
      entries: () =>
        [...this.#values].flatMap(([key, value]): [string, part][] =>
          key.startsWith(prefix) ? [[key.slice(prefix.length), value as part]] : [],
        ),
    };
  }

  /**
   * Resolves once every change so far is on disk; changes of the same moment share one write.
   * @throws {StoreInUseError} if another program has taken the map over: what was changed since is lost, so stop.
   */
  durable(): Promise<void> {
    if (this.#pending.length > 0) {
      this.#turn = this.#turn.then(() => this.#write());
      this.#turn.catch(() => {});
    }
    return this.#turn;
  }

  /** Writes what is left and lets another program have it. */
  async close(): Promise<void> {
    try {
      await this.durable();
      await rm(join(this.#folder, LOCK), { force: true });
    } finally {
      await this.#log.close();
    }
  }

  async #write(): Promise<void> {
    if (this.#pending.length === 0) return;
    // Written as it is now: values may change while this waits.
    const changes = this.#pending.splice(0);
    const line = encode(changes);
    await this.#assertMine();
    this.#changes += changes.length;
    if (this.#changes > SLACK + 2 * this.#values.size) {
      const old = this.#log;
      this.#log = await writeLog(this.#folder, this.#owner, this.#values);
      this.#changes = 0;
      await old.close();
    } else {
      await this.#log.appendFile(`${line}\n`);
      await this.#log.datasync();
    }
    // After the write: who took the log before did not read it, who takes it later does.
    await this.#assertMine();
  }

  async #assertMine(): Promise<void> {
    const [mine, there] = await Promise.all([this.#log.stat(), stat(join(this.#folder, LOG)).catch(() => undefined)]);
    if (there?.ino !== mine.ino) throw new StoreInUseError(`another program has taken over ${this.#folder}: stop`);
  }
}

const [LOCK, LOG] = ["lock", "log"];

async function lock(folder: string): Promise<void> {
  const path = join(folder, LOCK);
  for (;;) {
    try {
      return await writeFile(path, String(process.pid), { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (isAlive(holder)) throw new StoreInUseError(`process ${holder} uses ${folder}: end it, or name another folder`);
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether it has died, and whoever started it has not looked: without an init, as in many a container, nobody does. */
function isZombie(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    // After the name, which may have brackets of its own.
    return status.slice(status.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

/** Moves the log out of the reach of whoever writes to it. @returns The logs there are, oldest first. */
async function takeLogs(folder: string): Promise<string[]> {
  const numbers = (await readdir(folder)).flatMap((name) => /^log\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const next = Math.max(0, ...numbers) + 1;
  const isThere = await rename(join(folder, LOG), join(folder, `log.${next}`)).then(
    () => true,
    (error) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  return [...numbers.sort((a, b) => a - b), ...(isThere ? [next] : [])].map((number) => `log.${number}`);
}

/** A log begins with all that was known, so it stands for those before it. Its last line may be cut off by a crash. */
function replay<value>(text: string, values: Map<string, value>, owner: string, folder: string): void {
  const lines = text.split("\n").slice(0, -1);
  try {
    const header = decode<Header>(lines[0] ?? "{}");
    if (header.owner !== owner) throw new StoreInUseError(`${folder} belongs to ${header.owner}, not to ${owner}`);
    values.clear();
    for (const [key, value] of lines.slice(1).flatMap((line) => decode<[string, value?][]>(line))) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
  } catch (cause) {
    if (cause instanceof StoreInUseError) throw cause;
    throw new StoreInUseError(`${folder} is damaged: ${describeError(cause)}`, { cause });
  }
}

/** Everything that is known, whole or not at all. */
async function writeLog<value>(folder: string, owner: string, values: Map<string, value>): Promise<FileHandle> {
  const unfinished = join(folder, `unfinished.${process.pid}`);
  const log = await open(unfinished, "w");
  const lines = [encode({ owner } satisfies Header), ...[...values].map((entry) => encode([entry]))];
  await log.appendFile(`${lines.join("\n")}\n`);
  await log.datasync();
  await rename(unfinished, join(folder, LOG));
  const directory = await open(folder, "r");
  await directory.sync();
  await directory.close();
  return log;
}
