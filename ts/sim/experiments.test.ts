import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { experiments, findExperiment } from "./experiments/index.ts";
import { metricsCsv, writeReport } from "./output.ts";
import { runTasks } from "./parallel.ts";
import { generateTrace, TRACE_SHAPES, traceRates } from "./rates.ts";
import { Rng } from "./rng.ts";
import { runExperiment } from "./run.ts";
import { FULL } from "./testMode.ts";

const directory = mkdtempSync(join(tmpdir(), "sim-"));
afterAll(() => rmSync(directory, { recursive: true }));

const NAMES = experiments({}).map(({ name }) => name);
/** E11 has a million sinks and E16 hours of jobs: they take minutes. */
const QUICK = NAMES.filter((name) => name !== "E11" && name !== "E16");

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
    const tasks = [7, 8].map((seed) => ({ experiment: "E8", case: 99, seed }));
    await expect(runTasks(tasks, { workers: 2 })).rejects.toThrow(/E8, seed [78]: E8 has no case 99/);
  });
});

describe("experiments", () => {
  test("each has its number, charts, and forty seeds where luck plays a part", () => {
    const numbers = NAMES.map((name) => Number(/^E(\d+)$/.exec(name)?.[1]));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
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

describe("what acknowledging protects from", () => {
  const cases = findExperiment("E17").cases;
  const at = (share: number, terms = "default") =>
    cases.find(({ values }) => values.terms === terms && values["participating share"] === share)?.run(1).metrics ?? {};

  test("E17: below a third of the pay nobody is judged; above, a dead sink loses more than it is paid", () => {
    expect(at(0.3)).toMatchObject({ dead_sink_paid_hours: 10, liar_paid_over_its_rate: 2, victim_pay: 1 });
    for (const terms of ["default", "V = 20", "T = 1,440 s"]) {
      const { dead_sink_keeps_over_bond: keeps = 1, dead_sink_paid_over_bond: paid = 1 } = at(0.34, terms);
      expect(paid).toBeLessThan(0.6);
      expect(keeps).toBeLessThan(0);
    }
  });

  test("E17: a liar keeps an eighth where all take part; a fifth that ignore a sink take its pay", () => {
    const { honest_pay, liar_paid_over_its_rate: liar = 2, victim_pay } = at(1);
    expect(liar).toBeCloseTo(1.126, 2);
    expect({ honest_pay, victim_pay }).toEqual({ honest_pay: 1, victim_pay: 0 });
  });
});

describe("request traces", () => {
  test("are made into rates with the given mean", () => {
    const requests = [
      { at: 0, context: 374, generated: 44 },
      { at: 4.3, context: 396, generated: 109 },
      { at: 43.3, context: 1, generated: 0 },
    ];
    const rates = traceRates(requests, 4, 10);
    expect(rates.length).toBe(10);
    expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeCloseTo(10, 9);
    expect((rates[1] as number) / (rates[0] as number)).toBeCloseTo(505 / 418, 9);
  });

  test("of code come in bursts, and are longer", () => {
    const counts = new Array<number>(3600).fill(0);
    const requests = generateTrace(new Rng(1), 3600, TRACE_SHAPES.code);
    for (const { at } of requests) counts[Math.floor(at)] = (counts[Math.floor(at)] as number) + 1;
    const mean = requests.length / 3600;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 3600;
    expect(variance / mean).toBeGreaterThan(8);
    expect(requests.reduce((sum, { generated }) => sum + generated, 0) / requests.length).toBeGreaterThan(1800);
  });

  test("the generator is seeded, bursty, and as heavy-tailed as the Azure trace", () => {
    const requests = generateTrace(new Rng(1));
    expect(generateTrace(new Rng(1))).toEqual(requests);
    const tokens = requests.map(({ context, generated }) => context + generated);
    const mean = tokens.reduce((a, b) => a + b, 0) / tokens.length;
    const spread = Math.sqrt(tokens.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tokens.length);
    expect(mean).toBeGreaterThan(1200);
    expect(mean).toBeLessThan(1550);
    expect(spread / mean).toBeGreaterThan(0.7);
    expect(requests.length).toBeGreaterThan(12_000);
  });
});

describe("command line", () => {
  const future = join(directory, "future.csv");
  writeFileSync(future, "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,2\n2123-11-16 18:15:46,3,4\n");

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
    [["-e", "E10", "--trace", "nowhere.csv"], "error: trace nowhere.csv: no such file"],
    [
      ["-e", "E10", "--trace", future, "nowhere.csv"],
      `error: trace ${future}, line 3: 36524.0 days after the first request`,
    ],
  ])(
    "%j fails with one clear line",
    async (args, message) => {
      const result = (await sim(...args)) as { stderr: string; code?: number };
      expect(result.stderr).toContain(message);
      expect(result.stderr).toMatch(/^[^\n]+\n$/);
      expect(result.code).toBe(2);
    },
    30_000,
  );
});
