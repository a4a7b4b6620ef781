/**
 * `npm run test:mutants`: how much of what `src/` does the tests notice.
 *
 * Every mutant is one small change of a source: another operator, a boundary moved by one, a guard or a statement
 * removed, a minimum for a maximum, another rounding, another constant, a modifier switched off. The tests should fail
 * with it. Compiling takes minutes, so all mutants are compiled at once, into a copy of the project in which the block's
 * coinbase chooses one of them at run time (`schemata.ts`); a test run then takes seconds. A mutant is tried with the
 * tests that are most likely to notice it first, and with fewer fuzz and invariant runs than `ALL_TESTS=true npm test`
 * has.
 *
 * `test/mutants.json` says of each mutant that survives why no test can notice it; those meet fuzz and unit tests only. Any
 * other survivor is an error.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { asProgram } from "../asProgram.ts";
import type { Mutant } from "./schemata.ts";
import { failureOf, fingerprint, type Stage, stagesOf, testFiles, until } from "./suite.ts";
import { compile, makeWorkspace } from "./workspace.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What is known of a mutant: the test that failed, or the stages that passed, by their fingerprint. */
type Result = { killedBy?: string; passed: string[] };

/** A mutant that no test can notice, or that none should, and why. */
type Explained = { mutant: string; why: string };

type Options = {
  sample?: number;
  seed: number;
  only?: string;
  until: string;
  jobs: number;
  resume?: boolean;
  work: string;
};

function program(): Command {
  return new Command("npm run test:mutants --")
    .description("Tries the tests against small changes of the sources.")
    .option("--sample <n>", "this many mutants, drawn from all sources alike; otherwise all", integer)
    .option("--seed <n>", "of the sample", integer, 1)
    .option(
      "--only <pattern>",
      "of those, only the ones whose name matches this regular expression, for example a file's name",
    )
    .option("--until <stage>", "leave later stages out, for a quick look: 'unit tests'", "invariants")
    .option("--jobs <n>", "test runs at a time", integer, 2)
    .option("--resume", "keep what an earlier run has found; survivors meet tests that are new or changed")
    .option("--work <dir>", "where the copy and the results are", join(ROOT, "cache/mutants"))
    .showHelpAfterError("(--help lists the options)");
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("not a whole number above zero");
  return value;
}

/** Names that stay when other lines of the file change. */
export function namesOf(mutants: readonly Mutant[]): Map<string, Mutant> {
  const names = new Map<string, Mutant>();
  for (const mutant of mutants) {
    const name = `${mutant.file} ${mutant.within}: ${mutant.original} → ${mutant.mutated}`;
    let unique = name;
    for (let i = 2; names.has(unique); ++i) unique = `${name} (${i})`;
    names.set(unique, mutant);
  }
  return names;
}

/** In an order that is random but for the seed, and that a change of one mutant leaves to the others. */
function shuffled(names: Iterable<string>, seed: number): string[] {
  const rank = (name: string) => createHash("sha256").update(`${seed} ${name}`).digest("hex");
  return [...names]
    .map((name) => [rank(name), name] as const)
    .sort()
    .map(([, name]) => name);
}

/** Tries one mutant, stage by stage, until a test fails. */
async function tryMutant(work: string, mutant: Mutant, stages: Stage[], before: Result | undefined): Promise<Result> {
  if (before?.killedBy !== undefined) return before;
  const passed = before?.passed ?? [];
  for (const stage of stages) {
    const mark = fingerprint(work, stage);
    if (passed.includes(mark)) continue;
    const failed = await failureOf(work, mutant.number, stage);
    if (failed !== undefined) return { killedBy: `${failed} (${stage.name})`, passed };
    passed.push(mark);
  }
  return { passed };
}

async function assertSuitePasses(work: string, stages: Stage[]): Promise<void> {
  for (const stage of stages) {
    const failed = await failureOf(work, 0, stage);
    if (failed !== undefined) throw new Error(`${failed} fails without any mutant`);
  }
}

async function main(): Promise<void> {
  const options = program().parse().opts<Options>();
  const explained = new Map(readJson<Explained[]>(join(ROOT, "test/mutants.json"), []).map((e) => [e.mutant, e.why]));
  const log = (text: string) => process.stderr.write(`${text}\n`);

  const mutants = namesOf(makeWorkspace(ROOT, options.work));
  log(`${mutants.size} mutants; compiling them all at once …`);
  await compile(options.work);
  const files = testFiles(options.work);
  const resultsPath = join(options.work, "results.json");
  const results = options.resume ? readJson<Record<string, Result>>(resultsPath, {}) : {};
  const stagesFor = (mutant: Mutant | undefined, name = "") => {
    const stages = until(options.until, stagesOf(mutant, files));
    // What no test can notice is not worth minutes.
    return explained.has(name) ? until("unit tests", stages) : stages;
  };
  if (!options.resume) {
    log("testing the copy without any mutant …");
    await assertSuitePasses(options.work, stagesFor(undefined));
  }

  const sample = shuffled(mutants.keys(), options.seed).slice(0, options.sample ?? mutants.size);
  const only = new RegExp(options.only ?? "");
  const chosen = sample.filter((name) => only.test(name));
  const queue = [...chosen];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const mutant = mutants.get(name) as Mutant;
      const stages = stagesFor(mutant, name);
      const before = results[name];
      const result = await tryMutant(options.work, mutant, stages, before);
      results[name] = result;
      writeFileSync(resultsPath, JSON.stringify(results, null, 1));
      if (before?.killedBy === undefined) log(`${result.killedBy ?? "SURVIVED"} | line ${mutant.line} ${name}`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));

  const rows = rowsOf(chosen.map((name) => [mutants.get(name) as Mutant, name, results[name]?.killedBy] as const));
  process.stdout.write(`${table(rows)}\n`);
  const open = chosen.filter((name) => results[name]?.killedBy === undefined && !explained.has(name));
  if (open.length > 0) throw new Error(`${open.length} mutants survive unexplained:\n${open.sort().join("\n")}`);

  function rowsOf(tried: (readonly [Mutant, string, string | undefined])[]): Row[] {
    const byFile = new Map<string, Row>();
    for (const [mutant, name, killedBy] of tried) {
      const row = byFile.get(mutant.file) ?? { file: mutant.file, mutants: 0, killed: 0, survived: 0, explained: 0 };
      byFile.set(mutant.file, row);
      row.mutants += 1;
      if (killedBy !== undefined) row.killed += 1;
      else if (explained.has(name)) row.explained += 1;
      else row.survived += 1;
    }
    return [...byFile.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  }
}

type Row = { file: string; mutants: number; killed: number; survived: number; explained: number };

function table(rows: Row[]): string {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total: Row = {
    file: "all",
    mutants: sum(({ mutants }) => mutants),
    killed: sum(({ killed }) => killed),
    survived: sum(({ survived }) => survived),
    explained: sum(({ explained }) => explained),
  };
  const line = (row: Row) => {
    const share = `${((100 * row.killed) / row.mutants).toFixed(1)} %`;
    return `| ${row.file} | ${row.mutants} | ${row.killed} | ${row.explained} | ${row.survived} | ${share} |`;
  };
  const head = "| file | mutants | killed | survived, explained | survived | share killed |\n|---|--:|--:|--:|--:|--:|";
  return [head, ...rows.map(line), line(total)].join("\n");
}

function readJson<T>(path: string, otherwise: T): T {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : otherwise;
}

await asProgram(import.meta.url, "test:mutants", main);
