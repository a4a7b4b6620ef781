import { describe, expect, test } from "vitest";
import { TraceError } from "../core/errors.ts";
import { parseTrace, readTrace } from "./trace.ts";

const HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens";
const parse = (...rows: string[]) => parseTrace([HEAD, ...rows].join("\n"), "t.csv");

describe("a good trace", () => {
  test("counts seconds from its first request", () => {
    expect(parse("2023-11-16 18:15:46.6805900,374,44", "2023-11-16 18:16:47.1805900,5,6")).toEqual([
      { at: 0, context: 374, generated: 44 },
      { at: expect.closeTo(60.5, 5), context: 5, generated: 6 },
    ]);
  });

  test.each([
    ["seconds", "100,1,2", "160.5,3,4"],
    ["ISO 8601", "2023-11-16T18:00:00Z,1,2", "2023-11-16T19:01:00.5+01:00,3,4"],
    ["any order", "2023-11-16 18:01:00.5,3,4", "2023-11-16 18:00:00,1,2"],
  ])("takes %s", (_, ...rows) => {
    expect(parse(...rows)).toEqual([
      { at: 0, context: 1, generated: 2 },
      { at: expect.closeTo(60.5, 5), context: 3, generated: 4 },
    ]);
  });

  test("a byte order mark, Windows line ends and empty lines do not matter", () => {
    expect(parseTrace(`\uFEFF${HEAD}\r\n\r\n1,2,3\r\n`, "t.csv")).toEqual([{ at: 0, context: 2, generated: 3 }]);
  });
});

describe("a malformed trace names the line and the reason", () => {
  test.each([
    ["a word for a number", ["1,2,3", "2,many,3"], 'line 3: ContextTokens "many" is not a whole number of tokens'],
    ["a negative number", ["1,2,-3"], 'line 2: GeneratedTokens "-3" is not a whole number of tokens'],
    ["a fraction", ["1,2.5,3"], 'line 2: ContextTokens "2.5" is not a whole number of tokens'],
    [
      "a number beyond reason",
      ["1,2,999999999999"],
      "line 2: GeneratedTokens 999999999999 is more than 100000000 tokens",
    ],
    ["no time", ["noon,2,3"], 'line 2: TIMESTAMP "noon" is neither'],
    ["a time that does not exist", ["2023-13-45 18:15:46,2,3"], 'line 2: TIMESTAMP "2023-13-45 18:15:46" is neither'],
    ["a missing column", ["1,2,3", "", "1,2"], "line 4: expected 3 columns, found 2"],
    ["one column too many", ["1,2,3,4"], "line 2: expected 3 columns, found 4"],
    ["an open quote", ['1,2,"3'], "line 2: Quote Not Closed"],
    ["no requests", [], "has no requests"],
    ["no work", ["1,0,0"], "no request has any tokens"],
  ])("%s", (_, rows, message) => {
    expect(() => parse(...rows)).toThrow(TraceError);
    expect(() => parse(...rows)).toThrow(`trace t.csv${message.startsWith("line") ? ", " : ": "}${message}`);
  });

  test.each([
    ["", 'line 1: expected the header "TIMESTAMP,ContextTokens,GeneratedTokens", found an empty file'],
    ["time,in,out\n1,2,3", 'found "time,in,out"'],
  ])("the header %j", (text, message) => {
    expect(() => parseTrace(text, "t.csv")).toThrow(message);
  });
});

test("an unreadable trace says why", () => {
  expect(() => readTrace("/nowhere/t.csv")).toThrow("trace /nowhere/t.csv: no such file");
  expect(() => readTrace("/")).toThrow("trace /: is a folder");
});
