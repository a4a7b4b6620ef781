import { parentPort, workerData } from "node:worker_threads";
import { replayAll } from "./counterfactual.ts";

// Whoever is refused an order tries the next agent, many thousand times; nobody reads where that was thrown.
Error.stackTraceLimit = 0;

parentPort?.postMessage(replayAll(workerData));
