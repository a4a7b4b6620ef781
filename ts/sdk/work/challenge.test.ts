import { createClient, custom, type Hex, keccak256, stringToBytes } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import type { WriteClient } from "../types.ts";
import { assertProven, proveEndpoint } from "./challenge.ts";
import { UnprovenEndpointError } from "./errors.ts";

// Nobody has code here: what no key has signed, no wallet has either.
const transport = custom({ request: async () => "0x" });
const account = privateKeyToAccount(generatePrivateKey());
const client = createClient({ account, chain: foundry, transport }) as WriteClient;
const hash = (text: string): Hex => keccak256(stringToBytes(text));
const where = {
  deployment: { capacityRegistry: "0x00000000000000000000000000000000000000aa" },
  chainId: 31337,
} as const;
const about = { taskTypeId: hash("task"), origin: "https://agent.example" };
const asked = { ...about, sink: account.address, nonce: hash("nonce") };

test("the sink's key proves that it is here", async () => {
  const proof = await proveEndpoint(client, { ...where, ...about, nonce: asked.nonce });
  await expect(assertProven(client, { ...where, challenge: asked, proof })).resolves.toBeUndefined();
});

test.each([
  ["another sink", { ...where, challenge: { ...asked, sink: "0x00000000000000000000000000000000000000bb" as const } }],
  ["another place", { ...where, challenge: { ...asked, origin: "https://evil.example" } }],
  ["another time", { ...where, challenge: { ...asked, nonce: hash("another") } }],
  ["another task type", { ...where, challenge: { ...asked, taskTypeId: hash("another") } }],
  ["another chain", { ...where, chainId: 8453, challenge: asked }],
])("and proves nothing about %s", async (_, other) => {
  const proof = await proveEndpoint(client, { ...where, ...about, nonce: asked.nonce });
  await expect(assertProven(client, { ...other, proof })).rejects.toThrow(UnprovenEndpointError);
});

test.each([undefined, "", "0x", "yes"])("%s is no proof", async (proof) => {
  await expect(assertProven(client, { ...where, challenge: asked, proof })).rejects.toThrow(UnprovenEndpointError);
});

test.each([null, "", "0x12", "x".repeat(66)])("%s is no challenge, and is not signed", async (nonce) => {
  expect(await proveEndpoint(client, { ...where, ...about, nonce })).toBeUndefined();
});
