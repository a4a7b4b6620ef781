import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { analyse } from "./ast.ts";
import { forgeIn } from "./forgeIn.ts";
import { type Mutant, type Schemata, schemataOf } from "./schemata.ts";

/** Operators of a user-defined type must stay `pure`; nothing in these files can change but those. */
const COPIED = /^src\/types\/(ProtocolAddresses|TaskType)\.sol$/;

const LEFT_ALONE = /^src\/(periphery\/)?interfaces\//;

/** How many fuzz runs a test wants: here all have as few as the settings say. */
const RUNS = /^\s*\/\/\/ forge-config: default\.fuzz\.runs.*\n/gm;

/** Interfaces and tests whose inherited functions are `pure`; asking for the mutant's number is `view`. */
const PURE = /\bpure\b/g;

/**
 * Makes a copy of the project whose sources contain all mutants.
 * @param from Root of the project.
 * @param to Folder of the copy. What an earlier copy has compiled there is used again.
 */
export function makeWorkspace(from: string, to: string): Mutant[] {
  const { mutants, texts, constants } = schemataIn(from);

  mkdirSync(to, { recursive: true });
  for (const name of ["src", "test", "script", "snapshots"]) rmSync(join(to, name), { recursive: true, force: true });
  for (const name of ["lib", "node_modules"]) {
    if (!existsSync(join(to, name))) symlinkSync(resolve(from, name), join(to, name));
  }
  cpSync(join(from, "remappings.txt"), join(to, "remappings.txt"));
  // Tests read both.
  for (const name of ["deployments", "docs"]) cpSync(join(from, name), join(to, name), { recursive: true });
  const settings = readFileSync(join(from, "foundry.toml"), "utf8");
  // With all its mutants a contract is larger than a chain would take.
  put(join(to, "foundry.toml"), settings.replace("[profile.default]", "[profile.default]\ncode_size_limit = 1000000"));
  for (const path of ["src", "test", "script"].flatMap((folder) => filesBelow(from, folder))) {
    if (!path.endsWith(".sol") || COPIED.test(path)) cpSync(join(from, path), join(to, path));
    else {
      const text = texts.get(path) ?? withCalls(readFileSync(join(from, path), "latin1"), constants);
      put(join(to, path), text.replace(PURE, "view").replace(RUNS, ""));
    }
  }
  return mutants;
}

/** All mutants of a project. */
export function schemataIn(root: string): Schemata {
  const paths = filesBelow(root, "src").filter(
    (path) => path.endsWith(".sol") && !LEFT_ALONE.test(path) && !COPIED.test(path),
  );
  return schemataOf(analyse(root, paths));
}

/** A constant is a function in the copy. */
function withCalls(text: string, constants: Set<string>): string {
  return text.replace(/\b\w+\.[A-Z][A-Z0-9_]*\b(?!\()/g, (name) => (constants.has(name) ? `${name}()` : name));
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(resolve(root).length + 1))
    .sort();
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, "latin1");
}

/** Compiles the copy, unless nothing has changed. */
export async function compile(root: string): Promise<void> {
  const { code, output } = await forgeIn(root, ["build"]);
  if (code !== 0) throw new Error(`the mutants do not compile: ${output.slice(0, 4000)}`);
}
