import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { writeRecord } from "../../core/deploymentRecord.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { nodeArguments } from "../../testkit/processes.ts";
import { type Outcome, runCommand } from "../../testkit/terminal.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { keeperProgram } from "./program.ts";

export type LogLine = { level: string; msg: string; action?: string; [field: string]: unknown };

/** What a test may say differently. */
export type KeeperChanges = {
  /** Endpoints, separated by commas; the chain itself without. */
  rpc?: string;
  /** Whose key it has; the same name is the same account. */
  name?: string;
  /** What that account has, wei; enough without. */
  ether?: bigint;
};

/** Keepers of one local chain. */
export class Keepers {
  readonly #folder = mkdtempSync(join(tmpdir(), "backpressure-keeper-"));
  readonly #running: { stop: () => Promise<unknown> }[] = [];

  /** @param taskTypes Those that the record knows by name. */
  constructor(
    readonly chain: TestChain,
    taskTypes: Record<string, Hex> = {},
  ) {
    const owner = "0x000000000000000000000000000000000000dEaD";
    writeRecord(this.#folder, { chainId: 31337, block: 1, owner, ...chain.deployment, taskTypes });
  }

  /** Looks once, in this process, and fails if that fails. */
  async once(argv: readonly string[] = [], changes: KeeperChanges = {}): Promise<LogLine[]> {
    const { code, out, error } = await this.#run(["--once", ...argv], changes, new AbortController().signal);
    if (code !== 0) throw new Error(`the keeper ended with ${code}: ${error}${out}`);
    return linesOf(out);
  }

  /** Keeps on, in this process, until `stop`. */
  async start(argv: readonly string[] = [], changes: KeeperChanges = {}): Promise<RunningKeeper> {
    const controller = new AbortController();
    const lines: LogLine[] = [];
    const finished = this.#run(argv, changes, controller.signal, (line) => lines.push(line));
    const keeper = {
      lines,
      finished,
      stop: () => {
        controller.abort();
        return finished;
      },
    };
    this.#running.push(keeper);
    return keeper;
  }

  /** Keeps on, in a process of its own. @param by Node itself, or npm, as an operator might start it. */
  async spawn(argv: readonly string[] = [], changes: KeeperChanges = {}, by: "node" | "npm" = "node") {
    await this.#fund(changes);
    const env = { ...process.env, ...this.#env(changes) };
    const command = by === "npm" ? "npm" : process.execPath;
    const program = by === "npm" ? ["run", "--silent", "keeper", "--"] : nodeArguments("keeper");
    const child = spawn(command, [...program, ...ARGV, ...argv], {
      cwd: PROJECT_ROOT,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }) as Exit);
    const keeper: KeeperProcess = { child, lines: [], exited, stop: () => end(child, "SIGTERM", exited) };
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const complete = (rest + text).split("\n");
      rest = complete.pop() ?? "";
      keeper.lines.push(...complete.map((line) => JSON.parse(line) as LogLine));
    });
    this.#running.push(keeper);
    return keeper;
  }

  /** Ends whatever is still running. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map((keeper) => keeper.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(
    argv: readonly string[],
    changes: KeeperChanges,
    interrupted: AbortSignal,
    onLine: (line: LogLine) => void = () => {},
  ): Promise<Outcome> {
    await this.#fund(changes);
    let out = "";
    const outcome = await runCommand(keeperProgram, [...ARGV, ...argv], {
      env: this.#env(changes),
      onInterrupt: () => interrupted,
      out: (text) => {
        out += text;
        for (const line of linesOf(text)) onLine(line);
      },
    });
    return { ...outcome, out };
  }

  #env({ rpc = this.chain.url, name = "keeper" }: KeeperChanges): Record<string, string> {
    return { LOCAL_RPC_URL: rpc, DEPLOYMENTS_DIR: this.#folder, KEEPER_PRIVATE_KEY: keyOf(name) };
  }

  async #fund({ name = "keeper", ether = parseEther("10") }: KeeperChanges): Promise<void> {
    await this.chain.test.setBalance({ address: privateKeyToAddress(keyOf(name)), value: ether });
  }
}

export type RunningKeeper = { lines: LogLine[]; finished: Promise<Outcome>; stop: () => Promise<Outcome> };

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type KeeperProcess = {
  child: ChildProcess;
  lines: LogLine[];
  exited: Promise<Exit>;
  stop: () => Promise<Exit>;
};

const ARGV = ["--network", "local", "--port", "0", "--log-level", "debug", "--poll-interval", "0.02"];

const keyOf = (name: string): Hex => keccak256(stringToBytes(name));

function end(child: ChildProcess, signal: NodeJS.Signals, exited: Promise<Exit>): Promise<Exit> {
  child.kill(signal);
  return exited;
}

function linesOf(text: string): LogLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);
}
