import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { allErrorsAbi } from "../../sdk/internal/abis.ts";
import { ADVICE } from "../../sdk/internal/advice.ts";
import { classesIn, contractErrorsIn, ERRORS_PAGE, errorsPage, WordlessError } from "./errors.ts";

const page = errorsPage();

test("docs/errors.md is what `npm run docs:errors` writes", () => {
  expect(readFileSync(join(PROJECT_ROOT, ERRORS_PAGE), "utf8")).toBe(page);
});

test("whatever a call may end with is in it, if it is the protocol's", () => {
  const names = allErrorsAbi.map(({ name }) => name).filter((name) => /^[A-Z][A-Za-z]+_[A-Z][a-z]/.test(name));
  const own = names.filter((name) =>
    /^(BackpressurePool|CapacityRegistry|StakeManager|EscrowBuffer|Pipeline)_/.test(name),
  );
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});

test("no advice is about an error that nobody reports", () => {
  const reported = new Set(allErrorsAbi.map(({ name }) => name));
  expect(Object.keys(ADVICE).filter((name) => !reported.has(name) && !page.includes(`| \`${name}\` |`))).toEqual([]);
});

test("codes are those of the class", () => {
  const source = `const CODES = {
  gone: 404,
  late: 409,
} as const;

/**
 * It was not taken.
 * @remarks Look at the code.
 */
export class SomeError extends BackpressureError {
  readonly status = 503;
  constructor(readonly code: keyof typeof CODES) {
    super("");
  }
}
`;
  expect(classesIn(source, "a.ts")).toEqual([
    {
      name: "SomeError",
      code: "503, `gone` 404, `late` 409",
      happened: "It was not taken.",
      todo: "Look at the code.",
    },
  ]);
});

test.each([
  ["no words", "export class SomeError extends BackpressureError {\n}\n"],
  ["no advice", "/** It failed. */\nexport class SomeError extends BackpressureError {\n}\n"],
  ["no sentence", "/** @remarks Try again. */\nexport class SomeError extends BackpressureError {\n}\n"],
])("an error with %s is refused", (_, source) => {
  expect(() => classesIn(source, "a.ts")).toThrow(WordlessError);
});

test.each([
  ["no words", "    error Escrow_Full(uint256 held);\n"],
  ["no advice", "    /// @notice It is full.\n    error Escrow_Full(uint256 held);\n"],
])("an error of a contract with %s is refused", (_, source) => {
  expect(() => contractErrorsIn(source, "A.sol")).toThrow(WordlessError);
});
