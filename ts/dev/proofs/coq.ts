import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolFailedError } from "../../core/errors.ts";

/** The name under which the proofs know each other. */
const LIBRARY = ["-Q", ".", "Backpressure"];

/** What Coq's standard library takes for granted where it speaks of real numbers and of classical logic; nothing else may be. */
const STANDARD_AXIOMS = [
  "ClassicalDedekindReals.sig_forall_dec",
  "ClassicalDedekindReals.sig_not_dec",
  "FunctionalExtensionality.functional_extensionality_dep",
  "Classical_Prop.classic",
];

const STATED = /^\s*(?:Theorem|Example)\s+(\w+)/gm;

/** Between two answers of Coq. */
const MARK = "end_of_answer";

/** One statement that was proved: its file, its name, and what it takes for granted. */
export type Proved = { file: string; name: string; axioms: readonly string[] };

/** @throws {ToolFailedError} in one line, where Coq is not installed. */
export function requireCoq(): void {
  if (spawnSync("coqc", ["--version"]).error !== undefined)
    throw new ToolFailedError("the proofs need Coq 8.16 or newer: install coqc, on Debian by `apt-get install coq`");
}

/**
 * Checks all proofs of a folder from scratch, in a folder of its own, and asks what each statement rests on.
 * @param folder Where the `.v` files are.
 * @throws {ToolFailedError} if a proof does not check, or if one rests on anything but the standard library.
 */
export function checkProofs(folder: string, say: (text: string) => void): Proved[] {
  const workplace = mkdtempSync(join(tmpdir(), "backpressure-proofs-"));
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".v"));
    for (const name of files) copyFileSync(join(folder, name), join(workplace, name));
    const inOrder = coq(workplace, "coqdep", [...LIBRARY, "-sort", ...files], "coqdep failed");
    for (const path of inOrder.trim().split(/\s+/)) {
      const start = performance.now();
      coq(workplace, "coqc", ["-q", ...LIBRARY, path], `${path} does not check`);
      say(`${path}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    const proved = files.sort().flatMap((file) => assumptions(workplace, file));
    const unexpected = proved.flatMap(({ file, name, axioms }) =>
      axioms.filter((axiom) => !STANDARD_AXIOMS.includes(axiom)).map((axiom) => `${file}: ${name} rests on ${axiom}`),
    );
    if (unexpected.length > 0)
      throw new ToolFailedError("not everything is proved", { details: unexpected.join("\n") });
    return proved;
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

/** What each statement of a compiled file rests on. */
function assumptions(workplace: string, file: string): Proved[] {
  const module = file.replace(/\.v$/, "");
  const names = [...readFileSync(join(workplace, file), "utf8").matchAll(STATED)].map(([, name = ""]) => name);
  if (names.length === 0) return [];
  const questions = names.map((name) => `Print Assumptions ${module}.${name}.\nPrint ${MARK}.\n`);
  const header = `From Backpressure Require ${module}.\nDefinition ${MARK} := tt.\n`;
  writeFileSync(join(workplace, "Assumptions.v"), header + questions.join(""));
  const told = coq(workplace, "coqc", ["-q", ...LIBRARY, "Assumptions.v"], `cannot ask what ${file} rests on`);
  const answers = told.split(new RegExp(`^${MARK} = .*(?:\\n +.*)*\\n`, "m")).slice(0, names.length);
  return names.map((name, i) => {
    const answer = answers[i] ?? "";
    if (!/^(Closed under|Axioms:)/.test(answer)) throw new ToolFailedError(`${file}: nothing is known of ${name}`);
    // Each begins a line: `name : type`, or a sentence about what was not checked.
    const [header, ...lines] = answer.split("\n").filter((line) => /^\S/.test(line));
    return { file, name, axioms: header === "Axioms:" ? lines.map((line) => line.replace(/ :.*$/, "")) : [] };
  });
}

function coq(cwd: string, command: string, args: readonly string[], failure: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new ToolFailedError(failure, { details: `${stdout}${stderr}`.slice(-2000) });
  return stdout;
}
