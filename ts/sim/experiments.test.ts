import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { experiments } from "./experiments/index.ts";
import { metricsCsv, writeReport } from "./output.ts";
import { Rng } from "./rng.ts";
import { runExperiment } from "./run.ts";
import { FULL } from "./testMode.ts";
import { generateTrace, readTrace, traceRates } from "./trace.ts";

const directory = mkdtempSync(join(tmpdir(), "sim-"));
afterAll(() => rmSync(directory, { recursive: true }));

const NAMES = experiments({}).map(({ name }) => name);
/** E11 has a million sinks and takes minutes. */
const QUICK = NAMES.filter((name) => name !== "E11");

describe("results do not depend on the number of workers", () => {
  test.each(FULL ? QUICK : ["E8", "E9"])(
    "%s",
    async (name) => {
      const run = async (workers: number) => {
        const { summaries } = await runExperiment(name, { workers, maxSeeds: 2 });
        return { csv: metricsCsv(summaries), series: summaries.map(({ series }) => series) };
      };
      const [one, three] = [await run(1), await run(3)];
      expect(three).toEqual(one);
      expect(one.csv.split("\n").length).toBeGreaterThan(3);
    },
    120_000,
  );

  test("a failure in a worker is reported with its seed", async () => {
    const settings = { trace: join(directory, "missing.csv") };
    await expect(runExperiment("E10", { workers: 2, maxSeeds: 1, settings })).rejects.toThrow(
      /E10, seed 1: .*missing\.csv: no such file/,
    );
  });
});

describe("experiments", () => {
  test("E1 to E12, each with charts, and forty seeds where luck plays a part", () => {
    expect(NAMES).toEqual(Array.from({ length: 12 }, (_, i) => `E${i + 1}`));
    for (const { name, charts, seeds, about } of experiments({})) {
      expect(seeds, name).toBeGreaterThanOrEqual(40);
      expect(charts.length, name).toBeGreaterThan(0);
      expect(about, name).toMatch(/Against it|does not change|gain is smaller|below the boundary|changes nothing/);
      for (const chart of charts) expect(chart.x.length * chart.y.length * chart.title.length, name).toBeGreaterThan(0);
    }
  });

  test.each(FULL ? QUICK : ["E2", "E3"])(
    "%s writes tables and charts with axes, legend and intervals",
    async (name) => {
      const report = await runExperiment(name, { workers: 1, maxSeeds: 2 });
      const files = writeReport(report, directory);
      expect(files).toContain(`${name}.csv`);
      for (const chart of report.experiment.charts) {
        const svg = readFileSync(join(directory, `${name}-${chart.file}.svg`), "utf8");
        expect(svg).toMatch(/^<svg [\s\S]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
        expect(svg).not.toMatch(/NaN|undefined/);
        for (const label of [chart.title, chart.x, chart.y]) expect(svg).toContain(label.replaceAll("&", "&amp;"));
      }
      const [header, ...rows] = readFileSync(join(directory, `${name}.csv`), "utf8")
        .trim()
        .split("\n");
      expect(header).toContain("_ci95");
      expect(rows.length).toBe(report.experiment.cases.length);
      expect(rows.join()).not.toMatch(/NaN|Infinity/);
    },
    120_000,
  );

  test("E2: silent deaths cost the predecessor for ever, and the protocol for a while", async () => {
    const { summaries } = await runExperiment("E2", { workers: 1, maxSeeds: 5 });
    const late = (rule: string, death: string) =>
      summaries.find(({ values }) => values.rule === rule && values.death === death)?.metrics.last_200_of_optimum?.mean;
    expect(late("closed", "silent")).toBeGreaterThan(0.97);
    expect(late("closed, verified", "undead")).toBeGreaterThan(0.97);
    expect(late("predecessor", "silent")).toBeLessThan(0.9);
    expect(late("closed", "undead")).toBeLessThan(0.9);
  });
});

describe("request traces", () => {
  test("are read, and made into rates with the given mean", () => {
    const path = join(directory, "trace.csv");
    const rows = [
      "2023-11-16 18:15:46.6805900,374,44",
      "2023-11-16 18:15:50.9951690,396,109",
      "2023-11-16 18:16:30.0,1,0",
    ];
    writeFileSync(path, `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join("\n")}`);
    const requests = readTrace(path);
    expect(requests.map(({ tokens }) => tokens)).toEqual([418, 505, 1]);
    expect(requests[1]?.seconds).toBeCloseTo(4.315, 3);
    const rates = traceRates(requests, 4, 10);
    expect(rates.length).toBe(10);
    expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeCloseTo(10, 9);
    expect((rates[1] as number) / (rates[0] as number)).toBeCloseTo(505 / 418, 9);
  });

  test.each([
    ["TIMESTAMP,ContextTokens\n2023-11-16 18:15:46,1", "no column GeneratedTokens"],
    ["TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,2", 'line 2: no TIMESTAMP: "yesterday"'],
    ["TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,2\n2023-11-16 18:15:47,x,2", "line 3: tokens"],
  ])("errors name the line", (text, message) => {
    const path = join(directory, "bad.csv");
    writeFileSync(path, text);
    expect(() => readTrace(path)).toThrow(message);
  });

  test("the generator is seeded, bursty, and as heavy-tailed as the Azure trace", () => {
    const requests = generateTrace(new Rng(1));
    expect(generateTrace(new Rng(1))).toEqual(requests);
    const tokens = requests.map((request) => request.tokens);
    const mean = tokens.reduce((a, b) => a + b, 0) / tokens.length;
    const spread = Math.sqrt(tokens.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tokens.length);
    expect(mean).toBeGreaterThan(1200);
    expect(mean).toBeLessThan(1550);
    expect(spread / mean).toBeGreaterThan(0.7);
    expect(requests.length).toBeGreaterThan(12_000);
  });
});

describe("command line", () => {
  const sim = async (...args: string[]) => {
    const main = new URL("./main.ts", import.meta.url).pathname;
    const run = promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), main, ...args]);
    return run.catch((error: { stdout: string; stderr: string; code: number }) => error);
  };

  test("prints JSON and nothing else on standard output", async () => {
    const { stdout } = await sim("-e", "e8", "--max-seeds", "1", "--json", "--workers", "1");
    const parsed = JSON.parse(stdout) as { experiment: string; cases: unknown[] };
    expect(parsed.experiment).toBe("E8");
    expect(parsed.cases.length).toBe(10);
  }, 30_000);

  test.each([
    [["-e", "E99"], 'error: no experiment "E99"; there are E1, E2'],
    [[], "error: name an --experiment, or --all"],
    [["-e", "E8", "--seed", "x"], "not a whole number above zero"],
    [["-e", "E10", "--trace", "nowhere.csv", "--workers", "1"], "error: nowhere.csv: no such file"],
  ])(
    "%j fails with one clear line",
    async (args, message) => {
      const result = (await sim(...args)) as { stderr: string; code?: number };
      expect(result.stderr).toContain(message);
      expect(result.stderr).not.toContain("    at ");
      expect(result.code).toBe(1);
    },
    30_000,
  );
});
