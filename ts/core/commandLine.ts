import { type Command, CommanderError, Option } from "commander";
import pc from "picocolors";
import { BaseError, HttpRequestError, TimeoutError } from "viem";
import type { z } from "zod";
import { askSecret } from "./askSecret.ts";
import { BackpressureError, describeError, exitCodeOf, UsageError } from "./errors.ts";
import { NETWORK_NAMES } from "./networks.ts";
import { wrapHelp } from "./wrap.ts";

/** A signal reaches a process that npm has started twice, from the terminal and from npm: one request. Milliseconds. */
const SAME_INTERRUPT = 1000;

/** What a command may touch besides the chain; tests bring their own. */
export type Terminal = {
  env: NodeJS.ProcessEnv;
  out: (text: string) => void;
  error: (text: string) => void;
  /** Whether `out` is a screen with colours. */
  colour: boolean;
  /** Asks for a secret without showing it; undefined if nobody is there to answer. */
  askSecret: ((question: string) => Promise<string>) | undefined;
  /** From now on Ctrl-C does not end the process but fires this. */
  onInterrupt: () => AbortSignal;
};

/**
 * Runs a program: results go to `out`, one line to `error` if it fails, never a stack trace.
 * @param argv Arguments without interpreter and script.
 * @returns The exit code.
 */
export async function runProgram(program: Command, argv: readonly string[], terminal: Terminal): Promise<number> {
  prepare(program, terminal);
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { red, dim } = pc.createColors(terminal.colour);
    terminal.error(`${red("error:")} ${explain(error)}\n`);
    const details = error instanceof BackpressureError ? error.details : undefined;
    if (details !== undefined) terminal.error(`${dim(details)}\n`);
    return exitCodeOf(error);
  }
}

/** Commands do not inherit these settings from the program that they are added to. */
function prepare(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(wrapHelp(text)),
    writeErr: terminal.error,
    // A suggestion would come on a line of its own.
    outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`),
  });
  for (const child of command.commands) prepare(child, terminal);
}

/** One line for a person; endpoints often have a key in their URL, so only the host is named. */
function explain(error: unknown): string {
  const failure = error instanceof Error ? findRequestError(error) : undefined;
  if (failure === undefined) return describeError(error);
  const host = URL.canParse(failure.url) ? new URL(failure.url).host : "the endpoint";
  return failure instanceof TimeoutError
    ? `the RPC endpoint at ${host} did not answer in time`
    : `the RPC endpoint at ${host} does not answer: is the URL right, and the chain running?`;
}

function findRequestError(error: Error): ((HttpRequestError | TimeoutError) & { url: string }) | undefined {
  for (let level: unknown = error; level instanceof Error; level = level.cause) {
    if (level instanceof HttpRequestError || level instanceof TimeoutError) return level as never;
    if (!(level instanceof BaseError) && !(level instanceof BackpressureError)) return undefined;
  }
  return undefined;
}

/** `--network`, with its values in the help. */
export function networkOption(): Option {
  return new Option("-n, --network <name>", "which chain").choices(NETWORK_NAMES).makeOptionMandatory();
}

/**
 * Validates what came from outside.
 * @throws {UsageError} with one line that names each thing that is wrong.
 */
export function validate<schema extends z.ZodType>(schema: schema, value: unknown): z.output<schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const flag = path
      .map(String)
      .join(".")
      .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return flag === "" ? message : `--${flag}: ${message}`;
  });
  throw new UsageError(problems.join("; "));
}

/** Who reads no further (`… | head`) has seen enough: that is no error. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  if (!process.stdout.listeners("error").includes(endWithReader)) process.stdout.on("error", endWithReader);
  return {
    env: process.env,
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    colour: pc.isColorSupported && process.stdout.isTTY,
    askSecret: process.stdin.isTTY ? (question) => askSecret(question, process.stdin, process.stderr) : undefined,
    onInterrupt: () => {
      const controller = new AbortController();
      const signals = ["SIGINT", "SIGTERM"] as const;
      const interrupt = (): void => {
        controller.abort();
        setTimeout(() => signals.forEach((signal) => void process.off(signal, interrupt)), SAME_INTERRUPT).unref();
      };
      for (const signal of signals) process.on(signal, interrupt);
      return controller.signal;
    },
  };
}
