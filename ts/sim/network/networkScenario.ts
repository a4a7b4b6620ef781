import type { MachineRule } from "./machines.ts";
import type { Network } from "./network.ts";
import type { SourceRule } from "./sourceRules.ts";

export interface NetworkScenario {
  network: Network;
  load: number;
  sources: SourceRule;
  /** Epochs between two decisions of a source. */
  every: number;
  machines: MachineRule;
  /** What becomes of the mortal pool after half of the time: its sinks stop, and stop signalling or go on with it. */
  death: "none" | "dead" | "silent";
  epochs: number;
  seed: number;
}

export interface NetworkResult {
  /** Work that came through in the second and in the last quarter, of what was possible then. */
  before: number;
  after: number;
  /** Changes of streams per source and hour: transactions. */
  changes: number;
  /** Part of all epochs in which an entry's queue was beyond its horizon. */
  beyondHorizon: number;
  /** What was streamed less what was served, waits, and came back: 0 but for rounding, of what was streamed. */
  missing: number;
}
