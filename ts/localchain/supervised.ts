import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { ToolMissingError } from "../core/errors.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";

/**
 * A shell stands between us and the program and holds one end of a pipe. When our end closes, by whatever death, it
 * kills its process group, which is the program, the program's children and itself. Not Node: killing every `node` is
 * what people do to a program that hangs.
 */
const GUARD = `
exec 3<&0
{ cat <&3 >/dev/null 2>&1; kill -9 -$$ 2>/dev/null; } >/dev/null 2>&1 &
"$@" </dev/null 3<&-
`;

/**
 * Starts a program that cannot outlive this process, not even if this process is killed with SIGKILL. The program gets
 * a process group of its own, so Ctrl-C reaches it through us only.
 * @param environment Added to this process's.
 */
export function spawnSupervised(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): ChildProcess {
  const child = spawn("/bin/sh", ["-c", GUARD, "guard", command, ...args], {
    cwd: PROJECT_ROOT,
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Writing is not what the pipe is for; a guard that is gone must not take us along.
  child.stdin?.on("error", () => {});
  child.once("exit", () => child.stdin?.destroy());
  return child;
}

/** Ends a supervised program with all its children, and resolves when it is gone. */
export async function stopSupervised(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdin?.destroy();
  await gone;
}

/**
 * Path of one of Foundry's programs, as npm installed it for this platform. Not through `node_modules/.bin`: what is
 * there may be a wrapper that leaves the real program behind when it is killed.
 * @throws {ToolMissingError}
 */
export function findTool(tool: "anvil" | "forge"): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/${tool}-${process.platform}-${architecture}`;
  try {
    // From where npm has put the tool itself: what it depends on need not be within our reach.
    const itself = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}/package.json`);
    const path = createRequire(itself).resolve(`${name}/bin/${tool}`);
    if (existsSync(path)) return path;
  } catch (cause) {
    throw new ToolMissingError(tool, { cause });
  }
  throw new ToolMissingError(tool);
}
