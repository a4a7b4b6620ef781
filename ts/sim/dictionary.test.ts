import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, expect, test } from "vitest";
import { figuresCsv } from "./attacks/table.ts";
import { COLUMNS, requireKnown } from "./dictionary.ts";
import { experiments, findExperiment } from "./experiments/index.ts";
import { writeReport } from "./output.ts";
import { runExperiment } from "./run.ts";

const directory = mkdtempSync(join(tmpdir(), "dictionary-"));
afterAll(() => rmSync(directory, { recursive: true }));

const DATA = new URL("../../paper/data/", import.meta.url);

/** As the simulation wrote them; those with a hyphen and more are cut down for figures, and have other columns. */
const committed = readdirSync(DATA).filter((file) => /^E\d+(-azure)?\.csv$/.test(file));

const columnsOf = (text: string): string[] => text.slice(0, text.indexOf("\n")).split(",");

test("the dictionary has the settings of every experiment", () => {
  for (const { cases } of experiments({})) {
    for (const { values } of cases) expect(() => requireKnown(Object.keys(values))).not.toThrow();
  }
});

test.each(committed)("the dictionary has every column of paper/data/%s", (file) => {
  const columns = columnsOf(readFileSync(new URL(file, DATA), "utf8"));
  expect(columns.length).toBeGreaterThan(3);
  expect(() => requireKnown(columns)).not.toThrow();
});

test("a column that it lacks is an error that says where to say what it is", () => {
  expect(() => requireKnown(["load", "luck"])).toThrow('ts/sim/dictionary.ts does not say what the column "luck" is');
  expect(() => requireKnown(["load_ci95"])).toThrow("load_ci95");
});

test("nothing is in it that no file has", () => {
  const more = ["series", "point", "mean", "ci95", "seeds"];
  const seen = new Set([
    ...committed.flatMap((file) => columnsOf(readFileSync(new URL(file, DATA), "utf8"))),
    ...experiments({}).flatMap(({ cases }) => cases.flatMap(({ values }) => Object.keys(values))),
    ...columnsOf(figuresCsv([])),
    ...more,
  ]);
  expect(Object.keys(COLUMNS).filter((name) => !seen.has(name))).toEqual([]);
});

test("it is written beside every report", async () => {
  const files = writeReport(await runExperiment("E8", { workers: 1, maxSeeds: 1 }), directory);
  expect(files).toContain("dictionary.csv");
  const rows = parse(readFileSync(join(directory, "dictionary.csv"), "utf8"), { columns: true }) as {
    column: string;
  }[];
  expect(rows.map(({ column }) => column)).toEqual([...Object.keys(COLUMNS), "(metric)_ci95"]);
});

type Notebook = { cells: { cell_type: string; source: string[]; outputs?: unknown[] }[] };

const notebook = JSON.parse(readFileSync(new URL("notebook/figures.ipynb", import.meta.url), "utf8")) as Notebook;
const drawn = notebook.cells
  .flatMap(({ source }) => source)
  .flatMap((line) => [...line.matchAll(/(points|lines)\("(E\d+)(?:-series)?\.csv", "(.+?)", "(.+?)", (?:"(.+?)")?/g)])
  .map(([, kind, experiment, ...columns]) => ({ kind, experiment, columns: columns.filter(Boolean) as string[] }));

test("the notebook draws, and is kept without what it drew", () => {
  expect(drawn.length).toBeGreaterThan(6);
  for (const { outputs = [] } of notebook.cells) expect(outputs).toEqual([]);
});

test.each(drawn)(
  "the notebook's $kind of $experiment are of columns that are there",
  ({ kind, experiment, columns }) => {
    const { cases, charts } = findExperiment(experiment as string);
    const values = cases.flatMap(({ values }) => Object.keys(values));
    // What is measured, then what rows are told apart by; a series has its time in the file.
    const [measured = "", ...by] = kind === "lines" ? columns.slice(0, 2) : columns;
    expect(by.length).toBe(kind === "lines" ? 1 : 2);
    for (const name of by) expect(values).toContain(name);
    const known = charts.map((chart) => (chart.kind === "lines" ? chart.series : chart.metric));
    expect(known).toContain(measured);
  },
);
