import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { ToolFailedError } from "../core/errors.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { findTool, spawnSupervised } from "./supervised.ts";
import { withTemporary } from "./temporary.ts";

const CACHE_FOLDER = join(PROJECT_ROOT, "cache");
const CACHE_FILE = "solidity-files-cache.json";

/** What forge remembers of the latest build. */
export const CACHE = join(CACHE_FOLDER, CACHE_FILE);

/** Whether forge had to compile. */
export type BuildResult = "compiled" | "up to date";

/**
 * Compiles the contracts and the deployment scripts, if anything changed since the last time.
 * @throws {ToolFailedError} with the compiler's messages as details.
 */
export function build(): Promise<BuildResult> {
  return forge({
    what: "compiling the contracts",
    args: ["build", "script"],
    read: ({ stdout }) => (stdout.includes("compilation skipped") ? "up to date" : "compiled"),
  });
}

export type RunScriptParameters = {
  /** Path of the script from the project's root. */
  script: string;
  /** The chain to run it on. */
  url: string;
  /** The account that deploys; the chain must have it unlocked. */
  sender: `0x${string}`;
  /** Added to this process's environment; scripts read their arguments there. */
  environment?: Record<string, string>;
};

/**
 * Runs a forge script on a local chain and broadcasts its transactions.
 * @returns What the script returned: forge's text for each named value.
 * @throws {ToolFailedError}
 */
export async function runScript(parameters: RunScriptParameters): Promise<Record<string, string>> {
  const { script, url, sender, environment } = parameters;
  const args = ["script", script, "--rpc-url", url, "--sender", sender, "--unlocked", "--broadcast", "--json"];
  // A warning about contract size would otherwise be a question, and nobody is there to answer.
  args.push("--non-interactive", "--disable-code-size-limit");
  // One after the other: a transaction that comes while anvil mines the one before may stay queued for ever.
  args.push("--slow");
  return forge({
    what: `running ${script}`,
    args,
    environment,
    read: ({ stdout }) => returnedValues(script, stdout),
  });
}

/** forge prints several JSON documents, one a line; the one with the returned values comes first. */
function returnedValues(script: string, stdout: string): Record<string, string> {
  const line = stdout.split("\n").find((text) => text.includes('"returns"'));
  if (line === undefined) throw new ToolFailedError(`${script} returned nothing`, { details: stdout.slice(-2000) });
  const { returns } = JSON.parse(line) as { returns: Record<string, { value: string }> };
  return Object.fromEntries(Object.entries(returns).map(([name, { value }]) => [name, value]));
}

/** What a run of forge leaves. */
export type ForgeOutput = {
  stdout: string;
  /** The folder in which a script's transactions were written down; gone once they are read. */
  broadcast: string;
};

export type ForgeParameters<result> = {
  /** What a failure is called: "compiling the contracts". */
  what: string;
  args: readonly string[];
  /** Added to this process's environment. */
  environment?: Record<string, string> | undefined;
  /** Takes what is wanted from the output. */
  read: (output: ForgeOutput) => result;
};

/**
 * Gives a run of forge what an earlier one remembers of the build, in a folder of its own. forge rewrites its cache in
 * place, even when it compiled nothing, and whoever reads it in that moment, or after a death in that moment, compiles
 * everything anew.
 */
export function copyCache(from: string, to: string): void {
  if (existsSync(join(from, CACHE_FILE))) copyFileSync(join(from, CACHE_FILE), join(to, CACHE_FILE));
}

/**
 * Runs forge to its end.
 * @throws {ToolFailedError} in one line, with what forge said as details.
 */
export async function forge<result>({ what, args, environment, read }: ForgeParameters<result>): Promise<result> {
  mkdirSync(CACHE_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(CACHE_FOLDER, "run-"));
  return withTemporary(folder, async () => {
    copyCache(CACHE_FOLDER, folder);
    const broadcast = join(folder, "broadcast");
    const stdout = await run(what, args, {
      ...environment,
      FOUNDRY_CACHE_PATH: folder,
      FOUNDRY_BROADCAST: broadcast,
      NO_COLOR: "1",
      FOUNDRY_DISABLE_NIGHTLY_WARNING: "1",
    });
    const result = read({ stdout, broadcast });
    renameSync(join(folder, CACHE_FILE), CACHE);
    return result;
  });
}

/** @returns What it printed on its standard output. */
function run(what: string, args: readonly string[], environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawnSupervised(findTool("forge"), args, environment);
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.once("error", (cause) => reject(new ToolFailedError(`${what} failed: ${cause.message}`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(output.stdout);
      const details = (output.stderr.trim() || output.stdout.trim()).slice(-4000);
      const reason = /^Error: (.*)$/m.exec(details)?.[1] ?? `forge ended with ${signal ?? code}`;
      reject(new ToolFailedError(`${what} failed: ${reason}`, { details }));
    });
  });
}
