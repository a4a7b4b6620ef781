import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { PROJECT_ROOT } from "../core/projectRoot.ts";

/** Helpers of tests that start real processes. */

/** Node with the loader that runs TypeScript; no wrapper in between, so that signals arrive. */
const NODE = [process.execPath, "--import", "tsx"] as const;

/** Whether something listens on a port of this machine. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The most memory that a process has ever had, MB; 0 once it has ended. */
export function peakMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** What `npm run` runs, by the names of the tasks. */
const { TASKS } = (await import(pathToFileURL(join(PROJECT_ROOT, "script/run.mjs")).href)) as {
  TASKS: Record<string, { programs: string[][] }>;
};

/** What Node gets for the program of a task: limits of memory, the loader, the script. */
export function nodeArguments(task: string): string[] {
  const [node, ...args] = TASKS[task]?.programs[0] ?? [];
  if (node !== "node") throw new Error(`there is no task ${task} that Node runs`);
  return args;
}

/** Runs a small program of the project; `firstLine` is the first that it prints. */
export function runFixture(source: string): { child: ChildProcess; firstLine: Promise<string> } {
  const [node, ...args] = NODE;
  const child = spawn(node, [...args, "--input-type=module", "--eval", source], {
    cwd: PROJECT_ROOT,
    stdio: ["pipe", "pipe", "ignore"],
  });
  if (child.stdout === null) throw new TypeError("no stdout");
  const lines = createInterface({ input: child.stdout });
  return { child, firstLine: once(lines, "line").then(([line]) => String(line)) };
}

/** A program that is told lines of text and answers with lines of JSON. */
export type Conversation<line> = {
  child: ChildProcess;
  /** What it says next; undefined once it has ended. */
  next: () => Promise<line | undefined>;
  tell: (text: string) => void;
  /** Lets it end by itself. */
  end: () => Promise<void>;
  /** Ends it with SIGKILL. */
  kill: () => Promise<void>;
};

/** Starts a program of the project for a conversation. */
export function converse<line>(path: string, args: readonly string[]): Conversation<line> {
  const [node, ...loader] = NODE;
  const child = spawn(node, [...loader, path, ...args], { cwd: PROJECT_ROOT, stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  const heard = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const next = async (): Promise<line | undefined> => {
    const { value, done } = await heard.next();
    return done ? undefined : (JSON.parse(value) as line);
  };
  return {
    child,
    next,
    tell: (text) => void child.stdin?.write(`${text}\n`),
    end: async () => {
      child.stdin?.end();
      while ((await next()) !== undefined);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

/** Milliseconds after which a program is taken to hang: less than the timeouts of tests that run one. */
const LONGEST = 220_000;

export type Finished = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/**
 * Runs a command-line program of the project to its end.
 * @param watch Hears what it prints while it runs, and may kill it.
 * @throws with what it has said, if it hangs.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  watch?: (text: string, child: ChildProcess) => void,
): Promise<Finished> {
  const [node, ...loader] = NODE;
  const child = spawn(node, [...loader, path, ...args], {
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      watch?.(output.stdout + output.stderr, child);
    });
  }
  let hangs = false;
  const deadline = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, LONGEST);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(deadline);
  if (hangs) throw new Error(`${path} has not ended within ${LONGEST / 1000} s; it said: ${JSON.stringify(output)}`);
  return { code, signal, ...output };
}
