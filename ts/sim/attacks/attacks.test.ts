import { expect, test } from "vitest";
import { FULL } from "../testMode.ts";
import { attacks, figuresCsv, figuresText, play } from "./table.ts";

const SCALE = FULL ? "whole" : "short";

test.each(attacks.map((row) => [row.kind, row.title, row] as const))("%s: %s", (_kind, _title, row) => {
  const figures = play(row, SCALE);

  for (const { figure, value, holds } of figures) {
    expect(value, figure).not.toBeNaN();
    expect(holds, `${figure} is ${value}\n${figuresText(figures)}`).toBe(true);
  }
});

test("every bound has its figure, or it would bind nothing", () => {
  for (const row of attacks) {
    const figures = play(row, "short").map(({ figure }) => figure);
    expect(figures, row.title).toEqual(expect.arrayContaining(Object.keys(row.bounds)));
  }
});

test("a figure is told as text and as CSV, and says when it breaks its bound", () => {
  const row = {
    kind: "Z",
    title: "half, at most a third",
    bounds: { part: { atMost: 1 / 3 } },
    play: () => ({ part: 0.5 }),
  };
  const figures = play(row, "short");

  expect(figuresText(figures)).toContain("BROKEN: part 0.5");
  expect(figuresCsv(figures)).toContain('Z,"half, at most a third",part,0.5,,0.3333333333333333,false,false');
});
