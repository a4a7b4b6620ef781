import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { computeVectors, formatted, VECTORS_FILE } from "./vectors.ts";

const terminal = processTerminal();

const program = new Command("npm run vectors")
  .description(`Writes ${VECTORS_FILE} anew: what the contracts answer, for other implementations to be held against.`)
  .allowExcessArguments(false)
  .action(async () => {
    const vectors = await computeVectors();
    writeFileSync(VECTORS_FILE, formatted(vectors));
    const cases = Object.values(vectors.functions).reduce((sum, { cases }) => sum + cases.length, 0);
    const steps = vectors.histories.reduce((sum, { steps }) => sum + steps.length, 0);
    terminal.out(
      `${VECTORS_FILE}: ${Object.keys(vectors.functions).length} functions, ${cases} cases; ${vectors.histories.length} histories, ${steps} blocks\n`,
    );
  });

process.exitCode = await runProgram(program, process.argv.slice(2), terminal);
