/** What docs/assurance.md says of one check. */
export type Claim = { check: string; proved: boolean };

/** How a check ended: Halmos's exit code, 0 for a proof; or that a loop was cut, so that not all was looked at. */
export type Finding = { check: string; exitCode: number };

/** No exit code of Halmos, which says nothing of this. */
const LOOP_CUT = -1;

/** Halmos's exit codes that a reader of the summary meets. */
const MEANINGS: Record<number, string> = {
  0: "is proved",
  1: "has a counterexample",
  2: "is not decided in time",
  [LOOP_CUT]: "has a loop that was cut",
};

/** The rows of the table of checks: `| `check_…` | property | proved … |`. */
export function readClaims(markdown: string): Claim[] {
  return markdown.split("\n").flatMap((line) => {
    const [, name, , result] = line.split("|").map((cell) => cell.trim());
    const check = name?.match(/^`(check_\w+)`$/)?.[1];
    return check === undefined || result === undefined ? [] : [{ check, proved: result.startsWith("proved") }];
  });
}

/** Halmos's JSON lists, per contract, how each check ended. */
export function readFindings(json: string): Finding[] {
  type Entry = { name: string; exitcode: number; num_bounded_loops: number };
  const { test_results } = JSON.parse(json) as { test_results: Record<string, Entry[]> };
  return Object.values(test_results)
    .flat()
    .map(({ name, exitcode, num_bounded_loops }) => ({
      check: name.replace(/\(.*/, ""),
      exitCode: exitcode === 0 && num_bounded_loops !== 0 ? LOOP_CUT : exitcode,
    }));
}

/**
 * Where the table and the results part.
 * @returns One line each; none if every check that is listed as proved is proved, no other has a counterexample, and
 * table and checks are the same.
 */
export function compare(claims: readonly Claim[], findings: readonly Finding[]): string[] {
  const found = new Map(findings.map(({ check, exitCode }) => [check, exitCode]));
  const listed = new Set(claims.map(({ check }) => check));
  const broken = claims.flatMap(({ check, proved }) => {
    const exitCode = found.get(check);
    if (exitCode === undefined) return [`${check} is listed and was not run`];
    if (exitCode === 0 || (!proved && exitCode === 2)) return [];
    return [`${check} is listed as ${proved ? "proved" : "not decided"} and ${MEANINGS[exitCode] ?? "failed"}`];
  });
  return [
    ...broken,
    ...findings.filter(({ check }) => !listed.has(check)).map(({ check }) => `${check} is not listed`),
  ];
}
