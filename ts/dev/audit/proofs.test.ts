import { describe, expect, it } from "vitest";
import { compare, readClaims, readFindings } from "./proofs.ts";

const TABLE = `
| check | property | result |
|---|---|---|
| \`check_A_Holds\` | a holds | proved |
| \`check_B_Holds\` | b holds | proved for n < 2 |
| \`check_C_Holds\` | c holds | not decided: fuzzed only |
`;

describe("the table of checks", () => {
  it("says of every check whether it is proved", () => {
    expect(readClaims(TABLE)).toEqual([
      { check: "check_A_Holds", proved: true },
      { check: "check_B_Holds", proved: true },
      { check: "check_C_Holds", proved: false },
    ]);
  });

  it("agrees with results that are at least as good", () => {
    const results = [finding("check_A_Holds", 0), finding("check_B_Holds", 0)];

    expect(compare(readClaims(TABLE), [...results, finding("check_C_Holds", 2)])).toEqual([]);
    expect(compare(readClaims(TABLE), [...results, finding("check_C_Holds", 0)])).toEqual([]);
  });

  it.each([
    ["a proof is lost", [0, 2, 2], "check_B_Holds is listed as proved and is not decided in time"],
    ["a proof is refuted", [1, 0, 2], "check_A_Holds is listed as proved and has a counterexample"],
    ["what was not decided is refuted", [0, 0, 1], "check_C_Holds is listed as not decided and has a counterexample"],
    ["a check ends otherwise", [0, 3, 2], "check_B_Holds is listed as proved and failed"],
  ])("differs if %s", (_, exitCodes, expected) => {
    const claims = readClaims(TABLE);

    const findings = claims.map(({ check }, i) => finding(check, exitCodes[i] ?? 0));

    expect(compare(claims, findings)).toEqual([expected]);
  });

  it("differs if a check is missing on either side", () => {
    const results = [finding("check_A_Holds", 0), finding("check_B_Holds", 0), finding("check_D_Holds", 0)];

    expect(compare(readClaims(TABLE), results)).toEqual([
      "check_C_Holds is listed and was not run",
      "check_D_Holds is not listed",
    ]);
  });
});

it("reads Halmos's results; a proof that cut a loop is none", () => {
  const json = JSON.stringify({
    exitcode: 1,
    test_results: {
      "a.sol:A": [{ name: "check_A_Holds(uint256,bool)", exitcode: 0, num_bounded_loops: 0 }],
      "b.sol:B": [{ name: "check_B_Holds()", exitcode: 2, num_bounded_loops: 0 }],
      "c.sol:C": [{ name: "check_C_Holds()", exitcode: 0, num_bounded_loops: 1 }],
    },
  });

  expect(readFindings(json)).toEqual([
    finding("check_A_Holds", 0),
    finding("check_B_Holds", 2),
    finding("check_C_Holds", -1),
  ]);
});

function finding(check: string, exitCode: number) {
  return { check, exitCode };
}
