// Every case of a branching tree under test/unit has its test, and every test its case.
//
// A tree's first line names the contract. A line that says what "should" happen is an outcome; the condition above it is a
// case. A test is named after its case: the words of the condition, of those above it too where that is needed to tell it
// from another. "when the amount is zero" is `testFuzz_RevertWhen_TheAmountIsZero` or `test_WhenTheAmountIsZero`.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { filesBelow, linesOf, report } from "./files.mjs";

const NODE = /^((?:[│ ] {3})*)[├└]── (.+)$/u;
const TEST = /\bfunction test(?:Fuzz)?_(\w+)\(/;

const lettersOf = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The cases of a tree, each with the names that a test of it may have: its condition, preceded by more and more of those above. */
function casesOf(root, tree, problems) {
  const path = [];
  const cases = [];
  for (const [index, text] of linesOf(root, tree).entries()) {
    if (index === 0 || text === "") continue;
    const line = index + 1;
    const [, indent, words] = NODE.exec(text) ?? [];
    if (words === undefined) {
      problems.push({ file: tree, line, text: `this is no branch of a tree: "${text}"` });
      continue;
    }
    const depth = indent.length / 4;
    path.splice(depth, path.length, { line, words });
    if (!/\bshould\b/.test(words)) continue;
    // An outcome without a condition is a case of its own.
    const above = depth === 0 ? [{ line, words: words.replace(/^it /, "") }] : path.slice(0, depth);
    const conditions = above.map((one) => one.words);
    const title = conditions.join(", ");
    if (cases.some((known) => known.title === title)) continue;
    const names = conditions.map((_, from) => lettersOf(conditions.slice(from).join(" ")));
    cases.push({ line: above.at(-1).line, title, names, tests: [] });
  }
  return cases;
}

function testsOf(root, file) {
  return linesOf(root, file).flatMap((text, index) => {
    const name = TEST.exec(text)?.[1];
    return name ? [{ line: index + 1, name, letters: lettersOf(name.replace(/Revert(?=(When|Given)_)/g, "")) }] : [];
  });
}

function checkPair(root, tree, file, problems) {
  const [contract] = linesOf(root, tree);
  if (!linesOf(root, file).some((text) => text.startsWith(`contract ${contract} `))) {
    problems.push({ file: tree, line: 1, text: `${file} has no contract ${contract}; name the one that it has` });
  }
  const cases = casesOf(root, tree, problems);
  for (const { line, name, letters } of testsOf(root, file)) {
    const meant = cases.filter(({ names }) => names.includes(letters));
    for (const one of meant) one.tests.push(name);
    if (meant.length === 1) continue;
    const text = meant.length
      ? `${name} fits several cases of ${tree}; prefix the condition above`
      : `${tree} has no case for ${name}`;
    problems.push({ file, line, text });
  }
  for (const { line, title, tests } of cases) {
    if (tests.length === 0)
      problems.push({ file: tree, line, text: `no test in ${file} is named "${title}"; write it` });
  }
  return cases.length;
}

/** A file of tests that is named after a function (in lower case) has a tree; others, of whole stories, need none. */
function check(root) {
  const problems = [];
  const files = filesBelow(root, "test/unit");
  const trees = files.filter((file) => file.endsWith(".tree"));
  let count = 0;
  for (const tree of trees) {
    const file = tree.replace(/\.tree$/, ".t.sol");
    if (existsSync(join(root, file))) count += checkPair(root, tree, file, problems);
    else problems.push({ file: tree, line: 1, text: `there is no ${file} with its tests` });
  }
  for (const file of files.filter((name) => name.endsWith(".t.sol") && /^[a-z]/.test(basename(name)))) {
    const tree = file.replace(/\.t\.sol$/, ".tree");
    if (!trees.includes(tree)) problems.push({ file, line: 1, text: `there is no ${tree} with its cases` });
  }
  if (count === 0) problems.push({ file: "test/unit", line: 1, text: "there is no tree with a case" });
  report(problems, `trees: ${trees.length} trees, ${count} cases, each with its test`);
}

check(process.argv[2] ?? ".");
