import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Sample } from "./sample.ts";
import { STAGES } from "./scenario.ts";
import { AGENT_QUANTITIES, csvOf, jsonOf, STAGE_QUANTITIES, timeSeries } from "./timeSeries.ts";

/** Every number is a different one, so that none can stand in the wrong column. */
function sampleAt(at: number): Sample {
  const stages = STAGES.map(({ agents }, stage) => {
    const base = (stage + 1) * 100 + at;
    return {
      inflow: base + 1,
      capacity: base + 2,
      price: base / 1000,
      escrow: base + 4.5,
      returned: base + 5.25,
      backlog: base + 6,
      sinks: agents.map((_, agent) => base + 10 + agent),
      slashed: agents.map((_, agent) => base + 20 + agent),
    };
  });
  return { at, stages };
}

const samples = [0, 15, 17].map(sampleAt);
const { columns, rows } = timeSeries(samples);
const at = (row: number, name: string) => rows[row]?.[columns.findIndex((column) => column.name === name)];

test("has a column for everything that was sampled, and a row for each look", () => {
  const agents = STAGES.reduce((sum, stage) => sum + stage.agents.length, 0);
  const { sinks: _, slashed: __, ...rest } = (samples[0] as Sample).stages[0] as Sample["stages"][number];
  expect(STAGE_QUANTITIES.map(({ name }) => name).sort()).toEqual(Object.keys(rest).sort());
  expect(columns).toHaveLength(1 + STAGES.length * STAGE_QUANTITIES.length + agents * AGENT_QUANTITIES.length);
  expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
  expect(rows.map((row) => row.length)).toEqual(samples.map(() => columns.length));
});

test("puts each number where its name is, money in USDCx", () => {
  expect(at(1, "seconds")).toBe(15);
  expect(at(1, "summarise_inflow")).toBe(216);
  expect(at(1, "summarise_price")).toBe(0.215);
  expect(at(1, "summarise_escrow")).toBe(0.000219);
  expect(at(2, "report_Draft_paid")).toBe(329);
  expect(at(0, "transcribe_Ghost_slashed")).toBe(0.000123);
});

test("CSV and JSON say the same", () => {
  const [header, ...lines] = csvOf({ columns, rows }).trimEnd().split("\n");
  const json = JSON.parse(jsonOf({ columns, rows })) as { rows: number[][] };
  expect(header?.split(",")).toEqual(columns.map(({ name }) => name));
  expect(header).toMatch(/^[A-Za-z_,]+$/);
  expect(lines.map((line) => line.split(",").map(Number))).toEqual(json.rows);
});

test("is described in docs/main-job.md, column by column", () => {
  const text = readFileSync(new URL("../../docs/main-job.md", import.meta.url), "utf8");
  const described = [...text.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map((match) => match.slice(1));
  expect(described).toEqual([
    ["seconds", "s", "chain time after the start"],
    ...STAGE_QUANTITIES.map(({ name, unit, meaning }) => [`STAGE_${name}`, unit, meaning]),
    ...AGENT_QUANTITIES.map(({ name, unit, meaning }) => [`STAGE_AGENT_${name}`, unit, meaning]),
  ]);
});
