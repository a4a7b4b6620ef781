import { BaseError } from "viem";
import { describe, expect, test } from "vitest";
import { describeError, exitCodeOf, InvariantError, ToolMissingError, TraceError, UsageError } from "./errors.ts";

describe("describeError", () => {
  test("is one line, whatever was thrown", () => {
    expect(describeError(new Error("first\nsecond"))).toBe("first");
    expect(describeError(new TypeError(""))).toBe("TypeError");
    expect(describeError("text")).toBe("text");
    expect(describeError(undefined)).toBe("undefined");
  });

  test("takes viem's short message", () => {
    const error = new BaseError("The call failed.", { details: "a lot" });
    expect(error.message).toContain("\n");
    expect(describeError(error)).toBe("The call failed.");
  });
});

test("messages name what is wrong and where", () => {
  expect(new TraceError("a.csv", 7, "no tokens").message).toBe("trace a.csv, line 7: no tokens");
  expect(new TraceError("a.csv", undefined, "no such file").message).toBe("trace a.csv: no such file");
  expect(new InvariantError("I1", "3 wei are missing").message).toBe("I1 violated: 3 wei are missing");
  expect(new ToolMissingError("anvil").message).toMatch(/^anvil is missing for \S+-\S+: run `npm ci`$/);
});

test("what the user has to correct ends with 2, everything else with 1", () => {
  expect(exitCodeOf(new UsageError("no"))).toBe(2);
  expect(exitCodeOf(new TraceError("a.csv", 7, "no"))).toBe(2);
  expect(exitCodeOf(new InvariantError("I1", "no"))).toBe(1);
  expect(exitCodeOf(new Error("no"))).toBe(1);
  expect(exitCodeOf("no")).toBe(1);
});
