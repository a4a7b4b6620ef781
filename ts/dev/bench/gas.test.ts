import { expect, test } from "vitest";
import { type ForgeReport, failuresOf, measurementsOf } from "./gas.ts";

const report: ForgeReport = {
  "test/gas/Gas.t.sol:Gas100Test": {
    test_results: {
      "test_Commit()": { status: "Success", reason: null, gas_snapshots: { "gas-100": { commit: "34900" } } },
      "test_Drain()": { status: "Failure", reason: "drain: drifted", gas_snapshots: { "gas-100": { drain: "7" } } },
    },
  },
  "test/gas/Gas.t.sol:Gas10Test": {
    test_results: {
      "test_Commit()": { status: "Success", reason: null, gas_snapshots: { "gas-10": { commit: "34898" } } },
      "test_SetUp()": { status: "Success", reason: null, gas_snapshots: { sizes: { Pipeline: "2662" } } },
    },
  },
};

test("reads one measurement per operation and pool, also those of failed tests", () => {
  expect(measurementsOf(report)).toEqual([
    { operation: "commit", sinks: 10, gas: 34898 },
    { operation: "commit", sinks: 100, gas: 34900 },
    { operation: "drain", sinks: 100, gas: 7 },
  ]);
});

test("names every failed test", () => {
  expect(failuresOf(report)).toEqual(["Gas100Test.test_Drain(): drain: drifted"]);
});
