import { describe, expect, test } from "vitest";
import { InvariantError } from "../core/errors.ts";
import { timelineOf } from "./scenario.ts";
import { someSummary } from "./someSummary.ts";
import { assertSound, explain } from "./summary.ts";

const dead = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };
const liar = { name: "Gist", stage: "summarise", declares: 1000, rate: 500, paid: 499 };
const violation = { invariant: "I1", reason: "3 wei of 100 streamed are unaccounted for" };

test("a sound summary passes, and a broken invariant is named", () => {
  expect(() => assertSound(someSummary())).not.toThrow();
  const broken = someSummary({ violations: [violation, { invariant: "I8", reason: "no units" }] });
  expect(() => assertSound(broken)).toThrow(InvariantError);
  expect(() => assertSound(broken)).toThrow(`I1 violated: ${violation.reason}`);
});

describe("explain", () => {
  test("says what came out in lines of a screen", () => {
    const lines = explain(someSummary(), dead, liar, timelineOf(60));
    expect(lines.join("\n")).toContain("equal to the last wei");
    expect(lines.join("\n")).toContain(
      "44.4 % of its stage's pay when it died at 15:00, 0.2 % before it came back at 36:00",
    );
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(118);
  });

  test("says what the liar and the dead agent got", () => {
    const lines = explain(someSummary(), dead, liar, timelineOf(60));
    expect(lines).toContainEqual(expect.stringMatching(/^Gist .*declares 1\.00, delivers 0\.50.*paid 0\.49 .*99\.8 %/));
    expect(lines).toContainEqual(expect.stringMatching(/^Ghost .*slashed 2 times, 0\.706854 USDCx/));
    expect(lines).toContainEqual(expect.stringContaining("no agent that delivers was ever slashed"));
  });

  test.each([
    [0, /^Ghost .*not slashed yet/],
    [1, /^Ghost .*slashed once/],
  ])("counts: %d", (deadSinkSlashes, line) => {
    expect(explain(someSummary({ deadSinkSlashes }), dead, liar, timelineOf(60))).toContainEqual(
      expect.stringMatching(line),
    );
  });

  test("hides nothing", () => {
    const text = explain(
      someSummary({ conserved: false, honestSlashes: 2, violations: [violation] }),
      dead,
      liar,
      timelineOf(60),
    ).join("\n");
    expect(text).toContain("NOT EQUAL");
    expect(text).toContain("2 SLASHES OF AGENTS THAT DELIVER");
    expect(text).toContain(`VIOLATED     I1: ${violation.reason}`);
    expect(text).not.toContain("held in every block");
  });
});
