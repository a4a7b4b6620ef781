import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";

/** A checkout in which every program only says that it ran, and with what. */
let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backpressure-run-"));
  log = join(folder, "log");
  mkdirSync(join(folder, "script"));
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  cpSync(join(PROJECT_ROOT, "script/run.mjs"), join(folder, "script/run.mjs"));
  writeFileSync(join(folder, "script/setup.mjs"), "");
  writeFileSync(log, "");
  for (const name of ["forge", "vitest", "wagmi"]) program(name, `echo ${name} "$@" >> ${log}`);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, body: string): void {
  const path = join(folder, "node_modules/.bin", name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** Whether all tests are asked for is each test's own affair, also where all of them are running. */
const start = (args: string[], all: "true" | "" = ""): ChildProcess =>
  spawn(process.execPath, [join(folder, "script/run.mjs"), ...args], {
    env: { ...process.env, ALL_TESTS: all },
    stdio: ["ignore", "pipe", "pipe"],
  });

const run = (...args: string[]) => outcomeOf(start(args));

async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; error: string; ran: string[] }> {
  let error = "";
  child.stderr?.on("data", (chunk) => {
    error += chunk;
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, error, ran: readFileSync(log, "utf8").split("\n").filter(Boolean) };
}

test("every script of package.json is a task, and every task a script", async () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8"));
  const { error } = await run("");
  const tasks = (/there are (.*)/.exec(error)?.[1] ?? "").split(", ").filter((name) => name !== "setup");
  expect(scripts).toEqual(Object.fromEntries(tasks.map((name) => [name, `exec node script/run.mjs ${name}`])));
  expect(tasks.length).toBeGreaterThan(30);
});

test("a task that needs the contracts has them built first, and gets the arguments", async () => {
  expect(await run("test:ts", "ts/model", "-t", "a b")).toMatchObject({
    code: 0,
    ran: ["forge build", "vitest run ts/model -t a b"],
  });
});

test("whoever asks for help waits for no build", async () => {
  expect(await run("test:ts", "--help")).toMatchObject({ code: 0, ran: ["vitest run --help"] });
});

test("both halves of the tests run, though the first fails, and the failure is told", async () => {
  program("forge", `echo forge "$@" >> ${log}; [ "$1" = build ]`);
  const outcome = await outcomeOf(start(["test"], "true"));
  expect(outcome).toMatchObject({ code: 1, ran: ["forge build", "forge test", "vitest run"] });
});

test("npm test leaves out files that there are, and tries less; with ALL_TESTS it does neither", async () => {
  program("forge", `echo forge "$@" $FOUNDRY_PROFILE >> ${log}`);
  const { ran } = await run("test");
  expect(ran[1]).toBe("forge test default");
  const leftOut = ran[2]?.split(" --exclude ").slice(1) ?? [];
  expect(leftOut.length).toBeGreaterThan(0);
  for (const file of leftOut) expect(existsSync(join(PROJECT_ROOT, file)), file).toBe(true);

  writeFileSync(log, "");
  const all = await outcomeOf(start(["test"], "true"));
  expect(all.ran.slice(1)).toEqual(["forge test ci", "vitest run"]);
});

test("nothing runs on what was not built", async () => {
  program("forge", `echo forge "$@" >> ${log}; exit 3`);
  expect(await run("test")).toMatchObject({ code: 3, ran: ["forge build"] });
});

test("an unknown task is one line and exit code 2", async () => {
  const { code, error, ran } = await run("tset");
  expect({ code, ran, lines: error.trimEnd().split("\n").length }).toEqual({ code: 2, ran: [], lines: 1 });
  expect(error).toContain("run: no task tset; there are ");
});

test("who is told to end hands it on, and leaves nobody behind", async () => {
  const ready = join(folder, "ready");
  program("forge", `trap 'echo ended >> ${log}; exit 143' TERM; touch ${ready}; while :; do sleep 0.05; done`);
  const child = start(["build"]);
  const closed = new Promise<number | null>((done) => child.once("close", done));
  await expect.poll(() => existsSync(ready), { timeout: 30_000 }).toBe(true);
  child.kill("SIGTERM");
  expect(await closed).toBe(143);
  expect(readFileSync(log, "utf8")).toBe("ended\n");
});
