import { describe, expect, test } from "vitest";
import { InvariantError } from "../core/errors.ts";
import { COLUMNS } from "../core/wrap.ts";
import { timelineOf } from "./scenario.ts";
import { someSummary } from "./someSummary.ts";
import { assertSound, explain, type Summary } from "./summary.ts";

const dead = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };
const liar = { name: "Gist", stage: "summarise", declares: 1000, rate: 500, paid: 499 };
const violation = { invariant: "I1", reason: "3 wei of 100 streamed are unaccounted for" };

test("a sound summary passes, and a broken invariant is named", () => {
  expect(() => assertSound(someSummary())).not.toThrow();
  const broken = someSummary({ violations: [violation, { invariant: "I8", reason: "no units" }] });
  expect(() => assertSound(broken)).toThrow(InvariantError);
  expect(() => assertSound(broken)).toThrow(`I1 violated: ${violation.reason}`);
});

/** All lines as one. */
const said = (summary: Summary): string => explain(summary, dead, liar, timelineOf(60)).join("\n").replace(/\s+/g, " ");

describe("explain", () => {
  test("says what came out", () => {
    const text = said(someSummary());
    expect(text).toContain("equal to the last wei");
    expect(text).toContain("44.4 % of its stage's pay when it died at 15:00, 0.2 % before it came back at 36:00");
    expect(text).toContain("= 41.263648 to agents + 2.726012 in escrow + 7.593500 returned + 0.000000 fee");
  });

  test("in lines of a screen, however large the numbers are, and breaks no amount from what it is", () => {
    const wei = "1234567999999999999999999";
    const large = someSummary({
      ...{ streamedWei: wei, slashedWei: wei, receivedWei: wei, escrowWei: wei, returnedWei: wei, feeWei: wei },
      ...{ dustWei: wei, deadSinkSlashedWei: wei, dyingSinkSlashedWei: wei, liarRateOverTrueRate: 12.3456 },
      ...{
        arrivedRequests: 9_999_999,
        servedRequests: 9_999_999,
        turnedAwayRequests: 9_999_999,
        waitingRequests: 9_999_999,
      },
      ...{ medianLatencySeconds: 14_400, deadSinkSlashes: 12, honestSlashes: 12 },
    });
    const lines = explain(large, dead, liar, timelineOf(240)).flatMap((line) => line.split("\n"));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
    for (const what of ["slashed", "to agents", "in escrow", "returned", "fee"]) {
      expect(lines.join("\n")).toContain(`1,234,567.999999 ${what}`);
    }
  });

  test("says what the liar and the dead agent got", () => {
    const text = said(someSummary());
    expect(text).toMatch(/Gist declares 1\.00, delivers 0\.50, .*paid 0\.49 .*99\.8 % of its true rate/);
    expect(text).toMatch(/Ghost .*slashed 2 times, 0\.706854 USDCx/);
    expect(text).toContain("no agent that delivers was ever slashed");
  });

  test.each([
    [0, "not slashed yet"],
    [1, "slashed once"],
  ])("counts: %d", (deadSinkSlashes, words) => {
    expect(said(someSummary({ deadSinkSlashes }))).toContain(words);
  });

  test("hides nothing", () => {
    const text = said(someSummary({ conserved: false, honestSlashes: 2, violations: [violation] }));
    expect(text).toContain("NOT EQUAL");
    expect(text).toContain("2 SLASHES OF AGENTS THAT DELIVER");
    expect(text).toContain(`VIOLATED I1: ${violation.reason}`);
    expect(text).not.toContain("held in every block");
  });
});
