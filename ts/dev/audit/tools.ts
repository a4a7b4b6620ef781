import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { ToolFailedError } from "../../core/errors.ts";
import { findPython } from "../python.ts";

/** What the audit installs and builds; git ignores it. */
export const WORKPLACE = ".audit";

const SOURCES = "script/audit";
const PYTHON_ENVIRONMENT = join(WORKPLACE, "venv");
const NODE_PACKAGES = join(WORKPLACE, "node");
const MINIMUM_PYTHON = [3, 10] as const;

/** How a tool ended. */
export type Outcome = { status: number; output: string };

/** The audit's own tools first, then the project's. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [resolve(PYTHON_ENVIRONMENT, "bin"), resolve("node_modules/.bin"), process.env.PATH].join(delimiter),
  NO_COLOR: "1",
};

/** Where a tool runs, and the profile of foundry.toml that counts there. */
export type RunOptions = { cwd?: string; profile?: "audit" | "lint" };

/** Runs a tool to its end; both of its outputs together. */
export function run(command: string, args: readonly string[], { cwd = ".", profile }: RunOptions = {}): Outcome {
  const env = profile === undefined ? environment : { ...environment, FOUNDRY_PROFILE: profile };
  const result = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (result.error !== undefined) throw new ToolFailedError(`cannot run ${command}: ${result.error.message}`);
  return { status: result.status ?? 1, output: result.stdout + result.stderr };
}

export const solhint = join(NODE_PACKAGES, "node_modules/.bin/solhint");

/**
 * Installs what is pinned in `script/audit`, unless it is there.
 * @throws {ToolFailedError} without a Python that is new enough.
 */
export function installTools(say: (text: string) => void): void {
  const python = findPython(MINIMUM_PYTHON);
  if (python === undefined)
    throw new ToolFailedError(`the audit needs Python ${MINIMUM_PYTHON.join(".")} or newer (python3 on the PATH)`);
  mkdirSync(WORKPLACE, { recursive: true });
  installOnce(PYTHON_ENVIRONMENT, [`${SOURCES}/requirements.txt`], () => {
    say("installing Slither and Halmos …");
    must(python, ["-m", "venv", PYTHON_ENVIRONMENT]);
    const pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"];
    must(join(PYTHON_ENVIRONMENT, "bin/python"), [...pip, "install", "--no-deps", "-r", `${SOURCES}/requirements.txt`]);
    must(join(PYTHON_ENVIRONMENT, "bin/python"), [...pip, "check"]);
  });
  const manifests = ["package.json", "package-lock.json", ".npmrc"];
  installOnce(
    NODE_PACKAGES,
    manifests.map((name) => `${SOURCES}/${name}`),
    () => {
      say("installing solhint …");
      mkdirSync(NODE_PACKAGES, { recursive: true });
      for (const name of manifests) copyFileSync(`${SOURCES}/${name}`, join(NODE_PACKAGES, name));
      must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: NODE_PACKAGES });
    },
  );
}

/** What was installed from these files is complete and still the same once the stamp says so; it is written last. */
function installOnce(folder: string, files: readonly string[], install: () => void): void {
  const wanted = files.map((file) => readFileSync(file, "utf8")).join("\n");
  const stamp = join(folder, ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  install();
  writeFileSync(stamp, wanted);
}

function must(command: string, args: readonly string[], options: RunOptions = {}): void {
  const { status, output } = run(command, args, options);
  if (status !== 0) throw new ToolFailedError(`${command} ${args.join(" ")} failed`, { details: output.slice(-2000) });
}
