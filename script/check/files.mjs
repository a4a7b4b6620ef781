import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What nobody here wrote: packages, build output, links to packages. */
const NOT_OURS = new Set([
  "node_modules",
  "lib",
  "out",
  "cache",
  "dist",
  "coverage",
  "broadcast",
  "data",
  "__pycache__",
]);

/** Paths of the files below `folder` that were written here, with `/`, from `root`. Hidden ones only in `.github`. */
export function filesBelow(root, folder = "") {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.name === ".github" || (!entry.name.startsWith(".") && !NOT_OURS.has(entry.name)))
    .flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesBelow(root, path) : entry.isFile() ? [path] : [];
    })
    .sort();
}

export const linesOf = (root, path) => readFileSync(join(root, path), "utf8").split(/\r?\n/);

/** Prints the problems, one per line, or what was found to be right; the exit code says which. */
export function report(problems, right) {
  for (const { file, line, text } of problems) console.error(`${file}:${line}: ${text}`);
  if (problems.length === 0) console.log(right);
  else process.exitCode = 1;
}
