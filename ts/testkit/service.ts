import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { runProgram, type Terminal } from "../core/commandLine.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { nodeArguments } from "./processes.ts";

/** One line of a service's log. */
export type LogLine = { level: string; msg: string } & Record<string, unknown>;

/** A service that runs and can be talked to. */
export type RunningService = {
  url: string;
  /** Where /health and /metrics are. */
  admin: string;
  log: LogLine[];
  /** As Ctrl-C does. @returns Its exit code. */
  stop: () => Promise<number>;
};

/** A service in a process of its own. */
export type ServiceProcess = RunningService & {
  pid: number;
  /** With SIGKILL: it learns nothing of it. */
  kill: () => Promise<void>;
};

/**
 * Runs a service in this process, until it is stopped.
 * @throws if it ends before it listens; with what it said.
 */
export async function startService(
  program: (terminal: Terminal) => Command,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<RunningService> {
  const interrupt = new AbortController();
  const output = logReader();
  const ended = runProgram(
    program({ ...SILENT, env, out: output.read, error: output.read, onInterrupt: () => interrupt.signal }),
    argv,
    {
      ...SILENT,
      error: output.read,
    },
  );
  const urls = await Promise.race([output.ready, ended.then((code) => failed(code, output))]);
  return {
    ...urls,
    log: output.lines,
    stop: () => {
      interrupt.abort();
      return ended;
    },
  };
}

/**
 * Runs a service in a process of its own, until it is stopped or killed.
 * @param task Its name among the scripts of package.json.
 * @param ready What it logs once it can be used.
 * @param program What Node gets, where that is not the task's own program: see `bundleProgram`.
 */
export async function spawnService(
  task: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  ready = "ready",
  program: readonly string[] = nodeArguments(task),
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [...program, ...argv], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env.PATH, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that fails must not leave it behind.
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const output = logReader(ready);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => output.read(`${line}\n`));
  }
  const ended = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    return Number(code ?? -1);
  });
  const urls = await Promise.race([output.ready, ended.then((code) => failed(code, output))]);
  return {
    pid: child.pid ?? 0,
    ...urls,
    log: output.lines,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      kill();
      await ended;
    },
  };
}

const SILENT: Terminal = {
  env: {},
  out: () => {},
  error: () => {},
  colour: false,
  askSecret: undefined,
  onInterrupt: () => new AbortController().signal,
};

/** Collects log lines; a service says first where it listens, and then that it is ready. */
function logReader(readyMessage = "ready") {
  const lines: LogLine[] = [];
  const other: string[] = [];
  type Urls = { url: string; admin: string };
  let resolve: (urls: Urls) => void = () => {};
  const ready = new Promise<Urls>((found) => {
    resolve = found;
  });
  let urls: Urls = { url: "", admin: "" };
  function read(text: string): void {
    if (!text.startsWith("{")) return void other.push(text);
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    if (line.msg === "started") urls = { url: `http://${line.listens}`, admin: `http://${line.admin}` };
    if (line.msg === readyMessage) resolve(urls);
  }
  return { lines, other, ready, read };
}

function failed(code: number, { other, lines }: { other: string[]; lines: LogLine[] }): never {
  throw new Error(`the service ended with ${code}: ${other.join("") || JSON.stringify(lines.at(-1))}`);
}
