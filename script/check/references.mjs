// Every reference in comments and documents points at something that exists. The kinds:
//
//     [text](path#heading)      links of Markdown files, from the file's folder; headings as GitHub names them
//     docs/spec.md, ts/…/x.ts   paths from the repository's root, in comments and in Markdown
//     spec 7.8, theory 4.3      sections and numbered statements of docs/spec.md and docs/theory.md
//     `stages.test.ts`          tests, by the name of their file
//     the same, a colon, and what is in quotes: a test of that file, by the beginning of its title
//     thm:key, sec:limits       labels of the paper
//     invariant I7              rows of test/invariant/README.md, and a test named after each
//
// Other ways of saying the same are refused, so that there is one.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { filesBelow, linesOf, report } from "./files.mjs";

const CODE = /\.(sol|ts|mjs|tree|py)$/;
const PATH =
  /(?<![\w./@-]|\]\()(?:docs|examples|paper|script|snapshots|src|test|ts)\/(?:[\w-]+\/)*[\w.-]+\.(?:md|sol|ts|mjs|tree|tex|json|svg)\b/g;
const NUMBERED = /\b(spec|theory) (\d+(?:\.\d+)?(?:(?:, | and | to )\d+\.\d+)*)/gi;
const TEST = /`([\w-]+\.(?:test\.ts|t\.sol))`/g;
const TITLE = /`([\w-]+\.(?:test\.ts|t\.sol))`: "([^"]+)"/g;
const LABEL = /(?<![\w:])(?:app|eq|fig|lem|obs|sec|tab|thm):[a-z-]+\b/g;
const INVARIANT = /(?<![\w.])I([1-9]\d?)(?![\w.])/g;
const REFUSED = [
  [/\bdesign(\.md)?,? (section|point|invariant)/i, "there is no design document; write `spec N.M` or `theory N.M`"],
  [/\btheory(\.md)?, |(?<!\/|\()\btheory\.md/i, "write `theory N.M`, a statement of docs/theory.md"],
  [/\bspec(ification|\.md)?`?,? section/i, "write `spec N` or `spec N.M`, of docs/spec.md"],
  [/\bsection [IVX]+ of the/, "write the label of the paper's section, as `sec:limits`"],
];

/** What a line says to its reader, without the code around it. A comment begins where nothing but its sign stands before it. */
function prose(file, line) {
  if (/\.(md|tree)$/.test(file)) return line;
  return /(?:^\s*(?:\/\*\*?|\*|#)|\/\/+)\s(.*)$/.exec(line)?.[1] ?? "";
}

/** As GitHub names them: lower case, without punctuation, spaces as hyphens, a number where the name is taken. */
function headingsOf(root, file) {
  const taken = new Map();
  const headings = new Set();
  for (const line of linesOf(root, file)) {
    const title = /^#{1,6} (.*)$/.exec(line)?.[1];
    if (title === undefined) continue;
    const name = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    headings.add(count ? `${name}-${count}` : name);
  }
  return headings;
}

/** "7" for the section "## 7. Pool", "7.8" for its item "8. …". */
function numbersOf(root, file) {
  const numbers = new Set();
  if (!existsSync(join(root, file))) return numbers;
  let section;
  for (const line of linesOf(root, file)) {
    section = /^## (\d+)\. /.exec(line)?.[1] ?? section;
    if (section === undefined) continue;
    numbers.add(section);
    const item = /^(\d+)\. /.exec(line)?.[1];
    if (item) numbers.add(`${section}.${item}`);
  }
  return numbers;
}

function labelsOf(root, files) {
  const sources = files.filter((file) => file.startsWith("paper/") && file.endsWith(".tex"));
  const labels = sources.flatMap((file) =>
    linesOf(root, file).flatMap((line) => [...line.matchAll(/\\label\{([^}]+)\}/g)]),
  );
  return new Set(labels.map(([, label]) => label));
}

/** The numbers in the table of invariants, each with its line. */
function invariantsOf(root, file) {
  if (!existsSync(join(root, file))) return new Map();
  const rows = linesOf(root, file).map((line, index) => [/^\| I(\d+) \|/.exec(line)?.[1], index + 1]);
  return new Map(rows.filter(([number]) => number));
}

function brokenLinks(root, file, line) {
  const text = line.replace(/`[^`]*`/g, (code) => code.replaceAll("]", " "));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path, heading] = target.split("#");
    const to = path ? normalize(join(dirname(file), path)) : file;
    if (!existsSync(join(root, to))) return [`there is no ${to}; mend the link`];
    if (heading === undefined || (to.endsWith(".md") && headingsOf(root, to).has(heading))) return [];
    return [`${to} has no heading #${heading}; mend the link`];
  });
}

const PAPERS_ABOUT = { spec: "docs/spec.md", theory: "docs/theory.md" };

function check(root) {
  const files = filesBelow(root);
  const numbers = { spec: numbersOf(root, PAPERS_ABOUT.spec), theory: numbersOf(root, PAPERS_ABOUT.theory) };
  const names = new Set(files.map((file) => basename(file)));
  const hasTitle = (name, title) =>
    files.some((file) => basename(file) === name && readFileSync(join(root, file), "utf8").includes(title));
  const labels = labelsOf(root, files);
  const table = "test/invariant/README.md";
  const invariants = invariantsOf(root, table);
  const problems = [];
  let count = 0;

  const find = (text, pattern, broken) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      count++;
      return broken(match);
    });

  const problemsIn = (file, line) => {
    const text = prose(file, line);
    return [
      ...(file.endsWith(".md") ? brokenLinks(root, file, line) : []),
      ...find(text, PATH, ([path]) =>
        existsSync(join(root, path)) ? [] : [`there is no ${path}; name what took its place`],
      ),
      ...find(text, NUMBERED, ([, name, list]) => {
        const document = name.toLowerCase();
        const missing = list.match(/\d+(\.\d+)?/g).filter((number) => !numbers[document].has(number));
        return missing.map((number) => `${PAPERS_ABOUT[document]} has no ${number}; name the statement that is meant`);
      }),
      ...find(text, TEST, ([, name]) =>
        names.has(name) ? [] : [`no file is named ${name}; name the test that is meant`],
      ),
      ...find(text, TITLE, ([, name, title]) =>
        hasTitle(name, title) ? [] : [`no test of ${name} is called "${title}"; name the one that is meant`],
      ),
      ...find(text, LABEL, ([label]) => (labels.has(label) ? [] : [`the paper has no \\label{${label}}`])),
      ...find(text, INVARIANT, ([name, number]) => (invariants.has(number) ? [] : [`${table} has no row ${name}`])),
      ...REFUSED.filter(([pattern]) => pattern.test(text)).map(([, advice]) => advice),
    ];
  };

  for (const file of files.filter((path) => path.endsWith(".md") || CODE.test(path))) {
    let fenced = false;
    for (const [index, line] of linesOf(root, file).entries()) {
      if (file.endsWith(".md") && /^\s*```/.test(line)) fenced = !fenced;
      if (fenced) continue;
      problems.push(...problemsIn(file, line).map((text) => ({ file, line: index + 1, text })));
    }
  }
  const tests = files.filter((file) => file.startsWith("test/invariant/") && file.endsWith(".sol"));
  const tested = tests.flatMap((file) => linesOf(root, file).flatMap((line) => line.match(/_I\d+(?=_)/g) ?? []));
  for (const [number, line] of invariants) {
    if (!tested.includes(`_I${number}`))
      problems.push({ file: table, line, text: `no function is named _I${number}_…` });
  }
  report(problems, `references: ${count} in ${files.length} files, all to what exists`);
}

check(process.argv[2] ?? ".");
