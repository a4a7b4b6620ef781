import type { Command } from "commander";
import { runProgram, type Terminal } from "../core/commandLine.ts";

/** What a program printed and how it ended. */
export type Outcome = { code: number; out: string; error: string };

/** Runs a program in this process, with a terminal that remembers. */
export async function runCommand(
  program: (terminal: Terminal) => Command,
  argv: readonly string[],
  changes: Partial<Terminal> = {},
): Promise<Outcome> {
  const outcome = { out: "", error: "" };
  const terminal: Terminal = {
    env: {},
    out: (text) => {
      outcome.out += text;
    },
    error: (text) => {
      outcome.error += text;
    },
    colour: false,
    askSecret: undefined,
    onInterrupt: () => new AbortController().signal,
    ...changes,
  };
  const code = await runProgram(program(terminal), argv, terminal);
  return { code, ...outcome };
}
