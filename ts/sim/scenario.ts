/** What is simulated: who is there, what they do, and the parameters of the pools. Pure data; every engine reads it. */

/** Parameters of a task type (docs/parameters.md); the same for every pool of a scenario. Times in seconds. */
export interface Parameters {
  /** h */
  epochLength: number;
  /** T */
  horizon: number;
  /** α */
  smoothing: number;
  /** Age at which a signal counts as capacity 0. */
  timeToLive: number;
  /** δ: a smaller relative change of units waits. */
  hysteresis: number;
  /** Epochs after which units move however small the difference. */
  overdueEpochs: number;
  /** D */
  grace: number;
  /** V: epochs that receipts may be apart. */
  receiptEpochs: number;
  /** Bucket depth in epochs of full pay. 0: only what is spare right now; `Infinity`: what an uncapped bucket does. */
  bucketEpochs: number;
}

/** The defaults of docs/parameters.md. */
export const DEFAULT_PARAMETERS: Parameters = {
  epochLength: 60,
  horizon: 360,
  smoothing: 0.3,
  timeToLive: 300,
  hysteresis: 0.05,
  overdueEpochs: 10,
  grace: 120,
  receiptEpochs: 5,
  bucketEpochs: 1,
};

/** The fluid idealisation: no hysteresis, as in theory 1. */
export const FLUID_PARAMETERS: Parameters = { ...DEFAULT_PARAMETERS, hysteresis: 0, horizon: 180 };

/**
 * Sinks as a structure of arrays, sorted by pool: `first[p] <= i < first[p + 1]` are the sinks of pool p.
 * Capacities and rates are units; a unit does one unit-second of work per second.
 */
export interface Sinks {
  count: number;
  first: Int32Array;
  /** μ: true mean service rate. */
  rate: Float64Array;
  /** What the sink declares, before noise. */
  claim: Float64Array;
  /** Most that its bond lets it declare. */
  cap: Float64Array;
  /** S, in unit-seconds of full pay. */
  stake: Float64Array;
  /** 1 if it declares its backlog, 0 if it says that there is none. */
  truthful: Uint8Array;
  /** 1 while it sends signals. */
  signalling: Uint8Array;
}

/** Who pays into one pool. */
export interface Source {
  pool: number;
  /** Stream rate per step, units (1 = full pay of one unit). */
  rates: Float64Array;
  /** Share of the work done for it that it acknowledges. */
  acknowledges: number;
  /** The only sink that it acknowledges, at full stream rate and whatever was done; −1 for none. */
  colludesWith: number;
}

/** One pool feeds another. */
export interface Link {
  upstream: number;
  downstream: number;
  /** Inflow downstream per unit of work delivered upstream. */
  ratio: number;
  /** False passes the downstream limit exactly: the ablation that never drains. */
  reserve: boolean;
  /** False limits by declared instead of effective capacity: the ablation that misses a slowdown. */
  effective: boolean;
}

/** When sinks say what they can do, and when that comes into use. */
export interface Reporting {
  /** Steps between reports of one sink. */
  everySteps: number;
  /** Age of a report when it comes into use, steps. */
  delaySteps: number;
  /** Reports come up to this many steps late, at random. */
  jitterSteps: number;
  /** Sinks report one after the other instead of all at once. */
  staggered: boolean;
}

export type EventKind =
  /** True rate and declaration are multiplied by `value`. */
  | "scale"
  /** The true rate is multiplied by `value`; the declaration stays. */
  | "slowDown"
  /** Stops working and says so. */
  | "dieAnnounced"
  /** Stops working and signalling. */
  | "dieSilent"
  /** Goes on working, stops signalling. */
  | "fallSilent";

/** Something happens to some sinks. */
export interface SimEvent {
  step: number;
  kind: EventKind;
  sinks: readonly number[];
  value: number;
}

/** How sinks are held to what they were paid. */
export interface Verification {
  /**
   * How a sink is judged. `evidence`: as the protocol does (spec 9). `absolute`: it owes all of its pay. `relative`: the
   * share of it that was acknowledged to the pool as a whole.
   */
  ledger: "evidence" | "relative" | "absolute";
  /** Steps until work is acknowledged. */
  latencySteps: number;
  /** Whether three strikes slash. */
  slashing: boolean;
}

/** Everything that a run depends on. */
export interface Scenario {
  steps: number;
  stepSeconds: number;
  parameters: Parameters;
  pools: number;
  sinks: Sinks;
  sources: readonly Source[];
  links: readonly Link[];
  reporting: Reporting;
  /** Steps between two visits of the keeper, who drains and releases. */
  keeperSteps: number;
  /** Escrow level above which money returns, unit-seconds, per pool. */
  bufferMax: readonly number[];
  /** Coefficient of variation of the work done per step. `poisson` makes it a Poisson count of unit-second jobs. */
  serviceNoise: number | "poisson";
  /** Coefficient of variation of what honest sinks declare. */
  declareNoise: number;
  /** Whether moving averages start at the declaration or, as on chain, from zero. */
  start: "ramp" | "warm";
  events: readonly SimEvent[];
  verification: Verification | undefined;
  /** Deposited into each pool's escrow before the first step, unit-seconds. */
  deposits: readonly number[];
  seed: number;
}

/**
 * Sinks that are to be filled in: honest, without a limit on what they declare.
 * @param first Where each pool begins; the last is their number.
 */
export function createSinks(first: readonly number[]): Sinks {
  const count = first.at(-1) ?? 0;
  return {
    count,
    first: Int32Array.from(first),
    rate: new Float64Array(count),
    claim: new Float64Array(count),
    cap: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    stake: new Float64Array(count).fill(1),
    truthful: new Uint8Array(count).fill(1),
    signalling: new Uint8Array(count).fill(1),
  };
}

/** A small scenario by hand: one array of sinks per pool. */
export function sinksOf(pools: readonly (readonly { rate: number; claim?: number; truthful?: boolean }[])[]): Sinks {
  const first = [0];
  for (const pool of pools) first.push((first.at(-1) as number) + pool.length);
  const sinks = createSinks(first);
  pools.flat().forEach((sink, i) => {
    sinks.rate[i] = sink.rate;
    sinks.claim[i] = sink.claim ?? sink.rate;
    sinks.truthful[i] = sink.truthful === false ? 0 : 1;
  });
  return sinks;
}

/** A source that streams at the same rate all the time, in units, and acknowledges everything. */
export function constantSource(pool: number, rate: number, steps: number): Source {
  return { pool, rates: new Float64Array(steps).fill(rate), acknowledges: 1, colludesWith: -1 };
}

type Required = Pick<Scenario, "steps" | "sinks" | "sources">;

/** Fills in what a scenario does not care about: the fluid idealisation with reports every step and no noise. */
export function scenarioOf(given: Required & Partial<Scenario>): Scenario {
  const pools = given.sinks.first.length - 1;
  return {
    stepSeconds: 60,
    parameters: FLUID_PARAMETERS,
    pools,
    links: [],
    reporting: { everySteps: 1, delaySteps: 0, jitterSteps: 0, staggered: false },
    keeperSteps: 1,
    bufferMax: new Array(pools).fill(Number.POSITIVE_INFINITY),
    serviceNoise: 0,
    declareNoise: 0,
    start: "warm",
    events: [],
    verification: undefined,
    deposits: new Array(pools).fill(0),
    seed: 1,
    ...given,
  };
}
