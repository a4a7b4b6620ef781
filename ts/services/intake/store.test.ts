import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type Entry, MessageStore, StoreError } from "./store.ts";

const OWNER = "chain 31337";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-store-"));
  return () => rmSync(folder, { recursive: true });
});

const open = (owner = OWNER) => MessageStore.open<number>({ folder, owner });
const entry = (message: number, key = "a"): Entry<number> => ({ key, message, receivedAt: 7 });
const always = () => true;
const ifLarger = (next: number) => (previous: Entry<number> | undefined) => next > (previous?.message ?? 0);

test("what was stored is there after opening again, one message for each key", async () => {
  const first = await open();
  expect(await first.replace(entry(1), always)).toBe(true);
  expect(await first.replace(entry(2), always)).toBe(true);
  expect(await first.replace(entry(3, "b"), always)).toBe(true);
  await first.close();

  const second = await open();
  expect(second.entries()).toEqual([entry(2), entry(3, "b")]);
  expect(second.get("a")).toEqual(entry(2));
  expect(second.get("c")).toBeUndefined();
  expect(second.size).toBe(2);
  await second.close();
});

test("what is removed is gone for good", async () => {
  const first = await open();
  await first.replace(entry(1), always);
  await first.remove(first.get("a") as Entry<number>);
  expect(first.size).toBe(0);
  await first.close();
  const second = await open();
  expect(second.entries()).toEqual([]);
  await second.close();
});

test("a message that came meanwhile is not removed in the place of the one before", async () => {
  const store = await open();
  await store.replace(entry(1), always);
  const old = store.get("a") as Entry<number>;
  await Promise.all([store.replace(entry(2), always), store.remove(old)]);
  expect(store.get("a")).toEqual(entry(2));
  await store.close();
});

test("of many that come at once, each decision sees the one before", async () => {
  const store = await open();
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  const stored = await Promise.all(values.map((value) => store.replace(entry(value), ifLarger(value))));
  expect(stored).toEqual([true, false, true, false, true, true, false, false]);
  await store.close();
  const again = await open();
  expect(again.get("a")?.message).toBe(9);
  await again.close();
});

test("two processes do not share a store, nor do two deployments", async () => {
  const store = await open();
  await expect(open()).rejects.toThrow(new StoreError(`cannot open the store ${folder}: another process uses it`));
  await store.close();
  await expect(open("chain 8453")).rejects.toThrow(/is for chain 31337, not for chain 8453: name another folder/);
  // A refusal lets go of it.
  await (await open()).close();
});
