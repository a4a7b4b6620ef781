import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, parse } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import picocolors from "picocolors";
import { processTerminal, runProgram } from "../core/commandLine.ts";
import { BackpressureError, UsageError } from "../core/errors.ts";
import { attacks, type Figure, figuresCsv, figuresText, play } from "./attacks/table.ts";
import { DICTIONARY_FILE } from "./dictionary.ts";
import { experiments } from "./experiments/index.ts";
import type { Settings } from "./experiments/types.ts";
import { dictionaryCsv, reportJson, reportText, writeReport } from "./output.ts";
import { runExperiment } from "./run.ts";
import { readTrace } from "./trace.ts";

/** Where everything goes if nobody says where. */
const ALL_OUT = "out/sim";

interface Arguments {
  experiment?: string[];
  all?: boolean;
  attacks?: boolean;
  list?: boolean;
  json?: boolean;
  seed: number;
  maxSeeds?: number;
  workers: number;
  out?: string;
  trace?: string[];
}

function program(): Command {
  return new Command("npm run sim --")
    .description("Runs the experiments of the model. Every run conserves money exactly or fails.")
    .option("-e, --experiment <names...>", "experiments to run, E1 to E17")
    .option("-a, --all", "run all experiments")
    .option("--attacks", "play every attack on the rule of evidence, and hold its figures against their bounds")
    .option("-l, --list", "list the experiments")
    .option("--json", "print results as JSON on standard output")
    .option("--seed <n>", "first seed; the others follow it", integer, 1)
    .option("--max-seeds <n>", "at most this many seeds per case, for a quick look", integer)
    .addOption(
      new Option("--workers <n>", "threads; results do not depend on it")
        .argParser(integer)
        .default(availableParallelism(), "all cores"),
    )
    .option("-o, --out <dir>", `write CSV files, what their columns are, and SVG charts there; with --all, ${ALL_OUT}`)
    .option("--trace <files...>", "request traces for E10 (TIMESTAMP,ContextTokens,GeneratedTokens)")
    .allowExcessArguments(false)
    .action((options: Arguments) => run(options).finally(clearProgress));
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("not a whole number above zero");
  return value;
}

async function run(options: Arguments): Promise<void> {
  if (options.attacks) return runAttacks(options);
  // Once and before anything takes time, not in every thread.
  const settings: Settings = options.trace === undefined ? {} : { traces: options.trace.map(namedTrace) };
  const known = experiments(settings);
  if (options.list) {
    for (const { name, title } of known) console.log(`${name.padEnd(4)} ${title}`);
    return;
  }
  const names = options.all ? known.map(({ name }) => name) : (options.experiment ?? []);
  if (names.length === 0) throw new UsageError("name an --experiment, or --all (see npm run sim -- --help)");
  const out = options.out ?? (options.all ? ALL_OUT : undefined);
  const results: unknown[] = [];
  for (const name of names) {
    const started = performance.now();
    const report = await runExperiment(name, {
      settings,
      firstSeed: options.seed,
      workers: options.workers,
      progress: progressOf(name, started),
      ...(options.maxSeeds === undefined ? {} : { maxSeeds: options.maxSeeds }),
    });
    clearProgress();
    const files = out === undefined ? [] : writeReport(report, out);
    console.error(
      picocolors.dim(`${name}: ${seconds(started)}${files.length > 0 ? `, wrote ${files.join(" ")}` : ""}`),
    );
    if (options.json) results.push(reportJson(report));
    else console.log(reportText(report));
  }
  if (options.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, undefined, 2));
}

const namedTrace = (path: string) => ({ name: parse(path).name, requests: readTrace(path) });

/** The whole table; fails if a bound breaks. Writes `attacks.csv` with --out. */
function runAttacks({ json, out }: Arguments): void {
  const started = performance.now();
  const table = attacks.map((row) => {
    const figures = play(row, "whole");
    if (!json) console.log(figuresText(figures));
    return figures;
  });
  const figures: Figure[] = table.flat();
  if (json) console.log(JSON.stringify(figures, undefined, 2));
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "attacks.csv"), figuresCsv(figures));
    writeFileSync(join(out, DICTIONARY_FILE), dictionaryCsv());
  }
  const broken = figures.filter(({ holds }) => !holds).length;
  console.error(picocolors.dim(`${table.length} attacks, ${broken} bounds broken: ${seconds(started)}`));
  if (broken > 0) throw new BackpressureError(`${broken} bounds of the attack table are broken`);
}

const seconds = (started: number): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;

function progressOf(name: string, started: number): (done: number, total: number) => void {
  let shown = 0;
  return (done, total) => {
    const now = performance.now();
    if (!process.stderr.isTTY && now - shown < 5000) return;
    if (now - shown < 100 && done < total) return;
    shown = now;
    const line = `${name}  ${done} of ${total} runs, ${seconds(started)}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  };
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
}

const terminal = processTerminal();
process.exitCode = await runProgram(program(), process.argv.slice(2), terminal);
