import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../script/check/words.mjs", import.meta.url));

const GLOSSARY = `
| word | unit | in code |
|---|---|---|
| move | | \`move\`, \`moveExactly\` |

| not | but | never as a name |
|---|---|---|
| reroute | move | \`reroute\` |
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "words-"));
  for (const folder of ["docs", "src"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "docs/glossary.md"), GLOSSARY);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ["names of the glossary, and a retired word in a comment", "function move() {} // no reroute\nmoveExactly();", []],
  [
    "a name that is not there",
    "/* moveExactly */ move();",
    ["docs/glossary.md:4: there is no moveExactly in the code"],
  ],
  ["a retired name", "move(); moveExactly(); reroute();", ["docs/glossary.md:8: reroute is back, in src/Pool.sol"]],
])("%s", (_, code, problems) => {
  writeFileSync(join(root, "src/Pool.sol"), code);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, root], { encoding: "utf8" });
  expect(stderr.split("\n").filter(Boolean)).toEqual(problems);
  expect(status).toBe(problems.length === 0 ? 0 : 1);
});
