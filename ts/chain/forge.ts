import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolFailedError } from "../errors.ts";
import { findTool, spawnSupervised } from "./supervised.ts";
import { withTemporary } from "./temporary.ts";

/** What a program printed. */
type Output = { stdout: string; stderr: string };

/** Whether forge had to compile. */
export type BuildResult = "compiled" | "up to date";

/**
 * Compiles the contracts and the deployment scripts, if anything changed since the last time.
 * @throws {ToolFailedError} with the compiler's messages as details.
 */
export async function build(): Promise<BuildResult> {
  const { stdout } = await forge("compiling the contracts", ["build", "script"]);
  return stdout.includes("compilation skipped") ? "up to date" : "compiled";
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
  const broadcast = mkdtempSync(join(tmpdir(), "backpressure-broadcast-"));
  const args = ["script", script, "--rpc-url", url, "--sender", sender, "--unlocked", "--broadcast", "--json"];
  // A warning about contract size would otherwise be a question, and nobody is there to answer.
  args.push("--non-interactive", "--disable-code-size-limit");
  return withTemporary(broadcast, async () => {
    const { stdout } = await forge(`running ${script}`, args, { ...environment, FOUNDRY_BROADCAST: broadcast });
    return returnedValues(script, stdout);
  });
}

/** forge prints several JSON documents, one a line; the one with the returned values comes first. */
function returnedValues(script: string, stdout: string): Record<string, string> {
  const line = stdout.split("\n").find((text) => text.includes('"returns"'));
  if (line === undefined) throw new ToolFailedError(`${script} returned nothing`, { details: stdout.slice(-2000) });
  const { returns } = JSON.parse(line) as { returns: Record<string, { value: string }> };
  return Object.fromEntries(Object.entries(returns).map(([name, { value }]) => [name, value]));
}

/** Runs forge to its end. */
function forge(what: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawnSupervised(findTool("forge"), args, {
      ...environment,
      NO_COLOR: "1",
      FOUNDRY_DISABLE_NIGHTLY_WARNING: "1",
    });
    const output: Output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.once("error", (cause) => reject(new ToolFailedError(`${what} failed: ${cause.message}`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const details = (output.stderr.trim() || output.stdout.trim()).slice(-4000);
      reject(new ToolFailedError(`${what} failed (forge ended with ${signal ?? code})`, { details }));
    });
  });
}
