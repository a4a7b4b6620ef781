#!/usr/bin/env node
// The Solidity compiler as forge expects to find it: a program that answers `--version` and `--standard-json`.
// forge would otherwise download a native solc; the npm package is the same compiler as WebAssembly, pinned by the lock
// file, and needs no network.
import { readFileSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

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

// ------------------------------------------------------------------------------------------- What to compile

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

/** The files that the input asks any output of, without the library files that nobody uses. */
function wantedFiles({ sources, settings: { outputSelection } }) {
  const isUsed = (path) => !path.startsWith("lib/") || USED_LIBRARY_FILES.some((name) => path.endsWith(`/${name}`));
  const isAskedFor = (path) => Object.keys(outputSelection[path] ?? outputSelection["*"] ?? {}).length > 0;
  return Object.keys(sources).filter((path) => isUsed(path) && isAskedFor(path));
}

/**
 * Contracts that only act in tests. Optimising them takes half of a build and tells nothing about the protocol, which they
 * deploy by its compiled contracts. Where the tests compile parts of src/ into themselves (fuzz, gas, symbolic, utils), or
 * measure, everything stays optimised.
 */
const ACTORS = /^test\/(unit|scenario|invariant)\//;

/** The same input, with output asked for of `files` only. What these are compiled to stays the same. */
function askingOnlyFor(files, input) {
  const everything = input.settings.outputSelection;
  const outputSelection = Object.fromEntries(files.map((path) => [path, everything[path] ?? everything["*"]]));
  return { ...input, settings: { ...input.settings, outputSelection } };
}

function withoutOptimizer(input) {
  return { ...input, settings: { ...input.settings, optimizer: { enabled: false } } };
}

// ------------------------------------------------------------------------------------------- Side by side

/** A thread needs seconds to start and to read all sources; fewer files than this are not worth it. */
const FILES_PER_THREAD = 8;
/** Each thread takes up to 1 GB. */
const MAX_THREADS = 4;

/**
 * Inputs that together ask for `files`, in runs of about the same length of source. Neighbours stay together: they often
 * embed the same contracts, which a thread compiles once.
 */
function split({ files, input }, threads) {
  const count = Math.max(1, Math.min(threads, Math.floor(files.length / FILES_PER_THREAD)));
  const lengthOf = (path) => input.sources[path].content.length;
  const total = files.reduce((sum, path) => sum + lengthOf(path), 0);
  const result = Array.from({ length: count }, () => []);
  let before = 0;
  for (const path of files) {
    result[Math.floor((before / total) * count)].push(path);
    before += lengthOf(path);
  }
  return result.filter((share) => share.length > 0).map((share) => askingOnlyFor(share, input));
}

function compileInThread(input) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(fileURLToPath(import.meta.url), { workerData: input });
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the compiler ended without an answer"))); // no effect after an answer
  });
}

/**
 * Every thread reads all sources, so the numbers of files and of syntax tree nodes agree. Each says something of every
 * file, and what is wrong with a shared file is said more than once.
 */
function merge(outputs) {
  const result = { contracts: {}, sources: {}, errors: [] };
  const said = new Set();
  for (const { contracts = {}, sources = {}, errors = [] } of outputs) {
    Object.assign(result.contracts, contracts);
    for (const [path, source] of Object.entries(sources)) {
      result.sources[path] = { ...result.sources[path], ...source };
    }
    for (const error of errors) {
      if (said.size < said.add(JSON.stringify(error)).size) result.errors.push(error);
    }
  }
  return result;
}

/** Nodes of syntax trees refer to each other across files, libraries too, by numbers that only one compilation gives. */
const asksForTrees = ({ settings }) =>
  Object.values(settings.outputSelection).some((selection) => selection[""]?.includes("ast"));

async function compile(input) {
  if (asksForTrees(input)) return compileInThread(input);
  const files = wantedFiles(input);
  const kinds = [
    { files: files.filter((path) => !ACTORS.test(path)), input },
    { files: files.filter((path) => ACTORS.test(path)), input: withoutOptimizer(input) },
  ].filter((kind) => kind.files.length > 0);
  const threads = Math.ceil(Math.min(availableParallelism(), MAX_THREADS) / kinds.length);
  const inputs = kinds.flatMap((kind) => split(kind, threads));
  // Without a file to compile, there is still something to say about the sources.
  return merge(await Promise.all((inputs.length > 0 ? inputs : [askingOnlyFor([], input)]).map(compileInThread)));
}

/**
 * The package calls WebAssembly through its table millions of times, and looks every function up in it each time, which
 * takes a quarter of the time of a compilation. Nothing here changes the table after the compiler has started.
 */
function rememberTableEntries() {
  const { get } = WebAssembly.Table.prototype;
  const entries = [];
  WebAssembly.Table.prototype.get = function (index) {
    entries[index] ??= get.call(this, index);
    return entries[index];
  };
}

// ------------------------------------------------------------------------------------------- The program

const args = process.argv.slice(2);
if (!isMainThread) {
  rememberTableEntries();
  const { default: solc } = await import("solc");
  parentPort.postMessage(JSON.parse(solc.compile(JSON.stringify(workerData))));
} else if (args.includes("--version")) {
  const { version } = JSON.parse(readFileSync(new URL("../node_modules/solc/package.json", import.meta.url), "utf8"));
  print(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (args.includes("--standard-json")) {
  // forge puts the text of every source into the input, so path options such as --allow-paths have nothing to do.
  print(JSON.stringify(await compile(JSON.parse(readFileSync(0, "utf8")))));
} else {
  console.error("usage: solc.mjs --version | --standard-json < input.json");
  process.exitCode = 1;
}
