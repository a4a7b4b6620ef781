import { HttpRequestError } from "viem";
import { expect, test } from "vitest";
import { type BlockRange, BlockRanges } from "./blockRanges.ts";

/** An endpoint with an event in every block that looks at no more than `limit` blocks at once. */
function endpoint(limit: bigint) {
  const asked: bigint[] = [];
  const query = async ({ fromBlock, toBlock }: BlockRange): Promise<bigint[]> => {
    const blocks = toBlock - fromBlock + 1n;
    asked.push(blocks);
    if (blocks > limit) throw new Error("query returned more than 10000 results");
    return Array.from({ length: Number(blocks) }, (_, index) => fromBlock + BigInt(index));
  };
  return { asked, query };
}

const upTo = (last: number): bigint[] => Array.from({ length: last + 1 }, (_, block) => BigInt(block));

test.each([1n, 2n, 3n, 7n, 64n, 100n, 1000n])(
  "every block is read once and in order, where %i are answered for at once",
  async (limit) => {
    for (const most of [1n, 5n, 10n, 333n, 10_000n]) {
      const ranges = new BlockRanges(most);
      expect(await ranges.read({ fromBlock: 0n, toBlock: 500n }, endpoint(limit).query)).toEqual(upTo(500));
    }
    expect(await new BlockRanges().read({ fromBlock: 5n, toBlock: 4n }, endpoint(limit).query)).toEqual([]);
  },
);

test("the size that worked is remembered, and more is tried now and then", async () => {
  const ranges = new BlockRanges(1024n);
  const { asked, query } = endpoint(100n);
  await ranges.read({ fromBlock: 0n, toBlock: 2000n }, query);
  const refused = () => asked.filter((blocks) => blocks > 100n).length;
  expect(asked.slice(0, 5)).toEqual([1024n, 512n, 256n, 128n, 64n]);
  asked.length = 0;
  await ranges.read({ fromBlock: 0n, toBlock: 64_000n }, query);
  // At most one question in eleven is in vain.
  expect(refused()).toBeLessThanOrEqual(Math.ceil(asked.length / 11));
  expect(refused()).toBeGreaterThan(0);
});

test("a crowded stretch makes the questions small only for a while", async () => {
  const ranges = new BlockRanges(1000n);
  await ranges.read({ fromBlock: 0n, toBlock: 100n }, endpoint(1n).query);
  const { asked, query } = endpoint(1000n);
  await ranges.read({ fromBlock: 0n, toBlock: 100_000n }, query);
  expect(asked.at(-2)).toBe(1000n);
  expect(asked.length).toBeLessThan(250);
});

test("an endpoint that does not answer is not asked for less, and a block that it refuses is told", async () => {
  let asked = 0;
  const query = (error: Error) => async (): Promise<never> => {
    asked += 1;
    throw error;
  };
  const busy = new HttpRequestError({ url: "http://127.0.0.1", status: 429 });
  await expect(new BlockRanges().read({ fromBlock: 0n, toBlock: 9n }, query(busy))).rejects.toBe(busy);
  expect(asked).toBe(1);
  const never = new Error("no");
  await expect(new BlockRanges().read({ fromBlock: 0n, toBlock: 9n }, query(never))).rejects.toBe(never);
});
