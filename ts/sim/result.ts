import type { Probe, Recording } from "./record.ts";
import type { SinkState } from "./sinkState.ts";

/** Where every unit-second of pay went, and what was done for it. Amounts in unit-seconds. */
export interface Result {
  streamed: number;
  paid: number;
  served: number;
  returned: number;
  escrow: number;
  slashed: number;
  recording: Recording;
  probes: readonly Probe[];
  state: SinkState;
  /** Per sink. */
  received: Float64Array;
  slashedOf: Float64Array;
  /** Step of the first slash; −1 for none. */
  slashedAt: Int32Array;
  /** Changes of a sink's units, each a transaction on chain; counted in contract arithmetic only. */
  moves: number;
  /** Per source. */
  returnedTo: Float64Array;
}

/** The same run as if each job were paid when it is done: nothing is prepaid, and sinks give the credit. */
export function paidOnDelivery(result: Result): Result {
  const { served, recording, state } = result;
  return {
    ...result,
    paid: served,
    received: state.served,
    recording: { ...recording, paid: recording.served, usable: recording.served },
  };
}
