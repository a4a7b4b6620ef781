import * as viem from "viem/chains";
import { expect, test } from "vitest";
import { base, baseSepolia, foundry } from "./chains.ts";

test.each([
  ["base", base, viem.base],
  ["baseSepolia", baseSepolia, viem.baseSepolia],
  ["foundry", foundry, viem.foundry],
])("%s is what viem says, but for contracts of the settlement layer", (_name, ours, theirs) => {
  // Each definition has a method of its own.
  const { extend, ...said } = ours as typeof ours & { extend: unknown };
  expect(extend).toBeDefined();
  expect(theirs).toMatchObject(said);
});
