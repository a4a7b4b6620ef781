import * as rule from "../../model/evidence/rule.ts";
import * as exact from "../../model/exact.ts";
import type { Random } from "../../model/random.ts";
import { around, type Formula, MAX_CAPACITY_SCALED, MONTH, UINT128 } from "./formula.ts";

/** `LedgerMath`: the rule of evidence. */
export const evidence: Record<string, Formula> = {
  participatingDown: {
    spec: "9.3",
    names: ["spent", "age", "receiptInterval"],
    results: ["participating"],
    draw: (r) => {
      const interval = r.edgy(24n, MONTH);
      return [r.edgy(0n, UINT128), r.oneIn(3n) ? around(r, interval) : r.edgy(0n, 2n ** 32n), interval];
    },
    exact: rule.participatingDown,
  },
  isQuorum: {
    spec: "9.5",
    names: ["participating", "paid"],
    results: ["quorum"],
    draw: (r) => {
      const part = r.edgy(0n, UINT128);
      return [part, r.oneIn(2n) ? around(r, 3n * part) : r.edgy(0n, UINT128)];
    },
    exact: rule.isQuorum,
  },
  shareDown: {
    spec: "9.6",
    names: ["part", "whole"],
    results: ["share"],
    draw: (r) => {
      const whole = r.edgy(1n, UINT128);
      return [r.oneIn(3n) ? around(r, whole) : r.edgy(0n, UINT128), whole];
    },
    exact: rule.shareDown,
  },
  standardDown: {
    spec: "9.6",
    names: ["acknowledged", "participating"],
    results: ["standard", "expected", "firm"],
    draw: (r) => {
      const participating = r.edgy(exact.WAD / 3n, exact.WAD);
      return [r.oneIn(2n) ? around(r, participating / 2n) : r.edgy(0n, exact.WAD), participating];
    },
    exact: (acknowledged, participating) => {
      const { standard, expected, firm } = rule.standardDown(acknowledged, participating);
      return [standard, expected, firm];
    },
  },
  debitDown: {
    spec: "9.6",
    names: ["received", "expected", "standard"],
    results: ["debit"],
    draw: (r) => {
      const standard = someStandard(r);
      return [r.edgy(0n, UINT128), standard.expected, standard.standard];
    },
    exact: (received, expected, standard) => rule.debitDown(received, { expected, standard, firm: true }),
  },
  creditUp: {
    spec: "9.6",
    names: ["acknowledged", "standard"],
    results: ["credit"],
    draw: (r) => [r.edgy(0n, UINT128), someStandard(r).standard],
    exact: (acknowledged, standard) => rule.creditUp(acknowledged, { expected: 0n, standard, firm: true }),
  },
  peakAfterDown: {
    spec: "9.6",
    names: ["peak", "capacity"],
    results: ["after"],
    draw: (r) => [r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(0n, MAX_CAPACITY_SCALED)],
    exact: rule.peakAfterDown,
  },
  provenBacklogDown: {
    spec: "9.9",
    names: ["owed", "unitRate", "peak", "grace"],
    results: ["backlog"],
    draw: (r) => {
      const [rate, peak, grace] = [r.edgy(10n ** 11n, 10n ** 24n), r.edgy(0n, MAX_CAPACITY_SCALED), r.edgy(0n, MONTH)];
      const graceWei = (rate * peak * grace) / exact.SCALE;
      return [r.oneIn(3n) ? around(r, graceWei) : r.edgy(0n, UINT128), rate, peak, grace];
    },
    exact: (owed, unitRate, peak, acknowledgementGrace) =>
      rule.provenBacklogDown(owed, peak, { unitRate, acknowledgementGrace }),
  },
  isBeyondHorizon: {
    spec: "9.9",
    names: ["backlog", "capacity", "horizon"],
    results: ["beyond"],
    draw: (r) => {
      // Of a multiple of ten units, nine tenths are reached exactly.
      const capacity = r.oneIn(2n) ? r.edgy(0n, 2n ** 36n) * 10n * exact.SCALE : r.edgy(0n, MAX_CAPACITY_SCALED);
      const horizon = r.edgy(1n, MONTH);
      const threshold = (9n * capacity * horizon) / (10n * exact.SCALE);
      return [r.oneIn(2n) ? around(r, threshold) : r.edgy(0n, UINT128), capacity, horizon];
    },
    exact: rule.isBeyondHorizon,
  },
  unearnedDown: {
    spec: "9.10",
    names: ["owed", "received", "earned"],
    results: ["unearned"],
    draw: someDebt,
    exact: rule.unearnedDown,
  },
  withPenaltyDown: {
    spec: "9.10",
    names: ["unearned"],
    results: ["taken"],
    draw: (r) => [r.edgy(0n, UINT128)],
    exact: rule.withPenaltyDown,
  },
  exitChargeDown: {
    spec: "9.11",
    names: ["owed", "received", "earned"],
    results: ["charge"],
    draw: someDebt,
    exact: rule.exitChargeDown,
  },
};

const someStandard = (r: Random): rule.Standard =>
  rule.standardDown(r.edgy(0n, exact.WAD), r.edgy(exact.WAD / 3n, exact.WAD));

function someDebt(r: Random): readonly bigint[] {
  return [r.edgy(0n, UINT128), r.edgy(0n, UINT128), r.oneIn(4n) ? 0n : r.edgy(0n, UINT128)];
}
