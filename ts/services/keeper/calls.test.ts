import { type Address, decodeFunctionData, type Hex, numberToHex, pad } from "viem";
import { expect, test } from "vitest";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import type { Deployment } from "../../sdk/types.ts";
import { Calls } from "./calls.ts";

const taskTypeId = pad("0x1");
const sinkOf = (index: number): Address => pad(numberToHex(index), { size: 20 });
const deployment = Object.fromEntries(
  ["host", "capacityRegistry", "stakeManager", "escrowBuffer", "backpressurePool", "pipeline", "completionTracker"].map(
    (name, index) => [name, sinkOf(1000 + index)],
  ),
) as unknown as Deployment;
const calls = new Calls(deployment, 2);

/** By the order of the directory the last ones would go without in every epoch. */
const due = [3n, 1n, 4n, 2n].map((worth, index) => ({ sink: sinkOf(index), worth }));

const sinksIn = (data: Hex): readonly Address[] => {
  const { args } = decodeFunctionData({ abi: capacityRegistryAbi, data });
  return (args as unknown as [Hex, readonly Address[]])[1];
};

test("whom most is at stake for comes first, so that a budget that does not last for all is spent on them", () => {
  const byWorth = [2, 0, 3, 1].map(sinkOf);
  for (const work of [calls.rebalance(taskTypeId, due), calls.settle(taskTypeId, due), calls.assess(taskTypeId, due)]) {
    expect(work.items).toEqual(byWorth);
    expect(work.most).toBe(2);
  }
  const { build, worthOf } = calls.rebalance(taskTypeId, due);
  const first = byWorth.slice(0, 2);
  expect(sinksIn(build(first).data)).toEqual(first);
  // What the transaction moves is what decides whether it pays.
  expect(worthOf?.(first)).toBe(7n);
});
