import { Command } from "commander";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { ToolFailedError } from "../../core/errors.ts";
import { type Step, type StepResult, steps } from "./steps.ts";
import { installTools } from "./tools.ts";

const terminal = processTerminal();

type Row = StepResult & { tool: string; seconds: number };

function perform({ tool, run }: Step): Row {
  terminal.error(`${tool} …\n`);
  const start = performance.now();
  const result = run();
  for (const finding of result.findings) terminal.error(`${finding}\n`);
  return { tool, ...result, seconds: (performance.now() - start) / 1000 };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ tool, what, findings, seconds }) => {
    const result = findings.length === 0 ? "passed" : "FAILED";
    return [tool, what, String(findings.length), result, seconds.toFixed(0)];
  });
  const lines = [["tool", "what", "findings", "result", "seconds"], ...cells];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const format = (line: string[]) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return lines.map((line) => `${format(line).trimEnd()}\n`).join("");
}

const program = new Command("npm run audit")
  .description("Runs the static analysis and the symbolic checks; docs/assurance.md explains what they cover.")
  .action(() => {
    installTools((text) => terminal.error(`${text}\n`));
    const rows = steps.map(perform);
    terminal.out(`\n${table(rows)}`);
    const failed = rows.filter(({ findings }) => findings.length > 0).map(({ tool }) => tool);
    if (failed.length > 0) throw new ToolFailedError(`unexplained findings: ${failed.join(", ")}`);
  });

process.exitCode = await runProgram(program, process.argv.slice(2), terminal);
