import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { namesOf } from "./main.ts";
import type { Mutant } from "./schemata.ts";
import { stagesOf, testFiles, until } from "./suite.ts";
import { schemataIn } from "./workspace.ts";

describe("the mutants of the contracts", () => {
  let mutants: Map<string, Mutant>;

  beforeAll(() => {
    mutants = namesOf(schemataIn(PROJECT_ROOT).mutants);
  });

  it("are where an explanation says", () => {
    const explained = JSON.parse(readFileSync(join(PROJECT_ROOT, "test/mutants.json"), "utf8")) as { mutant: string }[];
    expect(explained.map(({ mutant }) => mutant).filter((name) => !mutants.has(name))).toEqual([]);
  });

  it("meet tests of their own first", () => {
    const files = testFiles(PROJECT_ROOT);
    const strangers = [...mutants.values()].filter(
      (mutant) => until("unit tests", stagesOf(mutant, files)).length === 0,
    );
    expect(strangers.map(({ within }) => within)).toEqual([]);
  });
});
