import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exitCodeOf, TraceError } from "../core/errors.ts";
import { MAX_BYTES, MAX_REQUESTS, parseTrace, readTrace } from "./trace.ts";

const HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens";
const parse = (...rows: string[]) => parseTrace([HEAD, ...rows].join("\n"), "t.csv");

const folder = mkdtempSync(join(tmpdir(), "backpressure-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("a good trace", () => {
  test("counts seconds from its first request", () => {
    expect(parse("2023-11-16 18:15:46.6805900,374,44", "2023-11-16 18:16:47.1805900,5,6")).toEqual([
      { at: 0, context: 374, generated: 44 },
      { at: expect.closeTo(60.5, 5), context: 5, generated: 6 },
    ]);
  });

  test.each([
    ["seconds", "100,1,2", "160.5,3,4"],
    ["ISO 8601, each row in a time zone of its own", "2023-11-16T18:00:00Z,1,2", "2023-11-16T19:01:00.5+01:00,3,4"],
    ["spaces and quotes", ' "2023-11-16 18:00:00" , 1 ,2', '2023-11-16 18:01:00.5,3,"4"'],
    ["a leap day and midnight", "2024-02-29 23:59:00,1,2", "2024-03-01 00:00:00.5,3,4"],
    ["an hour of the next century", "2123-01-01 00:00:00,1,2", "2123-01-01 00:01:00.5,3,4"],
  ])("takes %s", (_, ...rows) => {
    expect(parse(...rows)).toEqual([
      { at: 0, context: 1, generated: 2 },
      { at: expect.closeTo(60.5, 5), context: 3, generated: 4 },
    ]);
  });

  test("several requests may come at once", () => {
    expect(parse("7,1,2", "7,3,4").map(({ at }) => at)).toEqual([0, 0]);
  });

  test("a byte order mark, line ends of any system and empty lines do not matter", () => {
    const text = `\uFEFF${HEAD}\r\n\r\n1,2,3\n   \n2,3,4\r3,4,5\r\n`;
    const requests = [
      { at: 0, context: 2, generated: 3 },
      { at: 1, context: 3, generated: 4 },
      { at: 2, context: 4, generated: 5 },
    ];
    expect(parseTrace(text, "t.csv")).toEqual(requests);
    expect(readTrace(file("bom.csv", text))).toEqual(requests);
  });

  test("may come through a pipe", () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const writer = execFileSync("sh", ["-c", `(printf '${HEAD}\\n1,2,3\\n' > '${path}') >/dev/null 2>&1 & echo $!`]);
    expect(Number(writer)).toBeGreaterThan(0);
    expect(readTrace(path)).toEqual([{ at: 0, context: 2, generated: 3 }]);
  });
});

describe("a malformed trace names the line, what is wrong and what to do", () => {
  const whole = "is not a whole number of tokens, such as 374";
  const form = 'write "YYYY-MM-DD hh:mm:ss" in UTC, or a number of seconds';
  test.each([
    ["a word for a number", ["1,2,3", "2,many,3"], `line 3: ContextTokens "many" ${whole}`],
    ["a blank", ["1,,3"], `line 2: ContextTokens "" ${whole}`],
    ["spaces for a number", ["1,2,  "], `line 2: GeneratedTokens "" ${whole}`],
    ["a hexadecimal number", ["1,0x10,3"], `line 2: ContextTokens "0x10" ${whole}`],
    ["infinity", ["1,2,Infinity"], `line 2: GeneratedTokens "Infinity" ${whole}`],
    ["an exponent", ["1,1e3,3"], `line 2: ContextTokens "1e3" ${whole}`],
    ["a negative number", ["1,2,-3"], `line 2: GeneratedTokens "-3" ${whole}`],
    ["a fraction", ["1,2.5,3"], `line 2: ContextTokens "2.5" ${whole}`],
    ["a control character", ["1,2\u001b[31m,3"], `line 2: ContextTokens "2\\u001b[31m" ${whole}`],
    ["a whole book", [`1,${"x".repeat(999)},3`], `line 2: ContextTokens "${"x".repeat(40)}…" ${whole}`],
    [
      "a number beyond reason",
      ["1,2,999999999999"],
      "line 2: GeneratedTokens 999999999999 is more than 100000000: is it another column?",
    ],
    ["no time", ["noon,2,3"], `line 2: TIMESTAMP "noon" is no time: ${form}`],
    ["a blank time", [",2,3"], `line 2: TIMESTAMP "" is no time: ${form}`],
    ["a month that does not exist", ["2023-13-05 18:15:46,2,3"], 'line 2: TIMESTAMP "2023-13-05 18:15:46" is no time'],
    ["a day that does not exist", ["2023-02-30 18:15:46,2,3"], 'line 2: TIMESTAMP "2023-02-30 18:15:46" is no time'],
    ["an hour that does not exist", ["2023-02-03 24:00:00,2,3"], 'line 2: TIMESTAMP "2023-02-03 24:00:00" is no time'],
    ["milliseconds since 1970", ["1700158546680,2,3"], 'line 2: TIMESTAMP "1700158546680" is no time'],
    ["a time before the first", ["-1,2,3"], 'line 2: TIMESTAMP "-1" is no time'],
    [
      "a time zone that is a name",
      ["2023-11-16 18:15:46 CET,2,3"],
      'line 2: time zone "CET" is not known: write the time in UTC, or with an offset such as +01:00',
    ],
    ["a time zone that is nowhere", ["2023-11-16 18:15:46+25:00,2,3"], 'line 2: time zone "+25:00" is not known'],
    ["a time zone without a colon", ["2023-11-16T18:15:46+0100,2,3"], 'line 2: time zone "+0100" is not known'],
    [
      "rows out of order",
      ["2,2,3", "", "1,2,3"],
      "line 4: earlier than the request before it: sort the rows by TIMESTAMP",
    ],
    [
      "a time zone that makes it earlier",
      ["2023-11-16 18:00:00,2,3", "2023-11-16 18:30:00+01:00,2,3"],
      "line 3: earlier than the request before it",
    ],
    [
      "a year 2123",
      ["2023-11-16 18:15:46,2,3", "2123-11-16 18:15:46,2,3"],
      "line 3: 36524.0 days after the first request, and a trace covers at most 7: correct TIMESTAMP or cut the file",
    ],
    ["dates after seconds", ["5,2,3", "2023-11-16 18:15:46,2,3"], "line 3: 19677.8 days after the first request"],
    ["a missing column", ["1,2,3", "", "1,2"], "line 4: expected 3 columns, found 2"],
    ["one column too many", ["1,2,3,4"], "line 2: expected 3 columns, found 4"],
    ["an open quote", ['1,2,"3'], "line 2: Quote Not Closed"],
    ["a quote in the middle", ['1,2"3,4'], "line 2: Invalid Opening Quote"],
    ["no requests", [], "no requests after the header"],
    ["no work", ["1,0,0"], "no request has any tokens"],
  ])("%s", (_, rows, message) => {
    expect(() => parse(...rows)).toThrow(TraceError);
    expect(() => parse(...rows)).toThrow(`trace t.csv${message.startsWith("line") ? ", " : ": "}${message}`);
    expect(() => parse(...rows)).toThrow(/^[^\n]+$/);
  });

  test.each([
    ["", `line 1: expected the header "${HEAD}", found an empty file`],
    ["\r\n\r\n", `line 1: expected the header "${HEAD}", found an empty file`],
    ["time,in,out\n1,2,3", `line 1: expected the header "${HEAD}", found "time,in,out"`],
    ["TIMESTAMP,ContextTokens\n1,2", `line 1: expected the header "${HEAD}", found "TIMESTAMP,ContextTokens"`],
    [`${HEAD},Model\n1,2,3,x`, `found "${HEAD},Model"`.slice(0, 40)],
    ["1,2,3", `line 1: expected the header "${HEAD}", found "1,2,3"`],
  ])("the header %j", (text, message) => {
    expect(() => parseTrace(text, "t.csv")).toThrow(TraceError);
    expect(() => parseTrace(text, "t.csv")).toThrow(message);
  });

  test("more requests than anybody replays", () => {
    const text = `${HEAD}\n${"1,1,1\n".repeat(MAX_REQUESTS + 1)}`;
    expect(() => parseTrace(text, "t.csv")).toThrow(
      "trace t.csv, line 1000002: more than 1000000 requests: cut the file",
    );
  });
});

describe("a file that is no trace", () => {
  test.each([
    ["is not there", () => join(folder, "nowhere.csv"), "no such file"],
    ["is a folder", () => folder, "is a folder"],
    ["lies in a file", () => join(file("plain", ""), "t.csv"), "no such file"],
    [
      "is UTF-16",
      () => file("utf16.csv", Buffer.from(`\uFEFF${HEAD}\n1,2,3\n`, "utf16le")),
      "not UTF-8: save it again as UTF-8",
    ],
    [
      "is no text",
      () => file("binary.csv", Buffer.from([0x1f, 0x8b, 0x08, 0xff, 0xfe])),
      "not UTF-8: save it again as UTF-8",
    ],
    ["never ends", () => "/dev/zero", "more than 100 MB: cut the file"],
  ])("%s", (_, make, reason) => {
    const path = make();
    expect(() => readTrace(path)).toThrow(TraceError);
    expect(() => readTrace(path)).toThrow(`trace ${path}: ${reason}`);
  });

  test("is huge", () => {
    const path = file("huge.csv", HEAD);
    truncateSync(path, MAX_BYTES + 1);
    expect(() => readTrace(path)).toThrow(`trace ${path}: more than 100 MB: cut the file`);
  });
});

test("ends a program with exit code 2", () => {
  expect.assertions(1);
  try {
    parse("1,2,3", "0,2,3");
  } catch (error) {
    expect(exitCodeOf(error)).toBe(2);
  }
});
