import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { findPython } from "../python.ts";
import { modelAnswer } from "./functions.ts";
import { computeVectors, formatted, VECTORS_FILE, type Vectors } from "./vectors.ts";

/** What docs/vectors.md says of docs/vectors.json. `Vectors.t.sol` asks the libraries, too. */

const CHECK = "docs/vectors/check.py";
const text = readFileSync(VECTORS_FILE, "utf8");
const vectors = JSON.parse(text) as Vectors;

test("the contracts answer today what the file says, byte by byte; so does the model, block by block", {
  timeout: 300_000,
}, async () => {
  // As lines, so that a difference can be read.
  expect(formatted(await computeVectors()).split("\n")).toEqual(text.split("\n"));
});

test.each(Object.entries(vectors.functions))("the model answers %s as the file says", (name, ofFunction) => {
  expect(ofFunction.cases.length).toBeGreaterThan(100);
  for (const row of ofFunction.cases) {
    expect(modelAnswer(name, ofFunction, row), row.join(" ")).toEqual(row.slice(ofFunction.inputs.length));
  }
});

const cases = Object.values(vectors.functions).reduce((sum, { cases }) => sum + cases.length, 0);
const blocks = vectors.histories.reduce((sum, { steps }) => sum + steps.length, 0);
const python = findPython([3, 10]);

describe.skipIf(python === undefined)("the implementation in Python, where there is Python 3.10", () => {
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Its exit code and what it printed. */
  async function check(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    try {
      return { code: 0, ...(await promisify(execFile)(python as string, [CHECK, ...args])) };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  }

  /** A copy of the file in which one value is larger by one. */
  function spoilt(spoil: (copy: Vectors) => void): string {
    const copy = structuredClone(vectors);
    spoil(copy);
    const file = join(folder, "spoilt.json");
    writeFileSync(file, JSON.stringify(copy));
    return file;
  }

  test("agrees with every vector", async () => {
    const { code, stdout, stderr } = await check();
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(`${Object.keys(vectors.functions).length} functions, ${cases} cases;`);
    expect(stdout).toContain(`${vectors.histories.length} histories, ${blocks} blocks; 0 differences`);
  });

  test("finds one wrong value in every function", async () => {
    const file = spoilt(({ functions }) => {
      for (const { cases } of Object.values(functions)) {
        const row = cases[7] as string[];
        row[row.length - 1] = `${BigInt(row.at(-1) as string) + 1n}`;
      }
    });
    const { code, stdout, stderr } = await check(file);
    expect(code).toBe(1);
    expect(stderr).toContain("remainingShareDown");
    expect(stdout).toContain(`${Object.keys(vectors.functions).length} differences`);
  });

  test("finds one wrong value in every history, whichever view it is of", async () => {
    const file = spoilt(({ histories }) => {
      for (const [i, { views, steps }] of histories.entries()) {
        const seen = steps[20]?.views as string[];
        const view = views.findIndex((name) =>
          name.includes(["overflowTimeOf", "ledgerOf(b).earned", "claimOf(x).held"][i] as string),
        );
        seen[view] = `${BigInt(seen[view] as string) + 1n}`;
      }
    });
    const { code, stdout, stderr } = await check(file);
    expect(code).toBe(1);
    for (const { name } of vectors.histories) expect(stderr).toContain(`history ${name} at`);
    expect(stdout).toContain(`${vectors.histories.length} differences`);
  });
});
