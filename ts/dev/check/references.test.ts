import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../script/check/references.mjs", import.meta.url));

/** Of which this file must not seem to have any. */
const comment = (text: string) => ["///", text].join(" ");

/** A small repository in which everything that may be referred to exists once. */
const SOUND: Record<string, string> = {
  "docs/spec.md": "# Specification\n\n## 7. The pool's rules\n\n1. A rule.\n2. Another.\n\n## 7. The pool's rules\n",
  "docs/theory.md": "# Theory\n\n## 3. One sink\n\n1. **Rest.** See [rules](spec.md#7-the-pools-rules-1).\n",
  "paper/sections/results.tex": "\\label{thm:key}\n",
  "test/invariant/README.md": "| I1 | No wei is lost. | [`Money`](Money.sol) |\n",
  "test/invariant/Money.sol": "function invariant_I1_NoWeiIsLost() external {}\n",
  "ts/sound.test.ts": 'test("it is sound", () => {});\n',
  "docs/sound.md": '`sound.test.ts`: "it is"\n',
  "src/Pool.sol": comment("@notice Spec 7.1 and 7.2, theory 3.1 (`thm:key`), invariant I1, docs/spec.md.\n"),
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "references-"));
  for (const [path, text] of Object.entries(SOUND)) write(path, text);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function check() {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, root], { encoding: "utf8" });
  return { status, problems: stderr.trimEnd().split("\n").filter(Boolean) };
}

describe("check:references", () => {
  test("all kinds, where everything exists", () => {
    expect(check()).toEqual({ status: 0, problems: [] });
  });

  const broken: [kind: string, path: string, text: string, problem: string][] = [
    ["a link", "README.md", "\n[x](docs/none.md)", "README.md:2: there is no docs/none.md; mend the link"],
    ["a picture", "docs/a.md", "![x](none.svg)", "docs/a.md:1: there is no docs/none.svg; mend the link"],
    [
      "a heading",
      "README.md",
      "[x](docs/spec.md#7-pool)",
      "README.md:1: docs/spec.md has no heading #7-pool; mend the link",
    ],
    ["a heading of its own", "README.md", "[x](#none)", "README.md:1: README.md has no heading #none; mend the link"],
    [
      "a path in a comment",
      "ts/a.ts",
      `const a = 1; ${comment("see src/None.sol")}`,
      "ts/a.ts:1: there is no src/None.sol; name what took its place",
    ],
    [
      "a section",
      "src/A.sol",
      comment("Spec 8."),
      "src/A.sol:1: docs/spec.md has no 8; name the statement that is meant",
    ],
    [
      "the second of two statements",
      "src/A.sol",
      comment("theory 3.1 and 3.9"),
      "src/A.sol:1: docs/theory.md has no 3.9; name the statement that is meant",
    ],
    [
      "a test",
      "docs/a.md",
      "`none.test.ts`",
      "docs/a.md:1: no file is named none.test.ts; name the test that is meant",
    ],
    [
      "a test by its title",
      "docs/a.md",
      '`sound.test.ts`: "none"',
      'docs/a.md:1: no test of sound.test.ts is called "none"; name the one that is meant',
    ],
    ["a label", "docs/a.md", "`thm:none`", "docs/a.md:1: the paper has no \\label{thm:none}"],
    ["an invariant", "test/A.sol", " * I2", "test/A.sol:1: test/invariant/README.md has no row I2"],
    [
      "an invariant without a test",
      "test/invariant/README.md",
      "| I1 | |\n| I2 | |",
      "test/invariant/README.md:2: no function is named _I2_…",
    ],
    [
      "a document that is not here",
      "src/A.sol",
      comment("design section 2"),
      "src/A.sol:1: there is no design document; write `spec N.M` or `theory N.M`",
    ],
    [
      "another way to say it",
      "src/A.sol",
      comment("theory, section 3"),
      "src/A.sol:1: write `theory N.M`, a statement of docs/theory.md",
    ],
  ];

  test.each(broken)("%s that does not resolve", (_kind, path, text, problem) => {
    write(path, text);
    expect(check()).toEqual({ status: 1, problems: [problem] });
  });

  test("code is not prose: statements, fences and what stands between backticks", () => {
    write("ts/a.ts", 'const label = "thm:none"; const path = "src/None.sol";');
    write("README.md", "```sol\nnew address[](0)\n```\n`a[](b)`, [web](https://example.org/#x)");
    write("node_modules/a/README.md", "[x](none.md)");
    expect(check()).toEqual({ status: 0, problems: [] });
  });
});
