/**
 * `npm run coverage:contracts`: which lines and branches of `src/` the contract tests reach, one row per contract, and
 * every line and branch that none reaches. Ends with an error below the minimum.
 *
 * Only tests that aim at something count: unit, fuzz and scenario tests. The invariants would reach much by chance, and
 * the gas tests mean nothing without the optimizer, which `forge coverage` turns off.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { asProgram } from "../asProgram.ts";

/** What forge found in one file. */
export type FileCoverage = {
  file: string;
  lines: Share;
  branches: Share;
};

/** @param missed Line numbers; a line with two branches may stand twice. */
export type Share = { reached: number; total: number; missed: number[] };

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const REPORT = "coverage/contracts.lcov";
const MINIMUM_PERCENT = 98;

const TESTS = "test/{unit,fuzz,scenario}/**";
/** They run what other tests run, thousands of times. */
const LEFT_OUT = "test/scenario/{Scale,GasCap}.t.sol";

/** The files below `folder` in an LCOV report. */
export function coverageOf(lcov: string, folder: string): FileCoverage[] {
  return lcov
    .split("end_of_record")
    .map((record): FileCoverage => {
      const fields = record.split("\n").map((line) => line.trim());
      return {
        file: values(fields, "SF")[0] ?? "",
        lines: shareOf(values(fields, "DA").map((value) => value.split(","))),
        branches: shareOf(values(fields, "BRDA").map((value) => value.split(","))),
      };
    })
    .filter(({ file }) => file.startsWith(folder));
}

function values(fields: string[], name: string): string[] {
  return fields.filter((field) => field.startsWith(`${name}:`)).map((field) => field.slice(name.length + 1));
}

/** Both kinds begin with the line and end with the hits; a branch whose condition was never met has "-". */
function shareOf(entries: string[][]): Share {
  const missed = entries.filter((entry) => !(Number(entry.at(-1)) > 0)).map((entry) => Number(entry[0]));
  return { reached: entries.length - missed.length, total: entries.length, missed };
}

/** All files together. */
export function totalOf(shares: Share[]): Share {
  const sum = (pick: (share: Share) => number): number => shares.reduce((total, share) => total + pick(share), 0);
  return { reached: sum((share) => share.reached), total: sum((share) => share.total), missed: [] };
}

export function percentOf({ reached, total }: Share): number {
  return total === 0 ? 100 : (100 * reached) / total;
}

/** A row per file, the total, and a line for each gap. */
export function tableOf(files: FileCoverage[]): string {
  const total = {
    file: "total",
    lines: totalOf(files.map((file) => file.lines)),
    branches: totalOf(files.map((file) => file.branches)),
  };
  const rows = [...files, total].map(({ file, lines, branches }) => `| ${file} | ${cell(lines)} | ${cell(branches)} |`);
  const gaps = files.flatMap(({ file, lines, branches }) => [
    ...lines.missed.map((line) => `${file}:${line}: line not reached`),
    ...branches.missed.map((line) => `${file}:${line}: branch not reached`),
  ]);
  return ["| file | lines | branches |", "|---|---:|---:|", ...rows, ...gaps].join("\n");
}

function cell(share: Share): string {
  return `${percentOf(share).toFixed(2)} % (${share.reached}/${share.total})`;
}

/** What is below the minimum; nothing if all is well. */
export function shortfallsOf(files: FileCoverage[]): string[] {
  if (files.length === 0) return ["forge reported no contract"];
  return (["lines", "branches"] as const)
    .map((kind) => ({ kind, percent: percentOf(totalOf(files.map((file) => file[kind]))) }))
    .filter(({ percent }) => percent < MINIMUM_PERCENT)
    .map(({ kind, percent }) => `${kind}: ${percent.toFixed(2)} % is less than ${MINIMUM_PERCENT} %`);
}

/** forge's own output goes to standard error: ours is the table. */
async function runForge(): Promise<void> {
  const forge = resolve(ROOT, "node_modules/.bin/forge");
  const tests = ["--match-path", TESTS, "--no-match-path", LEFT_OUT];
  const report = ["--report", "lcov", "--report-file", REPORT];
  mkdirSync(resolve(ROOT, dirname(REPORT)), { recursive: true });
  const child = spawn(forge, ["coverage", "--exclude-tests", ...tests, ...report], {
    cwd: ROOT,
    env: { ...process.env, FOUNDRY_PROFILE: "ci" },
    stdio: ["ignore", 2, 2],
  });
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  if (code !== 0) throw new Error(`forge ended with code ${code}`);
}

async function main(): Promise<void> {
  await runForge();
  const files = coverageOf(readFileSync(resolve(ROOT, REPORT), "utf8"), "src/");
  process.stdout.write(`${tableOf(files)}\n`);
  const shortfalls = shortfallsOf(files);
  if (shortfalls.length > 0) throw new Error(shortfalls.join("; "));
}

await asProgram(import.meta.url, "coverage:contracts", main);
