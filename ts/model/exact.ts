/**
 * The protocol's arithmetic in exact integers: the second implementation, against which every function of the Solidity
 * libraries is tested, and the ground of the simulation.
 *
 * Written from the formulas (design, section 2), not from the Solidity code; only the order of roundings is shared, as
 * the libraries' documentation states it. Every quantity is a `bigint` in the unit that its documentation names. Names
 * end in `Down` or `Up` where a result is rounded.
 */

/** One, for the smoothing factor, its powers, and pipeline ratios. */
export const WAD = 10n ** 18n;

/** One unit in scaled capacity, which counts billionths of a unit. */
export const SCALE = 10n ** 9n;

/** One, for the fee. */
export const BASIS_POINTS = 10_000n;

/** The lowest price cap, wei per second and unit: below it, rounding to whole wei would exceed one basis point. */
export const MIN_FLOW_PER_UNIT = 10_000n;

/** The most units that the escrow may hold. */
export const MAX_UNITS = 2n ** 80n - 1n;

/** Euler's number, rounded up, `WAD` = 1. */
const E_UP = 2_718_281_828_459_045_236n;

export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** (a − b)⁺ */
export const excess = (a: bigint, b: bigint): bigint => max(a - b, 0n);

/** ⌈a / b⌉ for a ≥ 0 and b > 0. */
export const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

// ------------------------------------------------------------------------------------------------- Capacity

/**
 * (1 − α)ⁿ: how much of an old distance remains after n epochs. Design, point 2.
 *
 * The power is the product of (1 − α)^(2^k) over the binary digits of n, lowest first, each square and each product
 * rounded down.
 *
 * @param smoothing α, `WAD` = 1; at most one
 * @param epochs n
 * @returns `WAD` = 1, rounded down, which favours the newer signal
 * @example remainingShareDown(3n * 10n ** 17n, 2n) // 0.49
 */
export function remainingShareDown(smoothing: bigint, epochs: bigint): bigint {
  const digits = [...epochs.toString(2)].reverse();
  let power = WAD - smoothing;
  let share = WAD;
  for (const digit of digits) {
    if (digit === "1") share = (share * power) / WAD;
    power = (power * power) / WAD;
  }
  return share;
}

/**
 * The moving average after n epochs: C̄ + (c − C̄)·(1 − (1 − α)ⁿ). Design, point 2.
 *
 * @param current C̄ before, billionths of a unit
 * @param target c, billionths of a unit
 * @param smoothing α, `WAD` = 1
 * @param epochs n
 * @returns Billionths of a unit. What remains of the distance rounds down, so the error favours the target.
 */
export function smooth(current: bigint, target: bigint, smoothing: bigint, epochs: bigint): bigint {
  const share = remainingShareDown(smoothing, epochs);
  const distance = current > target ? current - target : target - current;
  const remaining = (distance * share) / WAD;
  return current > target ? target + remaining : target - remaining;
}

/** What the moving average of a sink follows from. */
export type SmoothedSignal = {
  /** C̄ at the end of `baseEpoch`, billionths of a unit. */
  baseScaled: bigint;
  /** Number of the epoch (Unix time / h) before that of the signal. */
  baseEpoch: bigint;
  /** c, units. */
  capacity: bigint;
  /** When the signal was revealed, or signed; Unix seconds. */
  signalledAt: bigint;
};

/** The parameters that smoothing depends on. */
export type SmoothingParameters = {
  /** α, `WAD` = 1. */
  smoothing: bigint;
  /** h, seconds. */
  epochLength: bigint;
  /** Age after which a signal counts as capacity 0, seconds. */
  signalTimeToLive: bigint;
};

/**
 * The moving average in some epoch: towards the declared capacity up to the epoch in which the signal expires, towards
 * zero from then on. Design, point 2.
 *
 * @param epoch Number of the epoch, not before `signal.baseEpoch`
 * @returns C̄, billionths of a unit, rounded as in {@link smooth}
 */
export function smoothedAt(signal: SmoothedSignal, parameters: SmoothingParameters, epoch: bigint): bigint {
  const { smoothing, epochLength, signalTimeToLive } = parameters;
  const expiryEpoch = (signal.signalledAt + signalTimeToLive) / epochLength;
  const declared = signal.capacity * SCALE;
  if (epoch <= expiryEpoch) return smooth(signal.baseScaled, declared, smoothing, epoch - signal.baseEpoch);
  const atExpiry = smooth(signal.baseScaled, declared, smoothing, expiryEpoch - signal.baseEpoch);
  return smooth(atExpiry, 0n, smoothing, epoch - expiryEpoch);
}

/**
 * Backpressure: u = C̄ − min(C̄, Q/T). Design, point 4.
 *
 * @param capacityScaled C̄, billionths of a unit
 * @param backlog Q, unit-seconds
 * @param horizon T, seconds
 * @returns Whole units. Q/T rounds up to billionths of a unit, the result rounds down: both favour the payer.
 */
export function effectiveUnitsDown(capacityScaled: bigint, backlog: bigint, horizon: bigint): bigint {
  return excess(capacityScaled, divideUp(backlog * SCALE, horizon)) / SCALE;
}

/**
 * The capacity that a stake backs: (S − m)⁺ / b. Design, point 3.
 *
 * @param stake S, wei
 * @param minimumStake m, wei
 * @param bondPerUnit b, wei per unit
 * @returns Whole units, rounded down, which favours the payer
 */
export function capacityCapDown(stake: bigint, minimumStake: bigint, bondPerUnit: bigint): bigint {
  return excess(stake, minimumStake) / bondPerUnit;
}

/**
 * Whether units move now: to or from zero, when overdue, or when they differ by 5 % of the smaller. Design, section 3.
 *
 * @param current Units in the pool
 * @param target Effective capacity, units
 * @param overdue Any difference counts
 */
export function shouldMove(current: bigint, target: bigint, overdue: boolean): boolean {
  if (current === target) return false;
  const low = min(current, target);
  const high = max(current, target);
  return overdue || low === 0n || 20n * high >= 21n * low;
}

// ------------------------------------------------------------------------------------------------- Flow

/**
 * max(1, ⌈L/q⌉ − U − feeUnits). Design, point 6.
 *
 * @param inflow L, wei/s
 * @param priceCap The most one unit may be paid, wei/s
 * @param sinkUnits U
 * @param feeUnits Units that pay the fee
 * @returns Units, rounded up, so that no unit is paid above the cap; at most {@link MAX_UNITS}
 */
export function escrowUnitsUp(inflow: bigint, priceCap: bigint, sinkUnits: bigint, feeUnits: bigint): bigint {
  const missing = divideUp(inflow, priceCap) - sinkUnits - feeUnits;
  return min(max(missing, 1n), MAX_UNITS);
}

/**
 * The most one unit may be paid: q, or limit/U where a pipeline limits the pool. Design, point 11.
 *
 * @param unitRate q, wei/s per unit
 * @param limit What the sinks together may be paid, wei/s
 * @param sinkUnits U
 * @returns wei/s per unit, rounded down, which favours the pools downstream; not below {@link MIN_FLOW_PER_UNIT}
 */
export function priceCapDown(unitRate: bigint, limit: bigint, sinkUnits: bigint): bigint {
  return sinkUnits === 0n ? unitRate : min(unitRate, max(limit / sinkUnits, MIN_FLOW_PER_UNIT));
}

/**
 * The units f that earn the share `fee` of what sinks and fee earn together: f / (U + f) = fee.
 *
 * @param sinkUnits U
 * @param fee Basis points
 * @returns Units, rounded down, which favours the sinks
 */
export function feeUnitsDown(sinkUnits: bigint, fee: bigint): bigint {
  return (sinkUnits * fee) / (BASIS_POINTS - fee);
}

/**
 * The token bucket of spare capacity after some time: min(depth, (bucket + capacity − paid)⁺). Design, point 7.
 *
 * @param bucket Before, wei
 * @param capacity What the sinks could have been paid meanwhile, wei
 * @param paid What they were paid meanwhile, wei
 * @param depth q·U·h, wei
 * @returns After, wei
 */
export function fillBucket(bucket: bigint, capacity: bigint, paid: bigint, depth: bigint): bigint {
  return min(depth, excess(bucket + capacity, paid));
}

/**
 * What a stage may be paid: (limit(i+1) − B(i+1)/(3T))⁺ / ratio. Design, point 11.
 *
 * @param downstreamIntake limit(i+1): what the sinks downstream can be paid, wei/s
 * @param downstreamOverflow B(i+1), wei
 * @param downstreamHorizon T, seconds
 * @param ratio Inflow downstream per wei of pay here, `WAD` = 1
 * @returns wei/s. B/(3T) rounds up, the quotient down: both favour the pool downstream.
 */
export function pipelineLimitDown(
  downstreamIntake: bigint,
  downstreamOverflow: bigint,
  downstreamHorizon: bigint,
  ratio: bigint,
): bigint {
  return (excess(downstreamIntake, divideUp(downstreamOverflow, 3n * downstreamHorizon)) * WAD) / ratio;
}

// ------------------------------------------------------------------------------------------------- Bond

/** The parameters that bonds depend on. */
export type BondParameters = {
  /** q, wei/s per unit. */
  unitRate: bigint;
  /** T, seconds. */
  horizon: bigint;
  /** D, seconds. */
  acknowledgementGrace: bigint;
  /** h, seconds. */
  epochLength: bigint;
};

/** T + D + h, seconds. */
const detectionTime = (p: BondParameters): bigint => p.horizon + p.acknowledgementGrace + p.epochLength;

/** b = 2·q·(T + D + h), wei per unit. Design, point 3. */
export const bondPerUnit = (parameters: BondParameters): bigint => 2n * parameters.unitRate * detectionTime(parameters);

/** How long unstaked money stays slashable: 2·(T + D + h) + 4·h, seconds. Design, invariant 6. */
export const unbondingPeriod = (parameters: BondParameters): bigint =>
  2n * detectionTime(parameters) + 4n * parameters.epochLength;

/**
 * The smallest horizon at which backlog never overshoots: e·(h + d). Theory, key lemma.
 *
 * @param epochLength h, seconds
 * @param reportDelay d, seconds
 * @returns Seconds, rounded up, which favours stability
 */
export function minimumHorizonUp(epochLength: bigint, reportDelay: bigint): bigint {
  return divideUp(E_UP * (epochLength + reportDelay), WAD);
}

// ------------------------------------------------------------------------------------------------- Ledger

/**
 * One step of a sink's ledger: Q̂ ← (Q̂ + π·(1 − (1 − π)/10)·ΔR − ΔA)⁺ with π the acknowledged share of the pool's pay.
 * Design, point 9.
 *
 * @param owed Q̂ before, wei
 * @param received ΔR: what the sink was paid meanwhile, wei
 * @param acknowledged ΔA: what was acknowledged to it meanwhile, wei
 * @param poolPaid What all sinks were paid meanwhile, wei
 * @param poolAcknowledged What was acknowledged to all sinks meanwhile, wei; counts up to `poolPaid`
 * @returns Q̂ after, wei. What is expected rounds down, which favours the sink.
 */
export function oweDown(
  owed: bigint,
  received: bigint,
  acknowledged: bigint,
  poolPaid: bigint,
  poolAcknowledged: bigint,
): bigint {
  return excess(owed + expectedDown(received, poolPaid, poolAcknowledged), acknowledged);
}

/** π·(1 − (1 − π)/10)·ΔR, wei; both products round down, which favours the sink. */
export function expectedDown(received: bigint, poolPaid: bigint, poolAcknowledged: bigint): bigint {
  if (poolPaid === 0n) return 0n;
  const counted = min(poolAcknowledged, poolPaid);
  return (((received * counted) / poolPaid) * (9n * poolPaid + counted)) / (10n * poolPaid);
}

/**
 * What of its pay a sink has not earned, of which π takes account: ΔR·Q̂ / (Q̂ + ΔA) since it last owed nothing.
 *
 * @returns Wei, rounded down, which favours the sink
 */
export function unearnedDown(owed: bigint, received: bigint, acknowledged: bigint): bigint {
  return owed === 0n ? 0n : (received * owed) / (owed + acknowledged);
}

/**
 * What may still be acknowledged to a sink: at most full pay for horizon and grace.
 *
 * @param open What it was paid and nobody acknowledged, wei
 * @param time T + D, seconds
 * @returns Wei, rounded down, which favours the other sinks
 */
export function keptOpenDown(open: bigint, unitRate: bigint, capacityScaled: bigint, time: bigint): bigint {
  return min(open, (unitRate * capacityScaled * time) / SCALE);
}

/**
 * The backlog that a ledger proves: (Q̂/q − C̄·D)⁺. Theory, section 6.
 *
 * @param owed Q̂, wei
 * @param unitRate q, wei/s per unit
 * @param capacityScaled C̄, billionths of a unit
 * @param grace D, seconds
 * @returns Unit-seconds. Q̂/q rounds down and C̄·D up: both favour the sink.
 */
export function verifiedBacklogDown(owed: bigint, unitRate: bigint, capacityScaled: bigint, grace: bigint): bigint {
  return excess(owed / unitRate, divideUp(capacityScaled * grace, SCALE));
}

/**
 * Whether a verified backlog has reached nine tenths of C̄·T. Design, point 10.
 *
 * @param backlog Unit-seconds; zero never has
 * @param capacityScaled C̄, billionths of a unit
 * @param horizon T, seconds
 */
export function isBeyondHorizon(backlog: bigint, capacityScaled: bigint, horizon: bigint): boolean {
  return backlog > 0n && 10n * backlog * SCALE >= 9n * capacityScaled * horizon;
}

/** What a slash takes: the unearned amount plus 10 %, wei, rounded down, which favours the sink. Design, point 10. */
export const slashAmountDown = (unearned: bigint): bigint => (unearned * 11n) / 10n;

// ------------------------------------------------------------------------------------------------- Sources

/** The longest that an empty pool keeps its overflow, seconds. */
export const MAX_GRACE = 1800n;

/**
 * What a source has streamed by now. Superfluid tells the present rate and since when it holds; the time before that
 * does not count. So the result is a lower bound, exact for a source that counts at every change. Design, point 8.
 *
 * @param total What it had streamed by the last count, wei
 * @param syncedAt When that was, Unix seconds
 * @param rate Present rate, wei/s
 * @param changedAt Since when the stream has that rate, Unix seconds
 * @param now Unix seconds
 */
export const totalAt = (total: bigint, syncedAt: bigint, rate: bigint, changedAt: bigint, now: bigint): bigint =>
  total + rate * (now - max(syncedAt, changedAt));
