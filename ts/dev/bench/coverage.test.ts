import { expect, test } from "vitest";
import { coverageOf, shortfallsOf, tableOf } from "./coverage.ts";

const LCOV = `TN:
SF:script/Deploy.s.sol
DA:5,0
end_of_record
TN:
SF:src/Pipeline.sol
DA:10,3
DA:11,0
BRDA:10,0,0,2
BRDA:12,1,0,-
BRDA:12,1,1,0
FN:10,Pipeline.limitOf
end_of_record
`;

test("counts the lines and branches of one folder and knows those that were missed", () => {
  expect(coverageOf(LCOV, "src/")).toEqual([
    {
      file: "src/Pipeline.sol",
      lines: { reached: 1, total: 2, missed: [11] },
      branches: { reached: 1, total: 3, missed: [12, 12] },
    },
  ]);
});

test("names every gap under the table", () => {
  expect(tableOf(coverageOf(LCOV, "src/")).split("\n").slice(2)).toEqual([
    "| src/Pipeline.sol | 50.00 % (1/2) | 33.33 % (1/3) |",
    "| total | 50.00 % (1/2) | 33.33 % (1/3) |",
    "src/Pipeline.sol:11: line not reached",
    "src/Pipeline.sol:12: branch not reached",
    "src/Pipeline.sol:12: branch not reached",
  ]);
});

test("fails below the minimum, and when there is nothing to measure", () => {
  expect(shortfallsOf(coverageOf(LCOV, "src/"))).toEqual([
    "lines: 50.00 % is less than 98 %",
    "branches: 33.33 % is less than 98 %",
  ]);
  expect(shortfallsOf(coverageOf(LCOV, "nowhere/"))).toEqual(["forge reported no contract"]);
  expect(shortfallsOf(coverageOf("SF:src/A.sol\nDA:1,1\nend_of_record\n", "src/"))).toEqual([]);
});
