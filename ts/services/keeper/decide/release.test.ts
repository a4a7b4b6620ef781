import { describe, expect, test } from "vitest";
import { shouldDrain } from "./drain.ts";
import { shouldRelease } from "./release.ts";

describe("drain", () => {
  test.each([
    [0n, 0n, false],
    [1n, 0n, true],
    [9n, 10n, false],
    [10n, 10n, true],
  ])("%s drainable with a minimum of %s: %s", (drainable, minAmount, expected) => {
    expect(shouldDrain({ drainable, minAmount })).toBe(expected);
  });
});

describe("release", () => {
  const view = { drainable: 0n, releasable: 0n, minAmount: 10n };
  test.each([
    ["nothing is there", {}, false],
    ["enough is releasable", { releasable: 10n }, true],
    ["too little is", { releasable: 9n }, false],
    ["the sinks can take some of it first", { releasable: 10n, drainable: 10n }, false],
    ["what the sinks can take is not worth it", { releasable: 10n, drainable: 9n }, true],
    ["nothing is, without a minimum", { minAmount: 0n }, false],
  ])("when %s", (_, changes, expected) => expect(shouldRelease({ ...view, ...changes })).toBe(expected));
});
