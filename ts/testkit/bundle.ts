import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { nodeArguments } from "./processes.ts";

/** As deep below the root as what is bundled, which looks for the root from where it is. */
const FOLDER = join(PROJECT_ROOT, "cache", "bundles");

/** Those with binaries of their own, which are found from `FOLDER` too. */
const EXTERNAL = ["classic-level", "pg", "tiny-secp256k1"];

/** What some packages ask for that were written before there were modules. */
const REQUIRE = 'import { createRequire as of } from "node:module"; const require = of(import.meta.url);';

/**
 * Puts the program of a task into one file, which starts in a tenth of the time: for tests that start it hundreds of times.
 * @returns What Node gets for it, as `nodeArguments` does.
 */
export async function bundleProgram(task: string): Promise<string[]> {
  const args = nodeArguments(task);
  const loader = args.indexOf("--import");
  return [...args.slice(0, loader), await bundleFile(task, args.at(-1) ?? "")];
}

/** Puts a program of the project and all that it imports into one file. @param entry From the root. @returns The file. */
export async function bundleFile(name: string, entry: string): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const outfile = join(FOLDER, `${name}.mjs`);
  await build({
    ...{ entryPoints: [join(PROJECT_ROOT, entry)], outfile, bundle: true, platform: "node", format: "esm" },
    ...{ external: EXTERNAL, banner: { js: REQUIRE }, sourcemap: "inline", logLevel: "silent" },
  });
  return outfile;
}
