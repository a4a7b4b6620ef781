import * as exact from "../../model/exact.ts";
import type { Random } from "../../model/random.ts";
import { around, type Formula, MAX_CAPACITY_SCALED, MONTH, UINT96, UINT128 } from "./formula.ts";

const MAX_BACKLOG = 2n ** 64n - 1n;

/** `CapacityMath`, `FlowMath`, `TaskTypeLib`. */
export const capacityAndFlow: Record<string, Formula> = {
  remainingShareDown: {
    spec: "6.2",
    names: ["smoothing", "epochs"],
    results: ["share"],
    draw: (r) => [r.edgy(0n, exact.WAD), r.edgy(0n, 2n ** 32n)],
    exact: exact.remainingShareDown,
  },
  smooth: {
    spec: "6.2",
    names: ["current", "target", "smoothing", "epochs"],
    results: ["smoothed"],
    draw: (r) => [
      r.edgy(0n, MAX_CAPACITY_SCALED),
      r.edgy(0n, MAX_CAPACITY_SCALED),
      r.edgy(exact.WAD / 100n, exact.WAD),
      r.edgy(0n, 200n),
    ],
    exact: exact.smooth,
  },
  effectiveUnitsDown: {
    spec: "6.6",
    names: ["capacity", "backlog", "horizon"],
    results: ["units"],
    draw: (r) => {
      const [capacity, horizon] = [r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(1n, MONTH)];
      const full = (capacity * horizon) / exact.SCALE;
      const backlog = r.oneIn(3n) ? around(r, full) : r.edgy(0n, r.oneIn(2n) ? MAX_BACKLOG : full);
      // A whole number of units is left, or just not.
      const wholeUnits = r.edgy(0n, 2n ** 40n) * exact.SCALE + (backlog * exact.SCALE) / horizon;
      return [r.oneIn(3n) ? around(r, wholeUnits) : capacity, backlog, horizon];
    },
    exact: exact.effectiveUnitsDown,
  },
  capacityCapDown: {
    spec: "4.3",
    names: ["stake", "minimumStake", "bondPerUnit"],
    results: ["units"],
    draw: (r) => {
      const [stake, bond] = [r.edgy(0n, 2n ** 112n - 1n), r.edgy(1n, 2n ** 110n)];
      return [stake, r.oneIn(3n) ? around(r, stake) : r.edgy(0n, UINT128), bond];
    },
    exact: exact.capacityCapDown,
  },
  shouldMove: {
    spec: "7.2",
    names: ["current", "target", "overdue"],
    results: ["moves"],
    draw: (r) => {
      const low = r.edgy(0n, exact.MAX_UNITS);
      const high = r.oneIn(2n) ? around(r, (low * 21n) / 20n) : r.edgy(0n, exact.MAX_UNITS);
      return [...(r.oneIn(2n) ? [low, high] : [high, low]), r.oneIn(4n)];
    },
    exact: exact.shouldMove,
  },
  escrowUnitsUp: {
    spec: "7.4",
    names: ["inflow", "priceCap", "sinkUnits", "feeUnits"],
    results: ["units"],
    draw: (r) => {
      const [cap, sinkUnits, feeUnits] = [r.edgy(10_000n, 10n ** 24n), r.edgy(0n, 2n ** 60n), r.edgy(0n, 2n ** 50n)];
      return [r.oneIn(2n) ? around(r, cap * (sinkUnits + feeUnits)) : r.edgy(0n, UINT128), cap, sinkUnits, feeUnits];
    },
    exact: exact.escrowUnitsUp,
  },
  priceCapDown: {
    spec: "7.3",
    names: ["unitRate", "limit", "sinkUnits"],
    results: ["priceCap"],
    draw: (r) => {
      const [rate, units] = [r.edgy(10n ** 6n, 10n ** 24n), r.edgy(0n, exact.MAX_UNITS)];
      const lowest = (rate / exact.MIN_CAP_DIVISOR) * units;
      const limit = r.pick([around(r, rate * units), around(r, lowest), r.edgy(0n, UINT96)]);
      return [rate, limit, units];
    },
    exact: exact.priceCapDown,
  },
  shouldHeal: {
    spec: "7.10",
    names: ["leak", "flow", "units"],
    results: ["heals"],
    draw: (r) => {
      const [flow, leak] = [r.edgy(0n, UINT96), r.edgy(0n, UINT96)];
      const units = r.oneIn(2n) ? around(r, (flow + leak) / exact.LEAK_DIVISOR) : r.edgy(1n, exact.MAX_UNITS);
      return [r.oneIn(3n) ? around(r, flow / exact.LEAK_DIVISOR) : leak, flow, units];
    },
    exact: exact.shouldHeal,
  },
  minDepositUp: {
    spec: "8.14",
    names: ["unitEpoch", "sinkUnits"],
    results: ["amount"],
    draw: (r) => [r.edgy(1n, UINT128), r.edgy(0n, exact.MAX_UNITS)],
    exact: exact.minDepositUp,
  },
  feeUnitsDown: {
    spec: "7.8",
    names: ["sinkUnits", "fee"],
    results: ["units"],
    draw: (r) => [r.edgy(0n, exact.MAX_UNITS), r.edgy(0n, 9999n)],
    exact: exact.feeUnitsDown,
  },
  fillBucket: {
    spec: "7.5",
    names: ["bucket", "capacity", "paid", "depth"],
    results: ["level"],
    draw: (r) => {
      const [bucket, capacity] = [r.edgy(0n, UINT128), r.edgy(0n, 2n ** 200n)];
      return [bucket, capacity, r.oneIn(3n) ? around(r, bucket + capacity) : r.edgy(0n, UINT128), r.edgy(0n, UINT128)];
    },
    exact: exact.fillBucket,
  },
  pipelineLimitDown: {
    spec: "10.2",
    names: ["intake", "overflow", "horizon", "ratio"],
    results: ["limit"],
    draw: (r) => {
      const [intake, horizon] = [r.edgy(0n, 2n ** 176n), r.edgy(1n, MONTH)];
      const overflow = r.oneIn(3n) ? around(r, intake * 3n * horizon) : r.edgy(0n, UINT128);
      return [intake, overflow, horizon, r.edgy(1n, UINT96)];
    },
    exact: exact.pipelineLimitDown,
  },
  bondPerUnit: {
    spec: "4.2",
    names: ["unitRate", "horizon", "acknowledgementGrace", "epochLength", "receiptEpochs"],
    results: ["bond"],
    draw: bondInputs,
    exact: (...args) => exact.bondPerUnit(bondParameters(args)),
  },
  unbondingPeriod: {
    spec: "4.4",
    names: ["unitRate", "horizon", "acknowledgementGrace", "epochLength", "receiptEpochs"],
    results: ["seconds"],
    draw: bondInputs,
    exact: (...args) => exact.unbondingPeriod(bondParameters(args)),
  },
  minimumHorizonUp: {
    spec: "3",
    names: ["epochLength", "reportDelay"],
    results: ["seconds"],
    draw: (r) => [r.edgy(0n, 86_400n), r.edgy(0n, 86_400n)],
    exact: exact.minimumHorizonUp,
  },
};

function bondInputs(r: Random): readonly bigint[] {
  return [r.edgy(10n ** 11n, 10n ** 24n), r.edgy(1n, MONTH), r.edgy(0n, MONTH), r.edgy(12n, 86_400n), r.edgy(2n, 60n)];
}

function bondParameters([unitRate = 0n, horizon = 0n, acknowledgementGrace = 0n, ...rest]: bigint[]) {
  const [epochLength = 0n, receiptEpochs = 0n] = rest;
  return { unitRate, horizon, acknowledgementGrace, epochLength, receiptEpochs };
}
