import { encodeAbiParameters, encodeEventTopics, type Hex } from "viem";
import { expect, test } from "vitest";
import { escrowBufferAbi } from "../abi/generated.ts";
import { Drains } from "./drains.ts";
import { someMarket } from "./someMarket.ts";

const market = someMarket();
const { escrowBuffer, stakeManager } = market.protocol;

function drained(stage: number, overflow: bigint, deposits: bigint, address: Hex = escrowBuffer) {
  const taskTypeId = market.stages[stage]?.id;
  const topics = encodeEventTopics({ abi: escrowBufferAbi, eventName: "Drained", args: { taskTypeId } });
  const data = encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [overflow, deposits]);
  return { address, topics: topics as [Hex, ...Hex[]], data };
}

test("adds up what an escrow has paid lately, by its own events alone", () => {
  const drains = new Drains(market);
  drains.record({ timestamp: 100, transactions: 1, logs: [drained(0, 5n, 2n), drained(1, 11n, 0n)] });
  drains.record({ timestamp: 160, transactions: 1, logs: [drained(0, 100n, 0n), drained(0, 7n, 0n, stakeManager)] });
  expect(drains.since(0, 99)).toBe(107n);
  expect(drains.since(0, 100)).toBe(100n);
  expect(drains.since(1, 99)).toBe(11n);
  expect(drains.since(2, 99)).toBe(0n);
});
