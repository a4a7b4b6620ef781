import type { Scenario, Sinks } from "./scenario.ts";

/** What changes during a run, one entry per sink. Work is in unit-seconds, capacity in units, money in quanta. */
export interface SinkState {
  rate: Float64Array;
  claim: Float64Array;
  cap: Float64Array;
  stake: Float64Array;
  truthful: Uint8Array;
  signalling: Uint8Array;
  /** Work the sink can do in this step. */
  work: Float64Array;
  /** Paid and not done. */
  backlog: Float64Array;
  /** Paid in this step. */
  paid: Float64Array;
  served: Float64Array;
  received: Float64Array;
  /** Last report in use. */
  declared: Float64Array;
  reported: Float64Array;
  issuedAt: Int32Array;
  /** Moving average now, and at the end of the epoch before. */
  smoothed: Float64Array;
  base: Float64Array;
  units: Float64Array;
  movedAt: Int32Array;
  /** Backlog that acknowledgements prove; empty without verification. */
  verified: Float64Array;
}

const COPIED = ["rate", "claim", "cap", "stake"] as const;

export function createState(scenario: Scenario): SinkState {
  const sinks: Sinks = scenario.sinks;
  const array = () => new Float64Array(sinks.count);
  const [rate, claim, cap, stake] = COPIED.map((name) => sinks[name].slice()) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const state: SinkState = {
    rate,
    claim,
    cap,
    stake,
    truthful: sinks.truthful.slice(),
    signalling: sinks.signalling.slice(),
    work: array(),
    backlog: array(),
    paid: array(),
    served: array(),
    received: array(),
    declared: array(),
    reported: array(),
    issuedAt: new Int32Array(sinks.count),
    smoothed: array(),
    base: array(),
    units: array(),
    movedAt: new Int32Array(sinks.count),
    verified: scenario.verification ? array() : new Float64Array(0),
  };
  if (scenario.start === "warm") {
    for (let i = 0; i < sinks.count; i++) {
      const declared = Math.min(claim[i] as number, cap[i] as number);
      state.declared[i] = declared;
      state.smoothed[i] = declared;
      state.base[i] = declared;
      state.units[i] = declared;
    }
  }
  return state;
}
