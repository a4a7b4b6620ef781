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

const args = process.argv.slice(2);
if (args.includes("--version")) {
  print(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (args.includes("--standard-json")) {
  // forge puts the text of every source into the input, so path options such as --allow-paths have nothing to do.
  print(solc.compile(readFileSync(0, "utf8")));
} else {
  console.error("usage: solc.mjs --version | --standard-json < input.json");
  process.exitCode = 1;
}
