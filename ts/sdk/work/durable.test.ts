import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address, Hex } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DurableMap } from "./durableMap.ts";
import { AccountInUseElsewhereError, StoreInUseError } from "./errors.ts";
import { ReceiptCounters } from "./receiptCounters.ts";

let folder: string;
const owner = "31337 0x1";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "durable-"));
});

afterEach(() => rm(folder, { recursive: true }));

const open = () => DurableMap.open<bigint>({ folder, owner });
const contents = (map: DurableMap<bigint>) => Object.fromEntries(map.entries());

test("what is durable is there again, with its wei", async () => {
  const map = await open();
  map
    .set("a", 10n ** 30n)
    .set("b", 2n)
    .delete("a");
  map.set("c", 3n);
  await Promise.all([map.durable(), map.durable()]);
  expect([map.get("b"), map.size]).toEqual([2n, 2]);
  await map.close();
  const again = await open();
  expect(contents(again)).toEqual({ b: 2n, c: 3n });
  again.delete("b");
  await again.close();
  const third = await open();
  expect(contents(third)).toEqual({ c: 3n });
  await third.close();
  expect(await readdir(folder)).toEqual(["log"]);
});

test("one program at a time; the lock of one that died is taken over", async () => {
  const map = await open();
  await expect(open()).rejects.toThrow(StoreInUseError);
  await map.close();
  const dead = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(dead, "close");
  await writeFile(join(folder, "lock"), String(dead.pid));
  await (await open()).close();
});

// Elsewhere nobody can see it.
test.skipIf(process.platform !== "linux")("so is that of one that died and that nobody has buried", async () => {
  // A child of a program that never asks for it, and that ends when we say so.
  const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 60 3<&-"]);
  const [pid] = await once(parent.stdout, "data");
  await expect.poll(() => readFile(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
  parent.stdin.end();
  await writeFile(join(folder, "lock"), String(pid).trim());
  await expect.poll(() => open().then((map) => map.close())).toBeUndefined();
  expect(() => process.kill(Number(pid), 0)).not.toThrow();
  parent.kill("SIGKILL");
});

test("whoever is fenced off is told before it tells anybody", async () => {
  const first = await open();
  first.set("a", 1n);
  await first.durable();
  // The lock failed: another machine, say.
  await rm(join(folder, "lock"));
  const second = await open();
  first.set("a", 2n);
  await expect(first.durable()).rejects.toThrow(/another program has taken over/);
  await expect(first.durable()).rejects.toThrow(StoreInUseError);
  await expect(first.close()).rejects.toThrow(StoreInUseError);
  expect(second.get("a")).toBe(1n);
  await second.close();
});

test("a line that a crash cut off is forgotten, a takeover that a crash cut off is finished", async () => {
  const map = await open();
  map.set("a", 1n);
  await map.close();
  await appendFile(join(folder, "log"), '[["b",{"$wei":"2"}],["a",{"$we');
  await rename(join(folder, "log"), join(folder, "log.1"));
  const again = await open();
  expect(contents(again)).toEqual({ a: 1n });
  await again.close();
});

test("another's folder, or a damaged one, is left alone", async () => {
  await (await open()).close();
  await expect(DurableMap.open({ folder, owner: "8453 0x2" })).rejects.toThrow(/belongs to 31337 0x1/);
  // What was refused is still there for its owner.
  const map = await open();
  map.set("a", 1n);
  await map.close();
  const log = await readFile(join(folder, "log"), "utf8");
  await writeFile(join(folder, "log"), `${log}nonsense\n[["b",1]]\n`);
  await expect(open()).rejects.toThrow(/is damaged/);
});

test("tables in one map keep apart, and what changes together is on disk together", async () => {
  const map = await DurableMap.open({ folder, owner });
  const [numbers, words] = [map.table<bigint>("numbers"), map.table<string>("words")];
  numbers.set("a", 1n);
  words.set("a", "one");
  words.set("b", "two");
  words.delete("b");
  expect([[...numbers.entries()], [...words.entries()]]).toEqual([[["a", 1n]], [["a", "one"]]]);
  await map.close();
  // All of it in one line, which is there or not.
  expect((await readFile(join(folder, "log"), "utf8")).split("\n").length).toBe(3);
  const again = await DurableMap.open({ folder, owner });
  expect(again.table("words").get("a")).toBe("one");
  await again.close();
});

test("a log does not grow without end", async () => {
  const map = await open();
  for (let i = 0; i < 30_000; i++) {
    map.set("a", BigInt(i));
    if (i % 5000 === 0) await map.durable();
  }
  await map.close();
  expect((await readFile(join(folder, "log"), "utf8")).split("\n").length).toBeLessThan(10_010);
  const again = await open();
  expect(contents(again)).toEqual({ a: 29_999n });
  await again.close();
});

test("a process that is killed loses nothing that it was told is durable", async () => {
  const program = `
    import { DurableMap } from ${JSON.stringify(fileURLToPath(new URL("durableMap.ts", import.meta.url)))};
    const map = await DurableMap.open({ folder: ${JSON.stringify(folder)}, owner: ${JSON.stringify(owner)} });
    for (let i = 1n; ; i++) { map.set("a", i); await map.durable(); process.stdout.write(i + "\\n"); }`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (data) => {
    told += data;
    if (told.split("\n").length > 50) child.kill("SIGKILL");
  });
  await once(child, "close");
  const map = await open();
  const last = BigInt(told.split("\n").at(-2) ?? 0);
  expect(last).toBeGreaterThanOrEqual(49n);
  expect(map.get("a")).toBeGreaterThanOrEqual(last);
  await map.close();
});

const [SOURCE, SINK] = ["0xA", "0xB"] as Address[] as [Address, Address];

function countersThat({ local = 0n, chain = 0n }) {
  const table = new Map<string, bigint>(local > 0n ? [[SINK, local]] : []);
  let onChain = chain;
  const counters = new ReceiptCounters({
    ...{ account: SOURCE, table },
    completedOnChain: async () => onChain,
    isOwn: async (_, { signature }) => signature === "0x01",
  });
  const setChain = (wei: bigint) => {
    onChain = wei;
  };
  return { counters, table, setChain };
}

test.each([
  ["on disk", { local: 9n, chain: 5n }, { completed: 7n, signature: "0x01" }, 9n],
  ["on the chain", { local: 3n, chain: 5n }, undefined, 5n],
  ["presented", { local: 3n, chain: 5n }, { completed: 7n, signature: "0x01" }, 7n],
  ["not what somebody else signed", { local: 3n, chain: 5n }, { completed: 7n, signature: "0x02" }, 5n],
] as const)("a counter starts at the most that is known: %s", async (_, known, presented, expected) => {
  const { counters } = countersThat(known);
  await counters.meet(SINK, { presented });
  expect(counters.completed(SINK)).toBe(expected);
  expect(counters.add(SINK, 2n)).toBe(expected + 2n);
  expect(counters.peers()).toEqual([SINK]);
});

test("an increment that is not one's own is no secret, and stops nobody for ever", async () => {
  const { counters, setChain } = countersThat({ chain: 5n });
  expect(() => counters.add(SINK, 1n)).toThrow(/call meet first/);
  await counters.meet(SINK);
  counters.add(SINK, 2n);
  expect(() => counters.add(SINK, -1n)).toThrow(/negative/);
  const presented = (completed: bigint, signature: Hex = "0x01") => ({ presented: { completed, signature } });
  await counters.meet(SINK, presented(7n));
  await counters.meet(SINK, presented(8n, "0x02"));
  await counters.meet(SINK);
  await counters.checkChain(SINK);
  await expect(counters.meet(SINK, presented(8n))).rejects.toThrow(new AccountInUseElsewhereError(SOURCE, 8n, 7n));
  await counters.meet(SINK, presented(8n));
  expect(counters.completed(SINK)).toBe(8n);
  setChain(9n);
  await expect(counters.checkChain(SINK)).rejects.toThrow(new AccountInUseElsewhereError(SOURCE, 9n, 8n));
  await counters.checkChain(SINK);
  expect(counters.add(SINK, 1n)).toBe(10n);
});

test("a receipt that a sink kept back from before is one's own, whenever it is shown", async () => {
  const { counters, table } = countersThat({});
  await counters.meet(SINK, { presented: { completed: 3n, signature: "0x01" }, stated: 20n });
  counters.add(SINK, 2n);
  for (const completed of [12n, 20n]) {
    await counters.meet(SINK, { presented: { completed, signature: "0x01" }, stated: 99n });
    expect(table.get(SINK)).toBe(completed);
  }
  const elsewhere = new AccountInUseElsewhereError(SOURCE, 21n, 20n);
  const later = { presented: { completed: 21n, signature: "0x01" as const }, stated: 99n };
  await expect(counters.meet(SINK, later)).rejects.toThrow(elsewhere);
});
