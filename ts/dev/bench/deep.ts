/**
 * `npm run test:deep`: every invariant and every fuzz test of `test/fuzz` with the profile `deep` of foundry.toml, then
 * what the invariants' handlers did, per campaign and action:
 *
 *     | economy: 1000 runs, 200000 calls | calls | successes | share |
 *
 * An invariant that holds because nothing happened says nothing, so an action that succeeded in less than a twentieth of
 * its calls fails the run, as a violated invariant does. Arguments go to forge; FOUNDRY_INVARIANT_RUNS and the like work.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { asProgram } from "../asProgram.ts";

/** What became of all calls of one action. */
export type Tally = { action: string; calls: number; successes: number };

/** What one campaign did in all its runs, the rarest success first. */
export type Campaign = { name: string; runs: number; tallies: Tally[] };

export const MINIMUM_SHARE = 0.05;

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Relative to the root; foundry.toml lets tests write here. */
const TALLIES = "cache/tallies";

/** Adds up what the runs of a campaign have written: lines of `action,calls,successes`. */
export function campaignOf(name: string, text: string): Campaign {
  const tallies = new Map<string, Tally & { runs: number }>();
  for (const line of text.split("\n").filter(Boolean)) {
    const [action = "", calls, successes] = line.split(",");
    const tally = tallies.get(action) ?? { action, calls: 0, successes: 0, runs: 0 };
    tally.calls += Number(calls);
    tally.successes += Number(successes);
    tally.runs += 1;
    tallies.set(action, tally);
  }
  const sorted = [...tallies.values()].sort((a, b) => share(a) - share(b));
  return {
    name,
    runs: Math.max(0, ...sorted.map(({ runs }) => runs)),
    tallies: sorted.map(({ action, calls, successes }) => ({ action, calls, successes })),
  };
}

/** A table in Markdown. What begins with "seen" is no action but something that actions came across. */
export function tableOf({ name, runs, tallies }: Campaign): string {
  const calls = tallies.filter(({ action }) => !action.startsWith("seen")).reduce((sum, tally) => sum + tally.calls, 0);
  const rows = tallies.map((tally) => {
    const percent = `${(100 * share(tally)).toFixed(1)} %`;
    return `| ${tally.action} | ${tally.calls} | ${tally.successes} | ${percent} |`;
  });
  const head = [`| ${name}: ${runs} runs, ${calls} calls | calls | successes | share |`, "|---|---:|---:|---:|"];
  return [...head, ...rows].join("\n");
}

/** One sentence per action that hardly ever succeeds. */
export function idleOf({ name, tallies }: Campaign): string[] {
  return tallies
    .filter((tally) => share(tally) < MINIMUM_SHARE)
    .map(({ action, calls, successes }) => `${name}: "${action}" succeeded in ${successes} of ${calls} calls`);
}

function share({ calls, successes }: Tally): number {
  return successes / calls;
}

async function runForge(args: readonly string[]): Promise<number | null> {
  const forge = resolve(ROOT, "node_modules/.bin/forge");
  const child = spawn(forge, ["test", "--match-path", "test/{fuzz,invariant}/*", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, FOUNDRY_PROFILE: "deep", INVARIANT_TALLIES: TALLIES },
  });
  return new Promise((done, fail) => child.once("error", fail).once("close", done));
}

async function main(): Promise<void> {
  const folder = join(ROOT, TALLIES);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const startedAt = Date.now();
  const code = await runForge(process.argv.slice(2));

  const campaigns = readdirSync(folder)
    .sort()
    .map((file) => campaignOf(file.replace(/\.csv$/, ""), readFileSync(join(folder, file), "utf8")));
  for (const campaign of campaigns) process.stdout.write(`\n${tableOf(campaign)}\n`);
  process.stdout.write(`\n${Math.round((Date.now() - startedAt) / 1000)} s\n`);
  if (code !== 0) throw new Error(`forge ended with code ${code}`);
  const idle = campaigns.flatMap(idleOf);
  if (idle.length > 0) throw new Error(idle.join("; "));
}

await asProgram(import.meta.url, "test:deep", main);
