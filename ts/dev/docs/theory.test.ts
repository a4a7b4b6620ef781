import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");

/** Per file of proofs, the statements in the rows of tables that name it; the file's column comes before theirs. */
function statements(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const cells = line.split(" | ");
    const file = cells.findIndex((cell) => /^\[?`\w+\.v`/.test(cell));
    if (file === -1) return [];
    const name = /(\w+\.v)/.exec(cells[file] ?? "")?.[1];
    return [...(cells[file + 1] ?? "").matchAll(/`(\w+)`/g)].map((match) => `${name} ${match[1]}`);
  });
}

test("theory.md names the statements that are machine-checked, all of them and no others", () => {
  const proved = statements(read("proofs/README.md"));
  expect(proved).toHaveLength(58);
  expect(statements(read("docs/theory.md")).sort()).toEqual([...proved].sort());
});

test("each stands in its file", () => {
  const sources = new Map(
    readdirSync(`${ROOT}proofs`)
      .filter((name) => name.endsWith(".v"))
      .map((name) => [name, read(`proofs/${name}`)]),
  );
  for (const statement of statements(read("docs/theory.md"))) {
    const [file = "", name] = statement.split(" ");
    expect(sources.get(file), statement).toMatch(new RegExp(`^\\s*(Theorem|Lemma|Corollary|Example) ${name}\\b`, "m"));
  }
});

test("every file of tests that it names exists", () => {
  const named = new Set([...read("docs/theory.md").matchAll(/`(\w+\.test\.ts)`/g)].map((match) => match[1]));
  const there = readdirSync(`${ROOT}ts/sim/theory`);
  expect(named.size).toBeGreaterThan(8);
  expect([...named].filter((name) => !there.includes(name as string))).toEqual([]);
});
