import { describe, expect, test, vi } from "vitest";
import { generateRequests, planDemand } from "../demand.ts";
import { DYING, LIAR, STAGES, timelineOf, UNIT_RATE, WAD } from "../scenario.ts";
import { type Replay, replay } from "./replay.ts";
import { fixedRates, RULES, type Rule, unitsOf } from "./rules.ts";

// Seconds of work; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 240_000 });

/** The shortest run; `main.test.ts` holds a replay of it, and of the hour, against the chain. */
const timeline = timelineOf(20);
const requests = planDemand(generateRequests(3, timeline.end), timeline, 3);
const play = (rule: Rule): Replay => replay({ requests, timeline, seed: 3, rule });

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const delivered = ({ workshop }: Replay, stage: number): bigint =>
  UNIT_RATE * sum((workshop.stages[stage]?.agents ?? []).map(({ served }) => BigInt(served)));

describe.each(RULES)("$split, $paying", (rule) => {
  const played = play(rule);

  test("accounts for every wei of every stage, and for every request", () => {
    for (const { streamed, slashed, received, escrow, returned, dust } of played.totals) {
      expect(streamed).toBeGreaterThan(10n ** 17n);
      expect(received + escrow + returned + dust).toBe(streamed + slashed);
    }
    const { arrived, served, turnedAway, waiting } = played.workshop.counts;
    expect(arrived).toBe(requests.length);
    expect(served + turnedAway + waiting).toBe(arrived);
  });

  test("delivers something in every stage, and no more than was paid for", () => {
    played.totals.forEach(({ received }, stage) => {
      expect(delivered(played, stage)).toBeGreaterThan(0n);
      expect(delivered(played, stage)).toBeLessThanOrEqual(received);
    });
  });

  test("without the protocol nothing waits, returns or is slashed", () => {
    if (rule.split === "protocol")
      return expect(sum(played.totals.map(({ returned }) => returned))).toBeGreaterThan(0n);
    for (const { slashed, escrow, returned } of played.totals)
      expect([slashed, escrow, returned]).toEqual([0n, 0n, 0n]);
  });
});

test("a replay is the same every time", () => {
  const [rule] = RULES as [Rule];
  const [first, second] = [play(rule), play(rule)];
  expect(second.totals).toEqual(first.totals);
  expect(second.workshop.latencies).toEqual(first.workshop.latencies);
});

test("who pays for each request once streams what was asked, as long as somebody asks; who pays again more", () => {
  const [once, again] = (["asked", "lacking"] as const).map((paying) => play({ split: "declared", paying }));
  const asked = UNIT_RATE * sum((once?.workshop.stages[0]?.payers ?? []).map((payer) => BigInt(payer.asked)));
  const streamed = once?.totals[0]?.streamed ?? 0n;
  expect(streamed).toBeLessThanOrEqual(asked);
  // What was asked in the last minute is not paid for yet.
  expect(streamed * 10n).toBeGreaterThan(asked * 8n);
  expect(again?.totals[0]?.streamed).toBeGreaterThan(streamed);
});

describe("shares that are set once", () => {
  const [liar, dying] = [LIAR, DYING].map(({ stage, agent }) => STAGES[stage].agents[agent]);

  test("are equal, or follow what is declared or staked", () => {
    if (!liar || !dying) throw new Error("nobody lies or dies");
    expect(unitsOf("equal", liar)).toBe(unitsOf("equal", dying));
    expect(unitsOf("declared", liar)).toBe(1000n);
    expect(unitsOf("declared", dying)).toBe(2200n);
    // Both stake for what they declare, and the minimum: 1 USDCx is 1,000 units.
    expect(unitsOf("stake", liar)).toBe(1000n + (1380n * 1000n) / 1000n);
  });

  test("of streams that are opened once: the next stage is paid half of what the one before is", () => {
    for (const split of ["equal", "declared", "stake"] as const) {
      const totals = fixedRates(split).map(sum);
      // 70 % of the capacity of the first stage: what is asked before the first shock.
      expect(totals[0]).toBe(6300n * UNIT_RATE);
      for (const stage of [1, 2]) {
        const passed = ((totals[stage - 1] ?? 0n) * (STAGES[stage - 1]?.passesOn ?? 0n)) / WAD;
        expect(passed - (totals[stage] ?? 0n)).toBeGreaterThanOrEqual(0n);
        expect(passed - (totals[stage] ?? 0n)).toBeLessThan(10n);
      }
    }
  });

  test("such a stream pays the same rate all the time", () => {
    const { totals } = play({ split: "equal", paying: "fixed" });
    expect(totals[0]?.streamed).toBeLessThanOrEqual(6300n * UNIT_RATE * BigInt(timeline.end));
    expect(totals[0]?.streamed).toBeGreaterThan(6299n * UNIT_RATE * BigInt(timeline.end));
  });
});
