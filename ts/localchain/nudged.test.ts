import { createPublicClient, custom, RpcRequestError } from "viem";
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

test.each([
  ["who is reverted once is asked for again", "eth_call", 1, 2, "0x12"],
  ["who is reverted twice is reverted", "eth_call", 2, 2, 3],
  ["what is no call is asked for once", "eth_getCode", 1, 1, 3],
] as const)("%s", async (_, method, reverts, expected, answer) => {
  let asked = 0;
  const request = async () => {
    asked++;
    const error = { code: 3, message: "execution reverted" };
    if (asked <= reverts) throw new RpcRequestError({ body: {}, error, url: "http://127.0.0.1" });
    return "0x12";
  };
  const client = createPublicClient({ transport: nudged(custom({ request })) });
  const answered = client.request({ method, params: [{}, "latest"] } as never);
  expect(await answered.catch(({ code }) => code)).toBe(answer);
  expect(asked).toBe(expected);
});
