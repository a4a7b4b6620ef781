import { afterEach, describe, expect, test, vi } from "vitest";
import { UsageError } from "../core/errors.ts";
import { COLUMNS } from "../core/wrap.ts";
import { parseOptions } from "./options.ts";

afterEach(() => vi.restoreAllMocks());

describe("parseOptions", () => {
  test("needs nothing", () => {
    const usual = { minutes: 60, seed: 1, report: "out/report.html", json: false, interactive: false };
    expect(parseOptions([])).toEqual(usual);
  });

  test("gives a visitor all the time there is, or as much as is asked for", () => {
    expect(parseOptions(["--interactive"])).toMatchObject({ minutes: 240, interactive: true });
    expect(parseOptions(["--interactive", "--minutes", "30"])).toMatchObject({ minutes: 30 });
  });

  test("takes everything", () => {
    const args = ["--json", "--trace", "t.csv", "--seed", "7", "--minutes", "20", "--report", "r.html"];
    const given = { minutes: 20, seed: 7, trace: "t.csv", report: "r.html", json: true, interactive: false };
    expect(parseOptions(args)).toEqual(given);
  });

  test.each([
    [["--bogus"], "unknown option '--bogus'"],
    [
      ["--seed", "x"],
      "option '--seed <number>' argument 'x' is invalid. Expected a whole number from 0 to 4294967295.",
    ],
    [["--seed", "-1"], "argument '-1' is invalid"],
    [["--minutes", "19"], "Expected a whole number from 20 to 240."],
    [["--minutes", "241"], "Expected a whole number from 20 to 240."],
    [["--minutes", "20.5"], "Expected a whole number from 20 to 240."],
    [["--trace"], "option '--trace <file>' argument missing"],
    [["--report", ""], "Expected the path of a file."],
    [["hello"], "too many arguments"],
  ])("refuses %j in one line that says where help is", (args, reason) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(reason);
    expect(() => parseOptions(args)).toThrow(/^[^\n]* \(see npm start -- --help\)$/);
  });

  test("--help prints options and examples, and asks for no run", () => {
    let text = "";
    vi.spyOn(process.stdout, "write").mockImplementation((more) => {
      text += String(more);
      return true;
    });
    expect(parseOptions(["--help"])).toBeUndefined();
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(COLUMNS);
    for (const part of ["--trace <file>", "--minutes <number>", "Examples:", "npm start -- --trace requests.csv"]) {
      expect(text).toContain(part);
    }
  });
});
