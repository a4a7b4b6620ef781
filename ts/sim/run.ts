import { findExperiment } from "./experiments/index.ts";
import type { Case, Experiment, Settings } from "./experiments/types.ts";
import { type RunOptions, runTasks, type Task } from "./parallel.ts";
import { type Estimate, estimate } from "./stats.ts";

/** One case, over all its seeds. */
export interface Summary {
  values: Case["values"];
  seeds: number;
  metrics: Record<string, Estimate>;
  series: Record<string, Estimate[]>;
}

/** What an experiment has come to. */
export interface Report {
  experiment: Experiment;
  firstSeed: number;
  summaries: Summary[];
}

/** How much of an experiment is run. */
export interface ReportOptions extends RunOptions {
  firstSeed?: number;
  /** Fewer seeds than the experiment asks for, for a quick look. */
  maxSeeds?: number;
}

/** Runs an experiment over its seeds and sums up. The result depends on the seeds alone. */
export async function runExperiment(name: string, options: ReportOptions = {}): Promise<Report> {
  const settings: Settings = options.settings ?? {};
  const experiment = findExperiment(name, settings);
  const firstSeed = options.firstSeed ?? 1;
  const seedsOf = (found: Case) =>
    Math.min(found.seeds ?? experiment.seeds, options.maxSeeds ?? Number.POSITIVE_INFINITY);
  const tasks: Task[] = experiment.cases.flatMap((found, index) =>
    Array.from({ length: seedsOf(found) }, (_, k) => ({ experiment: name, case: index, seed: firstSeed + k })),
  );
  const outcomes = await runTasks(tasks, options);
  const summaries = experiment.cases.map((found, index) => {
    const mine = outcomes.filter((_, k) => tasks[k]?.case === index);
    const metrics: Summary["metrics"] = {};
    for (const metric of Object.keys(mine[0]?.metrics ?? {})) {
      metrics[metric] = estimate(mine.map((outcome) => outcome.metrics[metric] as number));
    }
    const series: Summary["series"] = {};
    for (const [key, first] of Object.entries(mine[0]?.series ?? {})) {
      const length = Math.min(...mine.map((outcome) => outcome.series?.[key]?.length ?? 0), first.length);
      series[key] = Array.from({ length }, (_, i) =>
        estimate(mine.map((outcome) => outcome.series?.[key]?.[i] as number)),
      );
    }
    return { values: found.values, seeds: mine.length, metrics, series };
  });
  return { experiment, firstSeed, summaries };
}
