import { describe, expect, test, vi } from "vitest";
import { COLUMNS } from "../../core/wrap.ts";
import { generateRequests, planDemand } from "../demand.ts";
import type { FinalTotals } from "../finalTotals.ts";
import { timelineOf } from "../scenario.ts";
import {
  type Counterfactual,
  compare,
  differences,
  type Happened,
  type Outcome,
  type Replayed,
} from "./counterfactual.ts";
import { COLUMN_NAMES, explainCounterfactual, rowsOf } from "./explain.ts";
import { replayInBackground } from "./inBackground.ts";
import { replay } from "./replay.ts";
import { RULES, type Rule } from "./rules.ts";

// Seconds of work; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 240_000 });

const timeline = timelineOf(20);
const requests = planDemand(generateRequests(5, timeline.end), timeline, 5);

/** A run on a chain that came to what the model says. */
function happened(): Happened {
  const { workshop, totals } = replay({ requests, timeline, seed: 5, rule: RULES[0] as Rule });
  const stages = totals.map(({ dust: _, ...stage }) => ({ ...stage, fee: 0n }));
  const dust = totals.reduce((sum, stage) => sum + stage.dust, 0n);
  const all = { ...(stages[0] as (typeof stages)[number]), dust, stages };
  return { workshop, totals: all satisfies FinalTotals };
}

describe("in the background", () => {
  test("all rules are replayed in order, and the first is what happened, to the wei", async () => {
    const background = replayInBackground({ requests, timeline, seed: 5 });
    const replayed = await background.result();
    await background.stop();
    expect(replayed.map(({ outcome: { split, paying } }) => ({ split, paying }))).toEqual(RULES);
    const what = happened();
    expect(differences(replayed[0] as Replayed, what)).toEqual([]);
    expect(compare(replayed, what).equalsChain).toBe(true);

    const [first, ...others] = what.totals.stages;
    const oneWeiMore = { ...first, received: (first?.received ?? 0n) + 1n } as FinalTotals["stages"][number];
    const else_ = { ...what, totals: { ...what.totals, stages: [oneWeiMore, ...others] } };
    expect(differences(replayed[0] as Replayed, else_)).toEqual([
      expect.stringMatching(/^received of stage 0 is \d+ in the model, was \d+$/),
    ]);
    expect(compare(replayed, else_).equalsChain).toBe(false);
  });

  test("can be stopped before it is done", async () => {
    const background = replayInBackground({ requests, timeline, seed: 5 });
    await background.stop();
    await expect(background.result()).rejects.toThrow("ended without a result");
  });
});

describe("for people", () => {
  const outcome = (rule: Rule): Outcome => ({
    ...rule,
    ...{ served: 1_234_567, turnedAway: 1, waiting: 1, medianLatencySeconds: 12_345 },
    streamedWei: "9999999999999999999999",
    receivedWei: "9999999999999999999999",
    inVainWei: "9999999999999999999999",
    ...{ slashedWei: "0", escrowWei: "0", returnedWei: "1999999999999999999", dustWei: "0" },
  });
  const counterfactual = (equalsChain: boolean): Counterfactual => ({ equalsChain, outcomes: RULES.map(outcome) });

  test("one row for each rule, each with a name of its own and all its numbers", () => {
    const rows = rowsOf(counterfactual(true));
    expect(new Set(rows.map(({ label }) => label)).size).toBe(RULES.length);
    expect(rows.every(({ cells }) => cells.length === COLUMN_NAMES.length)).toBe(true);
    expect(rows[0]?.cells).toEqual(["1,234,567", "9,999.99", "9,999.99", "1.99"]);
  });

  test("no line is wider than a screen, and no number touches the next", () => {
    const lines = explainCounterfactual(counterfactual(true)).flatMap((line) => line.split("\n"));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
    expect(lines.filter((line) => line.includes("1.99"))).toHaveLength(RULES.length);
    for (const line of lines.slice(1, 1 + RULES.length)) expect(line).toMatch(/ 1,234,567 9,999.99 9,999.99 +1.99$/);
  });

  test("says whether the model comes to what the chain says", () => {
    expect(explainCounterfactual(counterfactual(true)).join(" ")).toMatch(/to the\s+wei/);
    expect(explainCounterfactual(counterfactual(false)).join(" ")).toMatch(/DOES NOT\s+COME TO/);
  });
});
