import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { importedFrom, linesOfCode, scope } from "./scope.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

it("counts neither comments nor empty lines", () => {
  expect(linesOfCode("// why\n\n/** what\n * it does */\nuint256 a; // a\n  /* b */\n}\n")).toBe(2);
});

it("follows imports into the packages", () => {
  const files = importedFrom(["@openzeppelin/contracts"]);

  expect(files).toContain("@openzeppelin/contracts/utils/math/Math.sol");
  // Panic.sol is imported by Math.sol alone.
  expect(files).toContain("@openzeppelin/contracts/utils/Panic.sol");
});

it("audit/scope.md is what `npm run audit:scope` writes", () => {
  expect(readFileSync(`${ROOT}audit/scope.md`, "utf8")).toBe(scope());
});
