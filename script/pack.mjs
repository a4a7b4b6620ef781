// Makes a package of ts/ ready for `npm pack`: run by npm in the package's folder.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

for (const folder of ["dist", "deployments"]) rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], { stdio: ["ignore", 2, 2] });
cpSync(join(root, "LICENSE"), "LICENSE");

// The records of public networks; a local chain's is of this machine only.
if (JSON.parse(readFileSync("package.json", "utf8")).files.includes("deployments")) {
  mkdirSync("deployments");
  const records = readdirSync(join(root, "deployments")).filter((name) => /^\d+\.json$/.test(name));
  for (const name of records.filter((name) => name !== "31337.json")) {
    cpSync(join(root, "deployments", name), join("deployments", name));
  }
}
