#!/usr/bin/env node
// The Solidity compiler as forge expects to find it: a program that answers `--version` and `--standard-json`.
// forge would otherwise download a native solc; the npm package is the same compiler as WebAssembly, pinned by the lock
// file, and needs no network.
import { readFileSync, writeSync } from "node:fs";
import solc from "solc";

/** Writes everything before returning: `process.exit` or a closed event loop may cut an asynchronous write to a pipe. */
function print(text) {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // a full pipe: try again until the reader has caught up
    }
  }
}

/**
 * What a build uses of lib/ besides its sources: the framework that tests and local chains deploy, and what is linked into
 * it. forge asks for the bytecode of every file; generating what nobody reads takes half of the compiler's time.
 */
const USED_LIBRARY_FILES = [
  "SuperfluidFrameworkDeployer.t.sol",
  "SuperfluidFrameworkDeploymentSteps.t.sol",
  "SuperfluidPoolDeployerLibrary.sol",
  "SlotsBitmapLibrary.sol",
];

/** The same input, with no output asked for of library files that nobody uses. What is compiled stays the same. */
function withoutUnusedOutput(input) {
  const everything = input.settings.outputSelection;
  const selectionOf = (path) => everything[path] ?? everything["*"] ?? {};
  const isUsed = (path) => !path.startsWith("lib/") || USED_LIBRARY_FILES.some((name) => path.endsWith(`/${name}`));
  const outputSelection = Object.fromEntries(
    Object.keys(input.sources)
      .filter(isUsed)
      .map((path) => [path, selectionOf(path)]),
  );
  return { ...input, settings: { ...input.settings, outputSelection } };
}

const args = process.argv.slice(2);
if (args.includes("--version")) {
  print(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (args.includes("--standard-json")) {
  // forge puts the text of every source into the input, so path options such as --allow-paths have nothing to do.
  print(solc.compile(JSON.stringify(withoutUnusedOutput(JSON.parse(readFileSync(0, "utf8"))))));
} else {
  console.error("usage: solc.mjs --version | --standard-json < input.json");
  process.exitCode = 1;
}
