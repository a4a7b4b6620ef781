import { Worker } from "node:worker_threads";
import type { Replayed, replayAll } from "./counterfactual.ts";

/** What another thread works on. */
export type Background = {
  /** Waits for it. */
  result: () => Promise<Replayed[]>;
  stop: () => Promise<void>;
};

/** Does what {@link replayAll} does in another thread, while a chain does its work. */
export function replayInBackground(parameters: Parameters<typeof replayAll>[0]): Background {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: parameters });
  const replayed = new Promise<Replayed[]>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the replay ended without a result")));
  });
  // Whoever stops it before it is done does not wait for it.
  replayed.catch(() => {});
  return {
    result: () => replayed,
    stop: async () => {
      await worker.terminate();
    },
  };
}
