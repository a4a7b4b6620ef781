import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { checkProofs, requireCoq } from "./coq.ts";
import { missingInTable } from "./table.ts";
import { vectors } from "./vectors.ts";

const hasCoq = spawnSync("coqc", ["--version"]).error === undefined;

test("the vectors are what the model computes", () => {
  expect(readFileSync(join(PROJECT_ROOT, "proofs/Vectors.v"), "utf8")).toBe(vectors());
});

test("where Coq is missing, one line says how to get it", () => {
  const { PATH } = process.env;
  process.env.PATH = "/nowhere";
  try {
    expect(requireCoq).toThrow("the proofs need Coq 8.16 or newer: install coqc, on Debian by `apt-get install coq`");
  } finally {
    process.env.PATH = PATH;
  }
});

test("a statement that only the table or only the proofs have is told", () => {
  const table = "| what | file | statement |\n|---|---|---|\n| it holds | `A.v` | `one`, `two` | |\n";
  const proved = [
    { file: "A.v", name: "one", axioms: [] },
    { file: "A.v", name: "three", axioms: [] },
  ];
  expect(missingInTable(table, proved)).toEqual([
    "A.v: two is in the table and not proved",
    "A.v: three is proved and not in the table",
  ]);
});

describe.skipIf(!hasCoq)("the checker", () => {
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const check = () => checkProofs(folder, () => {});

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backpressure-proofs-test-"));
    write("One.v", "Theorem one : 1 + 1 = 2.\nProof. reflexivity. Qed.\n");
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("accepts what is proved, and finds the order of the files", () => {
    const text = "From Coq Require Import Reals Lra.\nFrom Backpressure Require Import One.\n";
    write("ARest.v", `${text}Theorem more : (1 + 1 = 2)%R.\nProof. lra. Qed.\n`);
    const proved = check();
    expect(proved.map(({ file, name }) => `${file} ${name}`)).toEqual(["ARest.v more", "One.v one"]);
    expect(proved[0]?.axioms).toContain("ClassicalDedekindReals.sig_forall_dec");
    expect(proved[1]?.axioms).toEqual([]);
  });

  test("refuses a false statement", () => {
    write("False.v", "Theorem wrong : 1 + 1 = 3.\nProof. reflexivity. Qed.\n");
    expect(check).toThrow("False.v does not check");
  });

  test.each([
    ["an admitted proof", "Theorem wrong : 1 + 1 = 3.\nAdmitted.\n", "Admits.v: wrong rests on Admits.wrong"],
    [
      "an axiom",
      "Axiom magic : False.\nTheorem wrong : 1 = 3.\nProof. case magic. Qed.\n",
      "wrong rests on Admits.magic",
    ],
    [
      "a hidden lemma",
      "Lemma no : False.\nAdmitted.\nTheorem wrong : 1 = 3.\nProof. case no. Qed.\n",
      "wrong rests on Admits.no",
    ],
    [
      "a recursion that does not end",
      "Unset Guard Checking.\nFixpoint loop (n : nat) : False := loop n.\nTheorem wrong : False.\nProof. exact (loop 0). Qed.\n",
      "Admits.v: wrong rests on Admits.loop",
    ],
  ])("refuses %s", (_, text, why) => {
    write("Admits.v", text);
    expect(check).toThrow(expect.objectContaining({ details: expect.stringContaining(why) }));
  });
});
