import { encodeAbiParameters, encodeEventTopics, type Hex } from "viem";
import { expect, test } from "vitest";
import { stakeManagerAbi } from "../abi/generated.ts";
import { DEAD, DYING, LIAR, START, timelineOf } from "./scenario.ts";
import { hitsHonest, Slashes } from "./slashes.ts";
import { someMarket } from "./someMarket.ts";

const market = someMarket();
const { stakeManager, escrowBuffer } = market.protocol;

function slashed(stage: number, agent: number, wei: bigint, address: Hex = stakeManager) {
  const taskTypeId = market.stages[stage]?.id;
  const sink = market.stages[stage]?.sinks[agent]?.address;
  const topics = encodeEventTopics({ abi: stakeManagerAbi, eventName: "Slashed", args: { taskTypeId, sink } });
  return { address, topics: topics as [Hex, ...Hex[]], data: encodeAbiParameters([{ type: "uint256" }], [wei]) };
}

test("reads the stake manager's events, and nobody else's", () => {
  const slashes = new Slashes(market);
  slashes.record({ timestamp: 100, transactions: 1, logs: [slashed(0, 3, 5n), slashed(1, 0, 7n, escrowBuffer)] });
  slashes.record({ timestamp: 200, transactions: 1, logs: [slashed(0, 3, 11n), slashed(0, 1, 2n)] });
  expect(slashes.all).toEqual([
    { timestamp: 100, stage: 0, agent: 3, wei: 5n },
    { timestamp: 200, stage: 0, agent: 3, wei: 11n },
    { timestamp: 200, stage: 0, agent: 1, wei: 2n },
  ]);
  expect(slashes.of(0, 3)).toBe(16n);
  expect(slashes.of(0)).toBe(18n);
  expect(slashes.of(1)).toBe(0n);
});

const { death, revival } = timelineOf(60);

test.each([
  ["the dead", DEAD, 1, false],
  ["the liar", LIAR, 1, false],
  ["the dying before it dies", DYING, death, true],
  ["the dying while it is dead", DYING, death + 1, false],
  ["the dying once it is back", DYING, revival + 1, true],
  ["anybody else", { stage: 2, agent: 1 }, 1500, true],
])("hitsHonest: %s", (_, { stage, agent }, at, expected) => {
  expect(hitsHonest({ timestamp: START + at, stage, agent, wei: 1n }, timelineOf(60))).toBe(expected);
});
