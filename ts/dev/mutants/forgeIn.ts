import { spawn } from "node:child_process";
import { join } from "node:path";

/**
 * Runs forge in a copy of the project, to its end.
 * @param environment Added to this process's.
 * @returns Its exit code, and what it printed on both streams.
 */
export function forgeIn(
  root: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(root, "node_modules/.bin/forge"), args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((done, fail) => child.once("error", fail).once("close", (code) => done({ code, output })));
}
