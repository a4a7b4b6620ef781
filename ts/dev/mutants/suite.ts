import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { copyCache } from "../../localchain/forge.ts";
import { withTemporary } from "../../localchain/temporary.ts";
import { forgeIn } from "./forgeIn.ts";
import type { Mutant } from "./schemata.ts";

/** Test files that run together. */
export type Stage = { name: StageName; files: string[] };

type StageName = (typeof STAGES)[number];

/** In their order. */
const STAGES = [
  "fuzz test",
  "unit test",
  "unit tests",
  "other fuzz tests",
  "other unit tests",
  "scenarios",
  "invariants",
] as const;

/** Gas is measured elsewhere: asking for the mutant's number costs some. */
const GAS = /^test\/gas\/|InvariantGas|GasCap/;

/** Few runs: a mutant should fail where a test means it, not where a rare input happens to. */
const SETTINGS = { FOUNDRY_INVARIANT_RUNS: "8", FOUNDRY_INVARIANT_DEPTH: "32" };

/**
 * Where a mutant is tried, the most likely killers first. Every test is in one stage.
 * @param mutant None to see that the tests pass without one.
 */
export function stagesOf(mutant: Mutant | undefined, files: readonly string[]): Stage[] {
  const left = new Set(files.filter((file) => file.endsWith(".t.sol") && !GAS.test(file)));
  const stage = (name: StageName, belongs: (file: string) => boolean): Stage => {
    const taken = [...left].filter(belongs);
    for (const file of taken) left.delete(file);
    return { name, files: taken };
  };
  const below =
    (...folders: string[]) =>
    (file: string) =>
      folders.some((folder) => file.startsWith(`test/${folder}/`));

  const stages: Stage[] = [];
  if (mutant === undefined) {
    stages.push(stage("fuzz test", below("fuzz")));
    stages.push(stage("unit tests", below("unit")));
  } else {
    const [name] = mutant.within.split(".");
    // A folder for each contract, with a file for each of its functions.
    const units = mutant.entries.map((entry) => `unit/${entry.charAt(0).toLowerCase()}${entry.slice(1)}`.split("."));
    const files = units.map((path) => `test/${path.join("/")}.t.sol`);
    stages.push(stage("fuzz test", (file) => file === `test/fuzz/${name}.t.sol`));
    stages.push(stage("unit test", (file) => files.includes(file)));
    stages.push(stage("unit tests", below(...units.map(([folder = ""]) => folder))));
  }
  stages.push(stage("other fuzz tests", below("fuzz")));
  stages.push(stage("other unit tests", below("unit")));
  stages.push(stage("scenarios", below("scenario")));
  stages.push(stage("invariants", below("invariant")));
  return stages.filter((stage) => stage.files.length > 0);
}

/** Those that are not later than a stage of this name. */
export function until(last: string, stages: readonly Stage[]): Stage[] {
  const index = (STAGES as readonly string[]).indexOf(last);
  if (index < 0) throw new Error(`the stages are: ${STAGES.join(", ")}`);
  return stages.filter(({ name }) => STAGES.indexOf(name) <= index);
}

/** All files below `test/`. */
export function testFiles(root: string): string[] {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((file) => `test/${file}`)
    .sort();
}

/** Changes with the tests of a stage. */
export function fingerprint(root: string, stage: Stage): string {
  const hash = createHash("sha256");
  for (const file of stage.files) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Runs tests with one mutant, or with none; returns the first test that failed, or nothing. */
export async function failureOf(root: string, number: number, stage: Stage): Promise<string | undefined> {
  // Failures are not remembered: the next mutant must not be tried with this one's counterexamples.
  mkdirSync(join(root, "cache"), { recursive: true });
  const memory = mkdtempSync(join(root, "cache/mutant-"));
  copyCache(join(root, "cache"), memory);
  const environment = {
    ...SETTINGS,
    FOUNDRY_CACHE_PATH: memory,
    FOUNDRY_FUZZ_RUNS: stage.name.includes("fuzz") ? "64" : "4",
    FOUNDRY_BLOCK_COINBASE: `0x${number.toString(16).padStart(40, "0")}`,
    FOUNDRY_FUZZ_FAILURE_PERSIST_DIR: memory,
    FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR: memory,
  };
  const pattern = stage.files.length === 1 ? String(stage.files[0]) : `{${stage.files.join(",")}}`;
  const args = ["test", "--match-path", pattern, "--fail-fast", "--threads", "1"];
  const { code, output } = await withTemporary(memory, () => forgeIn(root, args, environment));
  if (code === 0) return undefined;
  const failed = /\[FAIL[^\n]*\] (\w+)\(/.exec(output)?.[1];
  if (failed === undefined) throw new Error(`forge ended with code ${code}: ${output.slice(-2000)}`);
  return failed;
}
