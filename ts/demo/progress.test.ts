import { describe, expect, test } from "vitest";
import { COLUMNS } from "../core/wrap.ts";
import type { Event } from "./events.ts";
import { legend, Progress } from "./progress.ts";
import type { Sample } from "./sample.ts";
import { STAGES, timelineOf } from "./scenario.ts";

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

function print(samples: readonly Sample[], isTTY: boolean, environment = {}, events: readonly Event[] = []): string {
  let text = "";
  const output = { isTTY, write: (more: string) => (text += more) };
  const progress = new Progress(output, environment);
  for (const sample of samples) progress.sample(sample, events, timeline);
  return text;
}

describe("the table", () => {
  const samples = [0, 15, 30, 45, 60, 75, 120].map((at) => sampleAt(at));

  test("has one row a minute, with everything", () => {
    const lines = print(samples, false).split("\n");
    const rows = lines.filter((line) => /^ +\d+ +\d/.test(line));
    expect(rows.map((row) => row.trim().split(/[\s│]+/))).toEqual([
      ["1", "6.3", "2.8", "2.1", "1.4", ".03", "70"]
        .concat(["6.3", ".90", ".67", ".45", "70"])
        .concat(["6.3", ".45", ".33", ".22", "70", ".75", "36"]),
      expect.arrayContaining(["2"]),
    ]);
  });

  test("names what stands in each column, at the column's end", () => {
    const lines = print(samples, false).split("\n");
    const row = lines.find((line) => /^ +1 /.test(line)) ?? "";
    const ends = [...row.matchAll(/[^\s│]+/g)].map(({ index, 0: cell }) => index + cell.length);
    const heads = lines.slice(1, 4).flatMap((line) => [...line.matchAll(/[A-Za-z]+/g)]);
    for (const name of [
      "min",
      "in",
      "price",
      "backlog",
      ...STAGES.flatMap(({ agents }) => agents.map((one) => one.name)),
    ]) {
      const found = heads.filter(([word]) => word === name);
      expect(found.length, name).toBeGreaterThan(0);
      for (const { index } of found) expect(ends, name).toContain(index + name.length);
    }
  });

  test("is coloured on a terminal only, and not if NO_COLOR is set", () => {
    const colour = "\u001b[";
    expect(print(samples, true)).toContain(colour);
    expect(print(samples, false)).not.toContain(colour);
    expect(print(samples, true, { NO_COLOR: "1" })).not.toContain(colour);
  });

  test("says what happens between two rows", () => {
    const events = [
      { at: 900, text: "Atlas dies" },
      { at: 901, text: "for the page", detail: true },
    ];
    const text = print([sampleAt(902)], false, {}, events);
    expect(text).toContain("  15:00  Atlas dies\n");
    expect(text).not.toContain("for the page");
  });
});

describe("no line is wider than a screen", () => {
  const widest = (text: string): number => Math.max(...text.split("\n").map(({ length }) => length));

  test("the table, four hours of it, with numbers that are too large for their columns", () => {
    const large = (at: number, size: number): Sample => {
      const stages = sampleAt(at).stages.map(({ sinks, slashed }) => {
        const some = { inflow: size, capacity: size, price: 1, escrow: size, backlog: size, returned: at };
        return { ...some, sinks: sinks.map(() => size), slashed: slashed.map(() => size * at) };
      });
      return { at, stages };
    };
    const times = Array.from({ length: 16 * 60 }, (_, index) => index * 15);
    for (const size of [0, 99.9, 999_999, 10 ** 12]) {
      const text = print(
        times.map((at) => large(at, size)),
        false,
      );
      expect(widest(text)).toBeLessThanOrEqual(COLUMNS);
      // One space at least between two numbers, or the line between two stages.
      const row = text.split("\n").find((line) => /^ 239 /.test(line));
      expect(row?.trim().split(/[ │]+/)).toHaveLength(19);
    }
  });

  test("preparations and legend", () => {
    let text = "";
    const progress = new Progress({ write: (more) => (text += more) }, {});
    progress.step("demand", "1,234,567 requests in 240 minutes, from the built-in bursty generator, seed 4294967295");
    progress.note(legend());
    expect(widest(text)).toBeLessThanOrEqual(COLUMNS);
    expect(text).toContain("\n              generator, seed 4294967295");
  });
});
