import { Command } from "commander";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { buildPdf } from "./build.ts";
import { writeGenerated } from "./generate.ts";
import { refreshData, type Sources } from "./refresh.ts";

const terminal = processTerminal();
const say = (text: string) => terminal.out(`${text}\n`);

const program = new Command("npm run paper --")
  .description("Builds paper/backpressure-economics.pdf from its LaTeX source and the numbers in paper/data.")
  .action(() => {
    writeGenerated();
    say(buildPdf());
  });

program
  .command("macros")
  .description("write paper/generated from paper/data")
  .action(() => say(`wrote ${writeGenerated().join(" ")}`));

program
  .command("data")
  .description("take new results into paper/data, then write paper/generated")
  .option("--sim <dir>", "what `npm run sim -- --all --out DIR` wrote", "out/sim")
  .option("--trace <dir>", "what `npm run sim -- -e E10 --trace FILE FILE --out DIR` wrote", "out/sim-trace")
  .option("--gas <file>", "what `npm run --silent bench:gas` printed", "out/gas.jsonl")
  .action((sources: Sources) => {
    say(`took ${refreshData(sources).join(" ")}`);
    say(`wrote ${writeGenerated().join(" ")}`);
  });

process.exitCode = await runProgram(program, process.argv.slice(2), terminal);
