import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { findExperiment } from "./experiments/index.ts";
import type { Outcome, Settings } from "./experiments/types.ts";

/** One run: a case of an experiment with one seed. */
export interface Task {
  experiment: string;
  case: number;
  seed: number;
}

export interface WorkerInput {
  settings: Settings;
}

export type WorkerReply = { index: number; outcome: Outcome } | { index: number; error: string };

export function runTask(task: Task, settings: Settings): Outcome {
  const found = findExperiment(task.experiment, settings).cases[task.case];
  if (!found) throw new Error(`${task.experiment} has no case ${task.case}`);
  return found.run(task.seed);
}

export interface RunOptions {
  workers?: number;
  settings?: Settings;
  /** Hears after each run how many there were, and how many there will be. */
  progress?: (done: number, total: number) => void;
}

/**
 * Runs all tasks and returns their outcomes in the order of the tasks. Every task depends on its seed alone, so the
 * number of workers and who is faster make no difference.
 */
export async function runTasks(tasks: readonly Task[], options: RunOptions = {}): Promise<Outcome[]> {
  const settings = options.settings ?? {};
  const workers = Math.min(options.workers ?? availableParallelism(), tasks.length);
  const outcomes = new Array<Outcome>(tasks.length);
  let done = 0;
  const finished = (index: number, outcome: Outcome) => {
    outcomes[index] = outcome;
    options.progress?.(++done, tasks.length);
  };
  if (workers <= 1) {
    tasks.forEach((task, index) => {
      finished(index, runTask(task, settings));
    });
    return outcomes;
  }
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, () =>
      drive(settings, () => (next < tasks.length ? { index: next, task: tasks[next++] as Task } : undefined), finished),
    ),
  );
  return outcomes;
}

function drive(
  settings: Settings,
  take: () => { index: number; task: Task } | undefined,
  finished: (index: number, outcome: Outcome) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(
      new URL(import.meta.url.endsWith(".ts") ? "./worker.mjs" : "./worker.js", import.meta.url),
      {
        workerData: { settings } satisfies WorkerInput,
      },
    );
    const feed = () => {
      const work = take();
      if (work) worker.postMessage(work);
      else void worker.terminate().then(() => resolve());
    };
    const fail = (error: Error) => void worker.terminate().then(() => reject(error));
    worker.on("error", fail);
    worker.on("message", (reply: WorkerReply) => {
      if ("error" in reply) return fail(new Error(reply.error));
      finished(reply.index, reply.outcome);
      feed();
    });
    feed();
  });
}
