import { expect, test } from "vitest";
import { campaignOf, idleOf, tableOf } from "./deep.ts";

// Two runs; the second one never drained.
const campaign = campaignOf("economy", "drain,20,1\nopen,3,3\nseen: debt,2,1\nopen,2,1\ndrain,10,0\n");

test("adds up the runs, the rarest success first", () => {
  expect(campaign).toEqual({
    name: "economy",
    runs: 2,
    tallies: [
      { action: "drain", calls: 30, successes: 1 },
      { action: "seen: debt", calls: 2, successes: 1 },
      { action: "open", calls: 5, successes: 4 },
    ],
  });
});

test("counts only what the fuzzer called", () => {
  expect(tableOf(campaign).split("\n")).toEqual([
    "| economy: 2 runs, 35 calls | calls | successes | share |",
    "|---|---:|---:|---:|",
    "| drain | 30 | 1 | 3.3 % |",
    "| seen: debt | 2 | 1 | 50.0 % |",
    "| open | 5 | 4 | 80.0 % |",
  ]);
});

test("names what succeeds in less than a twentieth of its calls", () => {
  expect(idleOf(campaign)).toEqual(['economy: "drain" succeeded in 1 of 30 calls']);
  expect(idleOf(campaignOf("enough", "drain,20,1"))).toEqual([]);
});
