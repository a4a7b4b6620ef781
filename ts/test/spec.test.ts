import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const spec = readFileSync(`${ROOT}docs/spec.md`, "utf8");

/** Contract or library name to the functions that its source declares. */
const declared = new Map(
  readdirSync(`${ROOT}src`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sol"))
    .map((path) => {
      const source = readFileSync(`${ROOT}src/${path}`, "utf8");
      const names = [...source.matchAll(/\bfunction\s+(\w+)/g)].map((match) => match[1]);
      return [path.replace(/^.*\//, "").replace(".sol", ""), new Set(names)];
    }),
);

/** `Contract.function`, as the specification cites the implementation of a formula. */
const cited = [...spec.matchAll(/`([A-Z]\w+)\.(\w+)`/g)].map((match) => [match[1], match[2]] as [string, string]);

test("the specification cites implementations", () => {
  expect(cited.length).toBeGreaterThan(15);
});

test.each(cited)("src declares %s.%s, which the specification cites", (contract, name) => {
  expect(declared.get(contract), `src has no ${contract}.sol`).toBeDefined();
  expect([...(declared.get(contract) ?? [])]).toContain(name);
});
