import { RpcRequestError } from "viem";
import { expect, test } from "vitest";
import { Random } from "../model/random.ts";
import { LogRange } from "./logRange.ts";

const refusal = (code: number, message: string) =>
  new RpcRequestError({ body: {}, url: "http://endpoint", error: { code, message } });

/** Reads all blocks from an endpoint that takes `limit` at once. @returns What was asked for, and what was read. */
async function readAll(blocks: bigint, limit: (from: bigint) => bigint, most = 10_000n) {
  const range = new LogRange(most);
  const asked: bigint[] = [];
  const read: [bigint, bigint][] = [];
  for (let from = 0n; from < blocks; ) {
    const start = from;
    const { to } = await range.ask(start, blocks - 1n, async (last) => {
      asked.push(last - start + 1n);
      if (last - start >= limit(start)) throw refusal(-32005, "range too large");
    });
    read.push([start, to]);
    from = to + 1n;
  }
  return { asked, read };
}

test("what an endpoint takes is found out once: 30,000 blocks in tens are 3,000 requests", async () => {
  const { asked } = await readAll(30_000n, () => 10n);
  expect(asked.length).toBeGreaterThanOrEqual(3_000);
  expect(asked.length).toBeLessThan(3_030);
});

test("every block is read once, in order, whatever the limits are", async () => {
  const random = new Random(7n);
  for (let run = 0; run < 100; run++) {
    const limits = Array.from({ length: 8 }, () => random.edgy(1n, 300n) || 1n);
    const { read } = await readAll(4_000n, (from) => limits[Number(from / 500n)] ?? 1n, random.between(1n, 2_000n));
    const ends = read.map(([, to]) => to);
    expect(read.map(([from]) => from)).toEqual([0n, ...ends.slice(0, -1).map((to) => to + 1n)]);
    expect(ends.at(-1)).toBe(3_999n);
  }
});

test("where a dense stretch ends, more is asked for again", async () => {
  const { asked } = await readAll(100_000n, (from) => (from < 2_000n ? 10n : 5_000n));
  expect(asked.at(-2)).toBeGreaterThan(2_000n);
  expect(asked.length).toBeLessThan(400);
});

test("who asks too often is not answered by asking more often", async () => {
  const range = new LogRange(1_000n);
  let requests = 0;
  const asked = range.ask(0n, 999n, async () => {
    requests += 1;
    throw refusal(-32016, "over rate limit");
  });
  await expect(asked).rejects.toThrow(/over rate limit/);
  expect(requests).toBe(1);
});

test("a fault that even one block meets is no limit", async () => {
  const range = new LogRange(1_000n);
  const fails = range.ask(0n, 999n, () => Promise.reject(refusal(-32603, "internal error")));
  await expect(fails).rejects.toThrow(/internal error/);
  expect((await range.ask(0n, 999n, async () => {})).to).toBe(999n);
});
