/**
 * The protocol's arithmetic in exact integers: the second implementation, against which every function of the Solidity
 * libraries is tested, and the ground of the simulation.
 *
 * Written from the formulas (spec 4 and 6 to 10), not from the Solidity code; only the order of roundings is shared, as
 * the libraries' documentation states it. Every quantity is a `bigint` in the unit that its documentation names. Names
 * end in `Down` or `Up` where a result is rounded.
 */

import { max, min } from "../core/bigints.ts";

/** One, for the smoothing factor, its powers, and pipeline ratios. */
export const WAD = 10n ** 18n;

/** One unit in scaled capacity, which counts billionths of a unit. */
export const SCALE = 10n ** 9n;

/** One, for the fee. */
export const BASIS_POINTS = 10_000n;

/** The lowest price cap is this part of q: a throttled pool has at most so many times its units. */
export const MIN_CAP_DIVISOR = 10_000n;

/** The part of a stream that Superfluid may keep from the members after a unit update. */
export const LEAK_DIVISOR = 1_000_000n;

/** The smallest deposit pays this part of the sinks' units for one epoch. */
export const MIN_DEPOSIT_DIVISOR = 256n;

/** The largest amount that the contracts count, wei; what exceeds it stops there. */
export const MAX_AMOUNT = 2n ** 128n - 1n;

/** The most units that the escrow may hold. */
export const MAX_UNITS = 2n ** 80n - 1n;

/** Euler's number, rounded up, `WAD` = 1. */
const E_UP = 2_718_281_828_459_045_236n;

export { max, min };

/** (a − b)⁺ */
export const excess = (a: bigint, b: bigint): bigint => max(a - b, 0n);

/** At most {@link MAX_AMOUNT}. */
export const saturate = (amount: bigint): bigint => min(amount, MAX_AMOUNT);

/** ⌈a / b⌉ for a ≥ 0 and b > 0. */
export const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

// ------------------------------------------------------------------------------------------------- Capacity

/**
 * (1 − α)ⁿ: how much of an old distance remains after n epochs. Spec 6.2.
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
 * The moving average after n epochs: C̄ + (c − C̄)·(1 − (1 − α)ⁿ). Spec 6.2.
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
  /** Epoch in which the sink was last settled. */
  settledEpoch: bigint;
};

/** The parameters that smoothing depends on. */
export type SmoothingParameters = {
  /** α, `WAD` = 1. */
  smoothing: bigint;
  /** h, seconds. */
  epochLength: bigint;
  /** Age after which a signal counts as capacity 0, seconds. */
  signalTimeToLive: bigint;
  /** V: epochs after a settlement from which on capacity counts as 0; without a verifier nobody needs one. */
  receiptEpochs: bigint;
  /** Whether the task type has a verifier. */
  verified: boolean;
};

/**
 * The moving average in some epoch: towards the declared capacity up to the epoch in which the signal expires, or in which
 * the sink's last settlement is V epochs old; towards zero from then on. Spec 6.3 and 6.4.
 *
 * @param epoch Number of the epoch, not before `signal.baseEpoch`
 * @returns C̄, billionths of a unit, rounded as in {@link smooth}
 */
export function smoothedAt(signal: SmoothedSignal, parameters: SmoothingParameters, epoch: bigint): bigint {
  const { smoothing, epochLength, signalTimeToLive, receiptEpochs, verified } = parameters;
  const expiryEpoch = (signal.signalledAt + signalTimeToLive) / epochLength;
  const lastEpoch = verified ? min(expiryEpoch, signal.settledEpoch + receiptEpochs) : expiryEpoch;
  // A settlement may have moved the base beyond that.
  const liveUntil = max(min(epoch, lastEpoch), signal.baseEpoch);
  const alive = smooth(signal.baseScaled, signal.capacity * SCALE, smoothing, liveUntil - signal.baseEpoch);
  return smooth(alive, 0n, smoothing, epoch - liveUntil);
}

/**
 * Backpressure: u = C̄ − min(C̄, Q/T). Spec 6.6.
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
 * The capacity that a stake backs: (S − m)⁺ / b. Spec 4.3.
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
 * Whether units move now: to or from zero, when overdue, or when they differ by 5 % of the smaller. Spec 7.2.
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
 * max(1, ⌈L/q⌉ − U − feeUnits). Spec 7.4.
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
 * The most one unit may be paid: q, or limit/U where a pipeline limits the pool. Spec 7.3.
 *
 * @param unitRate q, wei/s per unit
 * @param limit What the sinks together may be paid, wei/s
 * @param sinkUnits U
 * @returns wei/s per unit, rounded down, which favours the pools downstream; not below q/10,000
 */
export function priceCapDown(unitRate: bigint, limit: bigint, sinkUnits: bigint): bigint {
  return sinkUnits === 0n ? unitRate : min(unitRate, max(limit / sinkUnits, unitRate / MIN_CAP_DIVISOR));
}

/**
 * Whether it is worth the gas to let Superfluid split again what it took away: that is more than a millionth of the
 * stream, and one wei per second and unit, which may stay away afterwards, is less.
 *
 * @param leak What it took away, at most; wei/s
 * @param flow What the members get, wei/s
 * @param units Of all members
 */
export const shouldHeal = (leak: bigint, flow: bigint, units: bigint): boolean =>
  leak * LEAK_DIVISOR > flow && units * LEAK_DIVISOR <= flow + leak;

/**
 * The smallest deposit: what one unit, or one in 256 of all, is paid in one epoch.
 *
 * @param unitEpoch q · h, wei
 * @param sinkUnits U
 * @returns Wei, rounded up, which favours who waits in the queue
 */
export const minDepositUp = (unitEpoch: bigint, sinkUnits: bigint): bigint =>
  unitEpoch * max(1n, divideUp(sinkUnits, MIN_DEPOSIT_DIVISOR));

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
 * The token bucket of spare capacity after some time: min(depth, (bucket + capacity − paid)⁺). Spec 8.2.
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
 * What a stage may be paid: (limit(i+1) − B(i+1)/(3T))⁺ / ratio. Spec 10.2.
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
  /** V, epochs. */
  receiptEpochs: bigint;
};

/** T + D + h, seconds. */
const overpaidTime = (p: BondParameters): bigint => p.horizon + p.acknowledgementGrace + p.epochLength;

/** V·h, seconds. */
export const receiptInterval = (p: Pick<BondParameters, "epochLength" | "receiptEpochs">): bigint =>
  p.receiptEpochs * p.epochLength;

/** b = 2·q·(T + D + h) + q·V·h, wei per unit. Spec 4.3. */
export const bondPerUnit = (parameters: BondParameters): bigint =>
  parameters.unitRate * (2n * overpaidTime(parameters) + receiptInterval(parameters));

/** How long unstaked money stays slashable: 2·(T + D + h) + 3·V·h, seconds. Spec 4.4. */
export const unbondingPeriod = (parameters: BondParameters): bigint =>
  2n * overpaidTime(parameters) + 3n * receiptInterval(parameters);

/**
 * The smallest horizon at which backlog never overshoots: e·(h + d). Theory 3.5.
 *
 * @param epochLength h, seconds
 * @param reportDelay d, seconds
 * @returns Seconds, rounded up, which favours stability
 */
export function minimumHorizonUp(epochLength: bigint, reportDelay: bigint): bigint {
  return divideUp(E_UP * (epochLength + reportDelay), WAD);
}

// ------------------------------------------------------------------------------------------------- Sources

/**
 * What a source has streamed by now. Superfluid tells the present rate and since when it holds; the time before that
 * does not count. So the result is a lower bound, exact for a source that counts at every change.
 *
 * @param total What it had streamed by the last count, wei
 * @param syncedAt When that was, Unix seconds
 * @param rate Present rate, wei/s
 * @param changedAt Since when the stream has that rate, Unix seconds
 * @param now Unix seconds
 */
export const totalAt = (total: bigint, syncedAt: bigint, rate: bigint, changedAt: bigint, now: bigint): bigint =>
  total + rate * (now - max(syncedAt, changedAt));
