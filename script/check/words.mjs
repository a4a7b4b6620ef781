// docs/glossary.md and the code agree: every name in a column "in code" is one, and none in a column "never as a name" is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, linesOf, report } from "./files.mjs";

const GLOSSARY = "docs/glossary.md";
const CODE = /^(?:src|test|ts|script|examples)\/.*\.(?:sol|ts|mjs)$/;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;
const THIS = /^(?:script\/check\/words\.mjs|ts\/dev\/check\/words\.test\.ts)$/;

const cellsOf = (row) => row.split("|").map((cell) => cell.trim());
const namesIn = (cell = "") => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);

/** The names in the columns of all tables that have this heading, each with its line. */
function column(root, heading) {
  let index = -1;
  return linesOf(root, GLOSSARY).flatMap((row, at) => {
    if (!row.startsWith("|")) index = -1;
    else if (index === -1) index = cellsOf(row).indexOf(heading, 1) === -1 ? -2 : cellsOf(row).indexOf(heading);
    else if (index > 0) return namesIn(cellsOf(row)[index]).map((name) => ({ name, line: at + 1 }));
    return [];
  });
}

/** Where each identifier is first used. */
function identifiers(root) {
  const uses = new Map();
  for (const file of filesBelow(root).filter((path) => CODE.test(path) && !THIS.test(path))) {
    const code = readFileSync(join(root, file), "utf8").replace(COMMENT, "");
    for (const [name] of code.matchAll(/\b[A-Za-z_]\w*/g)) {
      if (!uses.has(name)) uses.set(name, file);
    }
  }
  return uses;
}

function check(root) {
  const uses = identifiers(root);
  const used = column(root, "in code");
  const retired = column(root, "never as a name");
  const problems = [
    ...used.filter(({ name }) => !uses.has(name)).map(({ name, line }) => [line, `there is no ${name} in the code`]),
    ...retired
      .filter(({ name }) => uses.has(name))
      .map(({ name, line }) => [line, `${name} is back, in ${uses.get(name)}`]),
  ].map(([line, text]) => ({ file: GLOSSARY, line, text }));
  report(problems, `words: ${used.length} names of the glossary are in the code, ${retired.length} are not`);
}

check(process.argv[2] ?? process.cwd());
