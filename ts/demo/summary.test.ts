import { describe, expect, test } from "vitest";
import { InvariantError } from "../errors.ts";
import { someSummary } from "../testing/summary.ts";
import { timelineOf } from "./scenario.ts";
import { assertSound, explain } from "./summary.ts";

const dead = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };
const violation = { invariant: "I1", reason: "3 wei of 100 streamed are unaccounted for" };

test("a sound summary passes, and a broken invariant is named", () => {
  expect(() => assertSound(someSummary())).not.toThrow();
  const broken = someSummary({ violations: [violation, { invariant: "I8", reason: "no units" }] });
  expect(() => assertSound(broken)).toThrow(InvariantError);
  expect(() => assertSound(broken)).toThrow(`I1 violated: ${violation.reason}`);
});

describe("explain", () => {
  test("says what came out in lines of a screen", () => {
    const lines = explain(someSummary(), dead, timelineOf(60));
    expect(lines.join("\n")).toContain("equal to the last wei");
    expect(lines.join("\n")).toContain(
      "44.4 % of its stage's pay when it died at 20:00, 0.2 % before it came back at 40:00",
    );
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(118);
  });

  test("hides nothing", () => {
    const text = explain(someSummary({ conserved: false, violations: [violation] }), dead, timelineOf(60)).join("\n");
    expect(text).toContain("NOT EQUAL");
    expect(text).toContain(`VIOLATED     I1: ${violation.reason}`);
    expect(text).not.toContain("held in every block");
  });
});
