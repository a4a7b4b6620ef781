// Calls go one way: a contract may know the interfaces of those below it and nothing of those above (docs/spec.md). This
// fails on an import, or on a use of the deployment's addresses, that points upwards.
import { readdirSync, readFileSync } from "node:fs";

const LEVELS = {
  SuperfluidAccount: 0,
  BackpressurePool: 1,
  EscrowBuffer: 2,
  CompletionTracker: 3,
  CapacityRegistry: 4,
  StakeManager: 5,
  Pipeline: 5,
};

/** Interfaces that are not one contract's own: where those stand that implement them. */
const SHARED = { IVerifier: 3, IAdmission: 3 };

const levelOf = (name) => SHARED[name] ?? LEVELS[name.slice(1)];

/** What a file above level `level` may not be named in a file at it; its own interface and those it implements may. */
function complaints(path, level, own) {
  const text = readFileSync(path, "utf8");
  const found = [];
  for (const [, name] of text.matchAll(/import \{[^}]*\} from "[^"]*\/(\w+)\.sol"/g)) {
    const imported = LEVELS[name] ?? (/^I[A-Z]/.test(name) ? levelOf(name) : undefined);
    if (imported !== undefined && imported >= level && !own.includes(name)) found.push(`imports ${name}`);
  }
  for (const [use, before, member] of text.matchAll(/(\w+\()?addresses\.(\w+)/g)) {
    const used = LEVELS[member[0].toUpperCase() + member.slice(1)];
    if (used !== undefined && used >= level && before !== "address(") found.push(`keeps ${use}`);
  }
  return found.map((what) => `${path} (level ${level}) ${what}`);
}

const wrong = [];
const seen = new Set();
for (const file of readdirSync("src").filter((name) => name.endsWith(".sol"))) {
  const name = file.replace(".sol", "");
  if (LEVELS[name] === undefined) wrong.push(`src/${file} has no level in script/check/levels.mjs`);
  seen.add(name);
  const own = [`I${name}`, ...Object.keys(SHARED).filter((shared) => levelOf(shared) === LEVELS[name])];
  wrong.push(...complaints(`src/${file}`, LEVELS[name], own));
}
for (const name of Object.keys(LEVELS)) if (!seen.has(name)) wrong.push(`there is no src/${name}.sol`);
// What everybody shares knows nobody; it may name a contract's interface for a type that the interface defines.
for (const file of readdirSync("src/libraries")) wrong.push(...complaints(`src/libraries/${file}`, 0, []));
// Admission contracts for whoever wants them: nothing imports them, and they know no contract of the protocol.
const PERIPHERY = "src/periphery";
for (const file of readdirSync(PERIPHERY).filter((name) => name.endsWith(".sol")))
  wrong.push(...complaints(`${PERIPHERY}/${file}`, 0, ["IAdmission"]));
for (const file of readdirSync("src/interfaces")) {
  const name = file.replace(".sol", "");
  wrong.push(
    ...complaints(`src/interfaces/${file}`, levelOf(name), name === "ICompletionTracker" ? ["IVerifier"] : []),
  );
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
