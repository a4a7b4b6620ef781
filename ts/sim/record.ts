import type { Scenario } from "./scenario.ts";
import type { SinkState } from "./sinkState.ts";

/** Time series over all pools, one entry per step; rates in units (full pay of one unit), amounts in unit-seconds. */
export interface Recording {
  seconds: Float64Array;
  inflow: Float64Array;
  paid: Float64Array;
  served: Float64Array;
  /** Pay that its sink could work off within the step. */
  usable: Float64Array;
  /** What all sinks together could have done. */
  possible: Float64Array;
  units: Float64Array;
  backlog: Float64Array;
  escrow: Float64Array;
  returned: Float64Array;
  /** Escrow level of each pool. */
  levels: Float64Array[];
}

/** One sink, step by step: units, rate of pay, backlog. */
export interface Probe {
  sink: number;
  units: Float64Array;
  pay: Float64Array;
  served: Float64Array;
  backlog: Float64Array;
}

/** One pool as seen at the end of a step; amounts in the recorder's quanta. */
export interface PoolView {
  units: number;
  inflow: number;
  paid: number;
  level: number;
  returnedTotal: number;
}

const NAMES = ["inflow", "paid", "served", "usable", "possible", "units", "backlog", "escrow", "returned"] as const;

export class Recorder {
  readonly recording: Recording;
  readonly probes: Probe[];
  readonly #state: SinkState;
  readonly #pools: readonly PoolView[];
  readonly #perStep: number;
  readonly #stepSeconds: number;
  readonly #quanta: number;

  constructor(
    scenario: Scenario,
    state: SinkState,
    pools: readonly PoolView[],
    quanta: number,
    probes: readonly number[],
  ) {
    this.#state = state;
    this.#pools = pools;
    this.#quanta = quanta;
    this.#stepSeconds = scenario.stepSeconds;
    this.#perStep = 1 / (quanta * scenario.stepSeconds);
    const array = () => new Float64Array(scenario.steps);
    const seconds = array();
    seconds.forEach((_, step) => {
      seconds[step] = step * scenario.stepSeconds;
    });
    const levels = pools.map(array);
    const named = Object.fromEntries(NAMES.map((name) => [name, array()]));
    this.recording = { seconds, levels, ...named } as unknown as Recording;
    this.probes = probes.map((sink) => ({ sink, units: array(), pay: array(), served: array(), backlog: array() }));
  }

  possible(): number {
    const { work } = this.#state;
    let total = 0;
    for (let i = 0; i < work.length; i++) total += work[i] as number;
    return total;
  }

  record(step: number, done: number, usable: number, possible: number): void {
    const { recording } = this;
    let backlog = 0;
    const { backlog: of } = this.#state;
    for (let i = 0; i < of.length; i++) backlog += of[i] as number;
    recording.backlog[step] = backlog;
    recording.served[step] = done / this.#stepSeconds;
    recording.usable[step] = usable / this.#stepSeconds;
    recording.possible[step] = possible / this.#stepSeconds;
    for (const [p, pool] of this.#pools.entries()) {
      (recording.levels[p] as Float64Array)[step] = pool.level / this.#quanta;
      add(recording.inflow, step, pool.inflow * this.#perStep);
      add(recording.paid, step, pool.paid * this.#perStep);
      add(recording.units, step, pool.units);
      add(recording.escrow, step, pool.level / this.#quanta);
      add(recording.returned, step, pool.returnedTotal / this.#quanta);
    }
    for (const probe of this.probes) {
      const { units, paid, work, backlog: backlogs } = this.#state;
      probe.units[step] = units[probe.sink] as number;
      probe.pay[step] = (paid[probe.sink] as number) * this.#perStep;
      probe.served[step] = (work[probe.sink] as number) / this.#stepSeconds;
      probe.backlog[step] = backlogs[probe.sink] as number;
    }
  }
}

function add(array: Float64Array, step: number, amount: number): void {
  array[step] = (array[step] as number) + amount;
}
