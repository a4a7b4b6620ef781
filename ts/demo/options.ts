import { Command, CommanderError, InvalidArgumentError } from "commander";
import { UsageError } from "../core/errors.ts";
import { wrapHelp } from "../core/wrap.ts";
import { MAX_MINUTES, MIN_MINUTES } from "./scenario.ts";

/** What the user asked for. */
export type Options = {
  /** Length of the run in chain time. */
  minutes: number;
  seed: number;
  /** Path of a trace; undefined for the built-in generator. */
  trace?: string;
  /** Path of the HTML report. */
  report: string;
  /** Progress to stderr, and the summary as one JSON object on the last line of stdout. */
  json: boolean;
  /** Whether a visitor plays: nothing happens by plan, and it ends when the visitor or the demand does. */
  interactive: boolean;
};

const EXAMPLES = `
Examples:
  $ npm start
  $ npm start -- --interactive
  $ npm start -- --trace requests.csv
  $ npm start -- --minutes 20 --seed 7
  $ npm start --silent -- --json | tail -n 1 | jq .counterfactual

A trace has the columns TIMESTAMP, ContextTokens and GeneratedTokens. An hour of chain time takes well under a minute.
What the report and the JSON say: docs/main-job.md`;

/**
 * Reads the command line.
 * @param args Without the program's name.
 * @returns undefined if the user asked for help, which has been printed.
 * @throws {UsageError}
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const program = new Command("npm start --")
    .description(
      "Starts a local chain, deploys Superfluid and the protocol, and runs an economy of AI agents on it: two sources " +
        "pay by the second for reports that agents make in three stages (transcribe, summarise, report).",
    )
    .option("--trace <file>", "requests from a CSV file instead of the built-in generator")
    .option("--seed <number>", "seed of everything random", parseCount(0, 2 ** 32 - 1), 1)
    .option("--minutes <number>", "chain time to run (default: 60)", parseCount(MIN_MINUTES, MAX_MINUTES))
    .option(
      "--interactive",
      "let a visitor of the page kill agents, make them lie, change demand, until it is ended",
      false,
    )
    .option("--report <file>", "where to write the HTML report", parsePath, "out/report.html")
    .option("--json", "progress to stderr, the summary as one JSON object on the last line of stdout", false)
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(wrapHelp(text)), writeErr: () => {} });
  try {
    const options = program.parse(args, { from: "user" }).opts<Options & { minutes?: number }>();
    return { ...options, minutes: options.minutes ?? (options.interactive ? MAX_MINUTES : 60) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(`${error.message.replace(/^error: /, "")} (see npm start -- --help)`, { cause: error });
  }
}

function parseCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= min && count <= max) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

function parsePath(text: string): string {
  if (text === "") throw new InvalidArgumentError("Expected the path of a file.");
  return text;
}
