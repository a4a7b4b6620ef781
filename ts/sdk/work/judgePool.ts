import { max } from "../../core/bigints.ts";
import { BackpressureError } from "../../core/errors.ts";

/** What a source knows of a pool: what anybody reads on the chain, and what it has seen itself. */
export type PoolReading = {
  /** q, wei per second and unit. */
  unitRate: bigint;
  /** U: units of all sinks. */
  units: bigint;
  /** What U usually is; see `usualUnits`. */
  usualUnits: bigint;
  /** L: what all sources stream, wei per second. */
  inflow: bigint;
  /** B: what waits in the escrow because no sink could absorb it, wei. */
  overflow: bigint;
  /** T and D, seconds. */
  horizon: number;
  grace: number;
  /** The source's own stream, wei per second. */
  rate: bigint;
  /** k: value of the work that was paid for, asked for and not answered, wei; see `silenceOf`. Nothing if nobody counts. */
  unanswered: bigint;
  /** s: value of the work that is answered, wei per second. */
  answered: bigint;
  /** Until when the source stays away because of what it saw itself, Unix seconds; 0 for not at all. */
  barredUntil: number;
};

/** One of several equivalent ways to have work done: a pool, or pools one after the other. */
export type SplitOption = {
  /** What goes this way now, wei per second. */
  rate: bigint;
  /** The congestion price: 1 is the mean unit rate. */
  price: number;
  /** What more it could take, and a little of what it has: how what comes from a dead pool is divided, wei per second. */
  room: bigint;
  /** False for a dead pool. */
  open: boolean;
};

export type JudgePoolParameters = {
  pool: PoolReading;
  /** Of all pools together, wei per second. */
  budget: bigint;
  /** q̄: mean of the unit rates of all pools, wei per second and unit. */
  meanUnitRate: number;
  /** Unix seconds. */
  now: number;
};

/**
 * A budget or what is known of a pool makes no sense.
 * @remarks Read the pool again, or correct the budget: the message says what it must be.
 */
export class UnusableReadingError extends BackpressureError {
  override name = "UnusableReadingError";

  constructor(
    what: string,
    readonly value: bigint | number,
  ) {
    super(`${what}, not ${value}: read the pool again`);
  }
}

/** ρ₀: the load from which on a pool is dear, and z: the dearest that its queue or load makes it. */
const [LOADED, DEAREST] = [0.85, 5];

/** A pool is dead with less than one in so many of its usual units. */
const DEAD = 20n;

/** How long a source stays away from a pool that did not answer, seconds. */
const BARRED = 3600;

/**
 * What a pool costs, and whether it lives. With ρ = L / (q·U), all numbers of one pool:
 *
 *     price = q / q̄ + min(5, min(5, B / (q·U·T)) + min(5, max(0, ρ − 0.85) / 0.15))
 *
 * the unit rate, a price for the queue in the escrow, in horizons, and a price for load that comes before there is one.
 * It is dead with less than a twentieth of its usual units, and for an hour after it was silent: work worth more than 2 %
 * of a minute of the budget waits, and more of it than is answered in 2T + D. Silence is the source's own evidence; no
 * chain is asked, since a pool whose sinks go on signalling looks well there.
 * @throws {UnusableReadingError}
 * @example
 * const { price, open } = judgePool({ pool, budget, meanUnitRate: Number(pool.unitRate), now });
 */
export function judgePool(parameters: JudgePoolParameters): SplitOption & { barredUntil: number } {
  const { pool, meanUnitRate, now } = parameters;
  assertUsable(parameters);
  const { unitRate, units, inflow, overflow, horizon, rate } = pool;
  const capacity = unitRate * units;
  const barredUntil = isSilent(parameters) ? Math.max(now + BARRED, pool.barredUntil) : pool.barredUntil;
  const isDead = units === 0n || units * DEAD < pool.usualUnits;
  const queue = Math.min(DEAREST, ratio(overflow, capacity) / horizon);
  const load = Math.min(DEAREST, Math.max(0, ratio(inflow, capacity) - LOADED) / (1 - LOADED));
  return {
    rate,
    price: Number(unitRate) / meanUnitRate + Math.min(DEAREST, queue + load),
    // The last two keep what a dead pool had from having nowhere to go.
    room: max(0n, capacity - inflow) + rate / 10n + capacity / 1_000_000n + 1n,
    open: !isDead && barredUntil <= now,
    barredUntil,
  };
}

/**
 * What U usually is: its highest value of late, which is forgotten within a day or so.
 * @param before What it usually was; 0 at first.
 * @param elapsed Since then, seconds.
 * @returns Units, rounded up: in favour of finding a pool dead.
 * @example
 * usual = usualUnits(usual, units.sinks, timestamp - seenAt);
 */
export function usualUnits(before: bigint, units: bigint, elapsed: number): bigint {
  const forgotten = BigInt(Math.max(0, Math.min(86_400, Math.floor(elapsed))));
  return max(units, (before * (86_400n - forgotten) + 86_399n) / 86_400n);
}

function isSilent({ pool, budget }: JudgePoolParameters): boolean {
  const patience = BigInt(Math.ceil(2 * pool.horizon + pool.grace));
  return pool.unanswered * 50n > budget * 60n && pool.unanswered > pool.answered * patience;
}

const ratio = (a: bigint, b: bigint): number =>
  a === 0n ? 0 : b === 0n ? Number.POSITIVE_INFINITY : Number(a) / Number(b);

function assertUsable({ pool, budget, now, meanUnitRate }: JudgePoolParameters): void {
  const amounts = { budget, ...pool };
  for (const [name, value] of Object.entries(amounts)) {
    if (value < 0) throw new UnusableReadingError(`${name} is at least 0`, value);
  }
  if (pool.unitRate === 0n) throw new UnusableReadingError("a unit rate is above 0", pool.unitRate);
  if (!(pool.horizon > 0 && Number.isFinite(pool.horizon + pool.grace))) {
    throw new UnusableReadingError("horizon and grace are finite, and the horizon above 0", pool.horizon);
  }
  if (!(meanUnitRate > 0)) throw new UnusableReadingError("the mean unit rate is above 0", meanUnitRate);
  if (!Number.isFinite(now)) throw new UnusableReadingError("the time is in Unix seconds", now);
}
