import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createSmallDisk, noSmallDisk } from "../../testkit/smallDisk.ts";
import { createLogger } from "../runtime/logger.ts";
import { LevelStore } from "./levelStore.ts";
import { type Entry, StoreError, StoreUnavailableError } from "./store.ts";

const OWNER = "chain 31337";
const log = createLogger({ service: "test", level: "silent", write: () => {} });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-store-"));
  return () => rmSync(folder, { recursive: true });
});

const open = (changes: { folder?: string; owner?: string; salvage?: boolean } = {}) =>
  LevelStore.open<string>({ folder, owner: OWNER, log, ...changes });
const entry = (version: number, key = "a", message = `message ${version}`): Entry<string> => {
  return { key, version: BigInt(version), message, receivedAt: 7 + version };
};
const numbered = (count: number, message?: string): Entry<string>[] =>
  Array.from({ length: count }, (_, index) => entry(1, `key ${String(index).padStart(4, "0")}`, message));

test("what was stored is there after opening again, one message for each key", async () => {
  const first = await open();
  expect(await first.replace(entry(1))).toBe(true);
  expect(await first.replace(entry(2))).toBe(true);
  expect(await first.replace(entry(3, "b"))).toBe(true);
  await first.close();

  const second = await open();
  expect(await second.entries()).toEqual([entry(2), entry(3, "b")]);
  expect(await second.get("a")).toEqual(entry(2));
  expect(await second.get("c")).toBeUndefined();
  expect(await second.summary()).toEqual({ messages: 2, oldest: 9 });
  await second.close();
});

test("what is removed is gone for good", async () => {
  const first = await open();
  await first.replace(entry(1));
  await first.remove(entry(1));
  expect(await first.summary()).toEqual({ messages: 0, oldest: undefined });
  await first.close();
  const second = await open();
  expect(await second.entries()).toEqual([]);
  await second.close();
});

test("a message that came meanwhile is not removed in the place of the one before", async () => {
  const store = await open();
  await store.replace(entry(1));
  await Promise.all([store.replace(entry(2)), store.remove(entry(1))]);
  expect(await store.get("a")).toEqual(entry(2));
  await store.close();
});

test("of many that come at once, each decision sees the one before", async () => {
  const store = await open();
  const stored = await Promise.all([3, 1, 4, 1, 5, 9, 2, 6].map((version) => store.replace(entry(version))));
  expect(stored).toEqual([true, false, true, false, true, true, false, false]);
  await store.close();
  const again = await open();
  expect(await again.get("a")).toEqual(entry(9));
  await again.close();
});

test("two processes do not share a store, nor do two deployments", async () => {
  const store = await open();
  await expect(open()).rejects.toThrow(new StoreError(`cannot open the store ${folder}: another process uses it`));
  await store.close();
  await expect(open({ owner: "chain 8453" })).rejects.toThrow(
    /is for chain 31337, not for chain 8453: name another folder/,
  );
  // A refusal lets go of it.
  await (await open()).close();
});

describe("damage", () => {
  const damaged = /^the store .* is damaged \(.*\), and what was promised may be missing: .*--salvage/;
  const logOf = () => join(folder, readdirSync(folder).find((name) => name.endsWith(".log")) as string);

  /** A store whose log has some blocks. */
  async function filled(): Promise<Entry<string>[]> {
    const entries = numbered(100, "x".repeat(1000));
    const store = await open();
    for (const one of entries) await store.replace(one);
    await store.close();
    return entries;
  }

  function flip(place: number): void {
    const bytes = readFileSync(logOf());
    bytes[place] = (bytes[place] as number) ^ 1;
    writeFileSync(logOf(), bytes);
  }

  test.each([
    ["a message in the middle", (size: number) => Math.floor(size / 2)],
    ["the first block", () => 100],
    ["the last message", (size: number) => size - 5],
    // LevelDB takes it for a record that was never finished, and skips all that follows in its block.
    ["the length of a record in the last block", (size: number) => size - (size % 32_768) + 5],
  ])("of %s is an error that says what to do", async (_, placeIn) => {
    await filled();
    flip(placeIn(readFileSync(logOf()).length));
    await expect(open()).rejects.toThrow(damaged);
    // It has changed nothing.
    await expect(open()).rejects.toThrow(damaged);
  });

  test("that is accepted costs what cannot be read", async () => {
    const entries = await filled();
    flip(50_000);
    const store = await open({ salvage: true });
    const { messages } = await store.summary();
    expect(messages).toBeGreaterThan(0);
    expect(messages).toBeLessThan(entries.length);
    await store.close();
    const again = await open();
    expect((await again.summary()).messages).toBe(messages);
    await again.close();
  });

  test("of a table is found, and so is a folder without its beginning", async () => {
    await filled();
    // Opened again, LevelDB moves the log into a table.
    await (await open()).close();
    const table = join(folder, readdirSync(folder).find((name) => name.endsWith(".ldb")) as string);
    const bytes = readFileSync(table);
    bytes[30] = (bytes[30] as number) ^ 1;
    writeFileSync(table, bytes);
    await expect(open()).rejects.toThrow(damaged);
    rmSync(join(folder, "CURRENT"));
    await expect(open()).rejects.toThrow(/is damaged \(CURRENT is missing\)/);
  });

  test("is not what a crash leaves of the message that was being written", async () => {
    const entries = await filled();
    truncateSync(logOf(), readFileSync(logOf()).length - 300);
    const store = await open();
    expect(await store.entries()).toEqual(entries.slice(0, -1));
    await store.close();
  });
});

describe.skipIf(noSmallDisk !== undefined)(`a small disk${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ""}`, () => {
  const disk = () => {
    const made = createSmallDisk(join(folder, "disk"));
    return { ...made, data: join(made.folder, "data") };
  };

  test("that fills up and is freed costs nothing that was promised", async () => {
    const small = disk();
    try {
      const store = await open({ folder: small.data });
      const promised: Entry<string>[] = [];
      const keep = async (one: Entry<string>) => {
        if (await store.replace(one)) promised.push(one);
      };
      for (const one of numbered(20, "before")) await keep(one);
      small.fill();
      const large = "x".repeat(2000);
      const outcomes = await Promise.allSettled(numbered(40, large).map((one) => keep({ ...one, version: 2n })));
      expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
      expect(store.problem()).toMatch(/^cannot write to .*: make room, or make it writable$/);
      await expect(keep(entry(1, "while it is full"))).rejects.toThrow(StoreUnavailableError);
      small.free();
      await vi.waitFor(() => expect(store.problem()).toBeUndefined(), { timeout: 10_000, interval: 50 });
      for (const one of numbered(50, "after")) await keep({ ...one, version: 3n });

      // What a process that is killed now would leave behind.
      cpSync(small.data, join(folder, "copy"), { recursive: true });
      const latest = new Map(promised.map((one) => [one.key, one]));
      const copy = await open({ folder: join(folder, "copy") });
      expect(await copy.entries()).toEqual([...latest.values()].sort((a, b) => (a.key < b.key ? -1 : 1)));
      await copy.close();
      await store.close();
    } finally {
      small.remove();
    }
  });

  test("that is read-only is one line that says so", async () => {
    const small = disk();
    try {
      await (await open({ folder: small.data })).close();
      small.readOnly();
      await expect(open({ folder: small.data })).rejects.toThrow(/^cannot open the store .*read-only file system/i);
    } finally {
      small.remove();
    }
  });
});
