import { describe, expect, test } from "vitest";
import { eventsBetween } from "./events.ts";
import { Progress } from "./progress.ts";
import type { Sample } from "./sample.ts";
import { timelineOf } from "./scenario.ts";

const timeline = timelineOf(60);

function sampleAt(at: number, atlas = 900, returned = 0, ghostSlashed = 0): Sample {
  const stage = { inflow: 6300, capacity: 9000, price: 0.7, escrow: 250_000, backlog: 12_000, returned };
  const sinks = [
    [2800, 2100, 1400, 30],
    [atlas, 675, 450],
    [450, 337, 225],
  ];
  return {
    at,
    stages: sinks.map((flows) => {
      const slashed = flows.map((_, agent) => (agent === 3 ? ghostSlashed : 0));
      return { ...stage, sinks: flows, slashed };
    }),
  };
}

function print(samples: readonly Sample[], isTTY: boolean, environment = {}): string {
  let text = "";
  const output = { isTTY, write: (more: string) => (text += more) };
  const progress = new Progress(output, environment);
  for (const sample of samples) progress.sample(sample, timeline);
  return text;
}

describe("the table", () => {
  const samples = [0, 15, 30, 45, 60, 75, 120].map((at) => sampleAt(at));

  test("has one row a minute, with everything, in 120 columns", () => {
    const lines = print(samples, false).split("\n");
    const rows = lines.filter((line) => /^ {2}\d\d:\d\d /.test(line));
    expect(rows.map((row) => row.trim().split(/[\s│]+/))).toEqual([
      [
        "01:00",
        "6.30",
        "2.80",
        "2.10",
        "1.40",
        "0.03",
        "70%",
        "6.30",
        "0.90",
        "0.67",
        "0.45",
        "70%",
        "6.30",
        "0.45",
        "0.33",
        "0.22",
        "70%",
        "0.75",
        "36",
      ],
      expect.arrayContaining(["02:00"]),
    ]);
    expect(lines.join()).toContain("Echo");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
  });

  test("is coloured on a terminal only, and not if NO_COLOR is set", () => {
    const colour = "\u001b[";
    expect(print(samples, true)).toContain(colour);
    expect(print(samples, false)).not.toContain(colour);
    expect(print(samples, true, { NO_COLOR: "1" })).not.toContain(colour);
  });

  test("says what happens between two rows", () => {
    const text = print([sampleAt(885), sampleAt(902)], false);
    expect(text).toMatch(/15:00 +6\.30[^\n]*\n +15:00 +Atlas, the largest summariser, dies silently/);
  });
});

describe("eventsBetween", () => {
  const texts = (before: Sample, now: Sample) => eventsBetween(before, now, timeline).map(({ text }) => text);

  test.each([
    [885, 900, /dies silently/],
    [1185, 1202, /has expired/],
    [1425, 1440, /demand doubles/],
    [2145, 2160, /is back/],
  ])("%i s to %i s: %s", (before, now, text) => {
    expect(texts(sampleAt(before), sampleAt(now))).toEqual([expect.stringMatching(text)]);
  });

  test("nothing happens twice, or in between", () => {
    expect(texts(sampleAt(900), sampleAt(915))).toEqual([]);
  });

  test("names who is slashed and how much, once", () => {
    expect(texts(sampleAt(1500, 900, 0, 100_000), sampleAt(1515, 900, 0, 580_000))).toEqual([
      expect.stringMatching(/^Ghost is slashed: 0\.48 USDCx/),
    ]);
    expect(texts(sampleAt(1515, 900, 0, 580_000), sampleAt(1530, 900, 0, 580_000))).toEqual([]);
  });

  test("sees when a dead agent is paid nothing, and when an escrow is full", () => {
    expect(texts(sampleAt(1500, 3), sampleAt(1515, 0))).toEqual(["Atlas is paid nothing any more"]);
    expect(texts(sampleAt(300, 3), sampleAt(315, 0))).toEqual([]);
    expect(texts(sampleAt(300), sampleAt(315, 900, 5))).toContainEqual(
      expect.stringMatching(/^the escrow of transcribe is full/),
    );
  });
});
