import { parentPort, workerData } from "node:worker_threads";
import { runTask, type Task, type WorkerInput, type WorkerReply } from "./parallel.ts";

const { settings } = workerData as WorkerInput;

parentPort?.on("message", ({ index, task }: { index: number; task: Task }) => {
  let reply: WorkerReply;
  try {
    reply = { index, outcome: runTask(task, settings) };
  } catch (error) {
    reply = { index, error: `${task.experiment}, seed ${task.seed}: ${(error as Error).message}` };
  }
  parentPort?.postMessage(reply);
});
