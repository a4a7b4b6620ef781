import { BackpressureError } from "../../core/errors.ts";

/** What a machine owes the sources of one of its task types. */
export type MachineQueue = {
  /** Q: work that was paid for and waits, unit-seconds. */
  backlog: number;
  /** C̄: what is declared, as the chain smooths it, units. */
  capacity: number;
  /** T, seconds. */
  horizon: number;
  /** q, wei per second and unit. */
  unitRate: number;
};

export type ResidualParameters = {
  /** μ: what the machine does per second when busy, all task types together, unit-seconds per second. */
  rate: number;
  /** s: what it did of late for each task type, unit-seconds per second. */
  served: readonly number[];
  /** How much more than it does a sink declares, from 1 on; see `ServedMeter`. At least 1.1 is taken. */
  headroom: number;
};

/**
 * What a machine's numbers cannot be.
 * @remarks Give the number that the message asks for: capacities and rates are 0 or more, and finite.
 */
export class MachineStateError extends BackpressureError {
  override name = "MachineStateError";

  constructor(
    what: string,
    readonly value: number,
  ) {
    super(`${what}, not ${value}`);
  }
}

/** How much of its rate a machine keeps open for a task type that it does nothing for, so that money can come back. */
const DOOR = 0.02;

/** Simulated with this; a queue that is to be served by backlog needs some. */
const LEAST_HEADROOM = 1.1;

/** From this part of a horizon on, the queue nearest to its horizon is served, whatever it pays. */
const GUARD = 0.6;

/**
 * What one machine behind several task types declares for each: what it does for it, what it does for none, and a little
 * more. With idle = max(0, μ − Σ s):
 *
 *     c = f·min(μ, s + idle + 0.02·μ),  f at least 1.1
 *
 * Together that is more than the machine can do, on purpose: money that comes for one task type reduces what is left for the
 * others at the next declaration. A fixed split cannot follow demand; declaring μ everywhere is paid for work that is not
 * done. Each task type is bonded on its own, for up to f·μ.
 * @returns Units, not rounded, in the order of `served`.
 * @throws {MachineStateError}
 * @example
 * const [translate, summarise] = residual({ rate: 100, served: [30, 20], headroom: 1.1 }); // 90.2 and 79.2 units
 */
export function residual({ rate, served, headroom }: ResidualParameters): number[] {
  if (!(rate > 0 && Number.isFinite(rate))) throw new MachineStateError("the rate of a machine is above 0", rate);
  if (!(headroom >= 1 && Number.isFinite(headroom))) throw new MachineStateError("headroom is from 1 on", headroom);
  for (const work of served) {
    if (!(work >= 0)) throw new MachineStateError("what was served is at least 0", work);
  }
  const idle = Math.max(0, rate - served.reduce((sum, work) => sum + work, 0));
  return served.map((work) => Math.max(LEAST_HEADROOM, headroom) * Math.min(rate, work + idle + DOOR * rate));
}

/**
 * Which queue a machine serves next: that of the largest Q·q, the most money waiting; but if any is beyond 0.6 of its
 * horizon, Q > 0.6·C̄·T, the one with the largest Q / (C̄·T). The first rule is max-weight, which serves whatever can be
 * served. The guard keeps it from starving a cheap queue beyond its horizon, where a sink is judged.
 * @returns Its index, the first of equals; undefined if nothing waits.
 * @example
 * const next = nextQueue([{ backlog: 500, capacity: 90, horizon: 360, unitRate: 1e12 }]); // 0
 */
export function nextQueue(queues: readonly MachineQueue[]): number | undefined {
  const fullness = queues.map(({ backlog, capacity, horizon }) => (backlog > 0 ? backlog / (capacity * horizon) : 0));
  const weights = fullness.some((part) => part > GUARD)
    ? fullness
    : queues.map(({ backlog, unitRate }) => backlog * unitRate);
  const heaviest = weights.reduce((best, weight, i) => (weight > (weights[best] as number) ? i : best), 0);
  return (weights[heaviest] ?? 0) > 0 ? heaviest : undefined;
}
