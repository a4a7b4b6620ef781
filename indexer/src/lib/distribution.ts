/**
 * What flows through a pool between events, to the wei: the integer operations of Superfluid's SemanticMoney, driven by
 * its events. Rates are wei per second, amounts wei, times Unix seconds.
 */
export type Flowing = {
  totalUnits: bigint;
  sinkUnits: bigint;
  escrowUnits: bigint;
  feeUnits: bigint;
  flowRate: bigint;
  adjustmentFlowRate: bigint;
  perUnitFlowRate: bigint;
  perUnitSettledValue: bigint;
  streamed: bigint;
  dust: bigint;
  paid: bigint;
  fee: bigint;
  escrow: bigint;
  updatedAtTimestamp: bigint;
};

/** The pool at `now`, when nothing has happened since it was updated. */
export function settle<pool extends Flowing>(pool: pool, now: bigint): pool {
  const seconds = now - pool.updatedAtTimestamp;
  const paid = payUnits(pool, pool.perUnitFlowRate * seconds);
  return {
    ...paid,
    streamed: pool.streamed + (pool.flowRate + pool.adjustmentFlowRate) * seconds,
    dust: pool.dust + pool.adjustmentFlowRate * seconds,
    updatedAtTimestamp: now,
  };
}

/** Every unit is paid the same, whoever has it. */
export function payUnits<pool extends Flowing>(pool: pool, perUnit: bigint): pool {
  return {
    ...pool,
    perUnitSettledValue: pool.perUnitSettledValue + perUnit,
    paid: pool.paid + perUnit * pool.sinkUnits,
    fee: pool.fee + perUnit * pool.feeUnits,
    escrow: pool.escrow + perUnit * pool.escrowUnits,
  };
}

/** A member's units change by `delta`; what no longer divides goes to the pool's admin. */
export function changeUnits<pool extends Flowing>(pool: pool, delta: bigint): pool {
  const totalUnits = pool.totalUnits + delta;
  const perUnitFlowRate = totalUnits === 0n ? 0n : pool.flowRate / totalUnits;
  const flowRate = perUnitFlowRate * totalUnits;
  const adjustmentFlowRate = pool.adjustmentFlowRate + pool.flowRate - flowRate;
  return { ...pool, totalUnits, perUnitFlowRate, flowRate, adjustmentFlowRate };
}

/** A stream changed: Superfluid says what all members together get now, and what it could not split. */
export function changeFlow<pool extends Flowing>(pool: pool, flowRate: bigint, adjustmentFlowRate: bigint): pool {
  const perUnitFlowRate = pool.totalUnits === 0n ? 0n : flowRate / pool.totalUnits;
  return { ...pool, flowRate, adjustmentFlowRate, perUnitFlowRate };
}

/** What a member has been paid: what it was when its units last changed, and by unit since then. */
export function paidTo(
  member: { units: bigint; settledAmount: bigint; syncedPerUnitSettledValue: bigint },
  perUnitSettledValue: bigint,
): bigint {
  return member.settledAmount + (perUnitSettledValue - member.syncedPerUnitSettledValue) * member.units;
}
