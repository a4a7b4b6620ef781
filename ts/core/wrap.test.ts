import { describe, expect, test } from "vitest";
import { COLUMNS, NO_BREAK, wrap, wrapHelp } from "./wrap.ts";

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index}`).join(" ");

describe("wrap", () => {
  test("leaves what fits", () => {
    const line = "x".repeat(COLUMNS);
    expect(wrap(line)).toBe(line);
    expect(wrap("  two  spaces stay")).toBe("  two  spaces stay");
  });

  test("breaks between words, and loses none", () => {
    const lines = wrap(`money        ${words(60)}`, 13).split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
    expect(lines.slice(1).every((line) => /^ {13}\w/.test(line))).toBe(true);
    expect(
      lines
        .map((line) => line.trim())
        .join(" ")
        .replace(/^money +/, ""),
    ).toBe(words(60));
  });

  test("a word that is too long stays whole, on a line of its own if it can", () => {
    const path = `/${"long".repeat(30)}`;
    expect(wrap(`open ${path} in a browser`, 2)).toBe(`open\n  ${path}\n  in a browser`);
    expect(wrap(path, 2)).toBe(path);
  });

  test("keeps together what belongs together", () => {
    const sum = `${"x".repeat(COLUMNS - 6)} +${NO_BREAK}1.000000${NO_BREAK}fee`;
    expect(wrap(sum).split("\n")[1]).toBe("+ 1.000000 fee");
  });

  test("wraps each line of several", () => {
    expect(
      wrap(`a\n${words(20)}\nb`)
        .split("\n")
        .at(-1),
    ).toBe("b");
  });
});

describe("wrapHelp", () => {
  test("breaks a command as a shell reads it on", () => {
    const command = `  $ npm run keeper -- ${"--option value ".repeat(12).trim()}`;
    const wrapped = wrapHelp(command);
    expect(Math.max(...wrapped.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
    expect(wrapped.replace(/ \\\n +/g, " ")).toBe(command);
    expect(
      wrapped
        .split("\n")
        .slice(1)
        .every((line) => /^ {6}\S/.test(line)),
    ).toBe(true);
  });

  test("keeps a description in its column", () => {
    const [first, ...rest] = wrapHelp(`  list [options] [name]    ${words(20)}`).split("\n");
    expect(first).toMatch(/^ {2}list \[options\] \[name\] {4}word0/);
    expect(rest.every((line) => /^ {27}word/.test(line))).toBe(true);
  });

  test("lines that end no sentence are one paragraph with the next", () => {
    expect(wrapHelp("Examples:\n  $ a\n\nOne, two\nthree. Four.\nFive.")).toBe(
      "Examples:\n  $ a\n\nOne, two three. Four.\nFive.",
    );
  });
});
