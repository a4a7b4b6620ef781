import { createPublicClient, custom } from "viem";
import { expect, test } from "vitest";
import { nudged } from "./nudged.ts";

/** Looks at the block number `looks` times, with something else in between after `breakAfter`. @returns Blocks mined. */
async function look(looks: number, breakAfter = looks): Promise<number> {
  let block = 7;
  const request = async ({ method }: { method: string }) => {
    if (method === "evm_mine") block++;
    return method === "eth_chainId" ? "0x1" : `0x${block.toString(16)}`;
  };
  const client = createPublicClient({ transport: nudged(custom({ request })), cacheTime: 0 });
  for (let i = 0; i < looks; i++) {
    if (i === breakAfter) await client.getChainId();
    await client.getBlockNumber();
  }
  return block - 7;
}

test("who waits for a block for long gets one", async () => {
  expect(await look(249)).toBe(0);
  expect(await look(250)).toBe(1);
  expect(await look(499)).toBe(1);
});

test("who does something else in between does not wait", async () => {
  expect(await look(400, 200)).toBe(0);
});
