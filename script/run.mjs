// Runs one task of package.json: makes the checkout ready, builds the contracts if the task needs them, then runs its
// programs with the arguments that npm was given. Asked for help, it builds nothing.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

const tsx = (path, ...flags) => ["node", ...flags, "--import", "tsx", path];
const ts = (file, ...flags) => tsx(`ts/${file}`, ...flags);
const check = (name) => ["node", `script/check/${name}.mjs`];
const example = (file) => ({ build: true, programs: [tsx(`examples/${file}`)] });
/** A browser and a PostgreSQL, which nothing but tests need. */
const TESTKIT = "ts/testkit";
const GAS_TESTS = ["forge", "test", "--match-path", "test/gas/*"];

/** A small heap: a keeper holds little and runs for months. Who takes messages lets most of what it allocates go at once. */
const SMALL_HEAP = "--max-semi-space-size=4";
const INTAKE_HEAP = "--max-semi-space-size=32";

/** `npm test` is for every change: it leaves out the files below, and tries a quarter of the random inputs. */
const ALL_TESTS = process.env.ALL_TESTS === "true";

/** Whole economies as processes, whole experiments, and programs that are killed again and again. */
const LONG_TESTS = [
  ...["e2e/cli", "e2e/economy", "e2e/examples", "e2e/fork/fork", "e2e/packages", "demo/live/browser"],
  ...["demo/counterfactual/counterfactual", "demo/counterfactual/replay", "sim/experiments", "sim/network/network"],
  ...[
    "sdk/work/budgetSplitter",
    "sdk/work/dispatch.sim",
    "sdk/work/killed",
    "sdk/work/market",
    "sdk/work/sellerKilled",
  ],
  ...["cli/buy/hostile", "cli/oneShot/killed", "x402/buyer/killed"],
  ...["services/oracle/disk", "services/oracle/replicas"],
].map((name) => `ts/${name}.test.ts`);

/**
 * `build`: whether the contracts must be compiled before. `packages`: folders of packages of their own that must be
 * installed before. `programs` run one after the other; the first gets the arguments.
 * The next runs only if the one before succeeded, unless `all`: then every one runs, and the task fails if one did.
 */
export const TASKS = {
  setup: { programs: [] },
  build: { programs: [["forge", "build"]] },
  abi: { build: true, programs: [["wagmi", "generate"]] },
  "build:ts": { programs: [["npm", "run", "prepack", "--workspaces"]] },

  start: { programs: [ts("demo/main.ts")] },
  deploy: { build: true, programs: [ts("operate/deploy/main.ts")] },
  inspect: { programs: [ts("operate/inspect/main.ts")] },
  keeper: { programs: [ts("services/keeper/main.ts", SMALL_HEAP, "--max-old-space-size=192")] },
  oracle: { programs: [ts("services/oracle/main.ts", INTAKE_HEAP)] },
  verifier: { programs: [ts("services/verifier/main.ts", INTAKE_HEAP)] },
  explorer: { packages: ["indexer", "explorer"], build: true, programs: [tsx("explorer/main.ts")] },
  indexer: { packages: ["indexer"], programs: [ts("operate/indexer/main.ts")] },
  "example:sell-work-over-http": example("sell-work-over-http/main.ts"),
  "example:buy-through-a-pipeline": example("buy-through-a-pipeline.ts"),
  "example:read-pools-with-abis": example("read-pools-with-abis.ts"),

  sim: { programs: [ts("sim/main.ts")] },
  paper: { programs: [ts("dev/paper/main.ts")] },
  "paper:macros": { programs: [[...ts("dev/paper/main.ts"), "macros"]] },
  "paper:data": { programs: [[...ts("dev/paper/main.ts"), "data"]] },

  test: {
    packages: [TESTKIT],
    build: true,
    all: true,
    programs: [
      ["env", `FOUNDRY_PROFILE=${ALL_TESTS ? "ci" : "default"}`, "forge", "test"],
      ["vitest", "run", ...(ALL_TESTS ? [] : LONG_TESTS.flatMap((file) => ["--exclude", file]))],
    ],
  },
  "test:forge": { programs: [["forge", "test"]] },
  "test:ts": { packages: [TESTKIT], build: true, programs: [["vitest", "run"]] },
  "test:explore": { programs: [["node", "script/explore.mjs"]] },
  "test:deep": { build: true, programs: [ts("dev/bench/deep.ts")] },
  "test:deep:unit": { env: { FOUNDRY_PROFILE: "deep" }, programs: [["forge", "test", "--match-path", "test/unit/**"]] },
  "test:fork": { build: true, programs: [["vitest", "run", "ts/e2e/fork"]] },
  "test:load": { build: true, env: { LOAD_TESTS: "true" }, programs: [["vitest", "run", "ts/e2e/load"]] },
  "test:soak": {
    packages: [TESTKIT],
    build: true,
    env: { SOAK_TESTS: "true" },
    programs: [["vitest", "run", "ts/e2e/soak"]],
  },
  // What also `ALL_TESTS=true npm test` has not the time for.
  "test:long": {
    build: true,
    env: { LONG_TESTS: "true", SCALE_SINKS: "10000" },
    all: true,
    programs: [
      ["forge", "test", "--match-path", "test/scenario/Scale.t.sol"],
      ["vitest", "run", "ts/e2e/requests"],
    ],
  },
  "test:chance": {
    // A day is one transaction of forge's: more gas than it gives a test by itself.
    env: { CHANCE_EPOCHS: "1440", SIM_TESTS: "full", FOUNDRY_GAS_LIMIT: "9223372036854775807" },
    all: true,
    programs: [
      ["forge", "test", "--match-test", "H_DispatchedToWhoOwesMost"],
      ["vitest", "run", "ts/sim/attacks", "--testNamePattern", "sent by dispatcher"],
    ],
  },
  "test:explorer": {
    packages: ["indexer", "explorer", TESTKIT],
    build: true,
    programs: [["vitest", "run", "--config", "explorer/vitest.config.ts"]],
  },
  "test:indexer": {
    packages: ["indexer", TESTKIT],
    build: true,
    programs: [["vitest", "run", "--config", "indexer/vitest.config.ts"]],
  },
  "test:sim": { build: true, env: { SIM_TESTS: "full" }, programs: [["vitest", "run", "ts/sim"]] },
  "test:mutants": { programs: [ts("dev/mutants/main.ts")] },
  coverage: { packages: [TESTKIT], build: true, programs: [["vitest", "run", "--coverage"]] },
  "coverage:contracts": { programs: [ts("dev/bench/coverage.ts")] },
  "bench:intake": { build: true, programs: [ts("dev/bench/intake.ts")] },
  "bench:gas": { programs: [ts("dev/bench/gas.ts")] },
  "bench:sim": { programs: [ts("sim/bench.ts")] },
  "bench:work": { programs: [ts("dev/bench/work.ts")] },
  snapshot: { programs: [["env", "FORGE_SNAPSHOT_EMIT=true", ...GAS_TESTS], GAS_TESTS] },
  audit: { programs: [ts("dev/audit/main.ts")] },
  "audit:scope": { programs: [ts("dev/audit/scope.ts")] },
  proofs: { programs: [ts("dev/proofs/main.ts")] },
  docs: {
    packages: ["script/docs"],
    programs: [["node", "script/docs/node_modules/typedoc/bin/typedoc", "--options", "script/docs/typedoc.json"]],
  },
  "docs:errors": { programs: [ts("dev/docs/main.ts")] },
  vectors: { build: true, programs: [ts("dev/vectors/main.ts")] },

  check: {
    packages: [TESTKIT],
    all: true,
    programs: [
      ["forge", "fmt", "--check"],
      ["env", "FOUNDRY_PROFILE=lint", "forge", "lint", "--deny", "warnings"],
      ["tsc", "--noEmit"],
      ["tsc", "--noEmit", "-p", "ts/demo/live/page"],
      ["biome", "ci"],
      ...["levels", "references", "trees", "words"].map(check),
    ],
  },
  "check:levels": { programs: [check("levels")] },
  "check:references": { programs: [check("references")] },
  "check:trees": { programs: [check("trees")] },
  "check:words": { programs: [check("words")] },
  format: {
    programs: [
      ["forge", "fmt"],
      ["biome", "check", "--write"],
    ],
  },
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HELP = ["--help", "-h", "help", "--version"];

let running;
let stopped;

/** Runs one program to its end; returns what its exit says. */
async function run([command, ...args], env = {}) {
  const program = command === "node" ? process.execPath : command;
  const path = `${resolve(ROOT, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  running = spawn(program, args, { cwd: ROOT, env: { ...process.env, PATH: path, ...env }, stdio: "inherit" });
  const [code, signal] = await new Promise((done) => {
    running.once("error", ({ message }) => {
      process.stderr.write(`run: cannot run ${command}: ${message}\n`);
      done([1, null]);
    });
    running.once("close", (...how) => done(how));
  });
  return signal === null ? code : 128 + constants.signals[signal];
}

/** @returns The task's exit code */
async function runTask({ build = false, packages = [], all = false, env, programs }, args) {
  const wantsHelp = args.some((arg) => HELP.includes(arg));
  const first = [["node", "script/setup.mjs"]];
  if (!wantsHelp) first.push(...packages.map((folder) => ["node", "script/setup.mjs", folder]));
  if (!wantsHelp && build) first.push(["forge", "build"]);
  for (const program of first) {
    const code = await run(program);
    if (code !== 0) return code;
  }
  let failed = 0;
  for (const [i, program] of programs.entries()) {
    const code = await run(i === 0 ? [...program, ...args] : program, env);
    failed ||= code;
    if (code !== 0 && (!all || stopped)) break;
    if (wantsHelp) break;
  }
  return failed;
}

async function main([name, ...args]) {
  const task = TASKS[name];
  if (task === undefined) {
    process.stderr.write(`run: no task ${name ?? "named"}; there are ${Object.keys(TASKS).join(", ")}\n`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      stopped = signal;
      // A terminal tells the whole group itself; a signal to this process alone has to be handed on.
      if (signal !== "SIGINT" || !process.stdin.isTTY) running?.kill(signal);
    });
  }
  return runTask(task, args);
}

if (isMainThread && process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await main(process.argv.slice(2));
