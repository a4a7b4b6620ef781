import * as exact from "../../model/exact.ts";
import * as inflow from "../../model/inflow.ts";
import { type Formula, MONTH, UINT96, UINT128 } from "./formula.ts";

/** What a record of the pool's book reads and writes. */
const RECORDED = ["received", "paid", "sinceAnchor", "spare", "feeIncome", "overflowTime"].map(
  (name) => `book.${name}`,
);
const UNITS = ["sinks", "escrow", "fee"].map((name) => `units.${name}`);

const MAX_RECEIVED = 2n ** 160n - 1n;

/** `InflowBook`, `StreamedAmount`: what has flowed. */
export const inflowBook: Record<string, Formula> = {
  asOfNow: {
    spec: "7.5",
    names: ["book", "units", "received", "priceCap", "depth", "seconds"],
    results: ["book"],
    fields: { read: [...RECORDED, "book.leak", ...UNITS], written: RECORDED },
    draw: (r) => {
      const received = r.edgy(0n, r.oneIn(4n) ? MAX_RECEIVED : UINT128);
      const book = {
        ...inflow.noInflow(0n),
        received,
        paid: r.edgy(0n, UINT128),
        sinceAnchor: r.edgy(0n, UINT128),
        spare: r.edgy(0n, UINT128),
        leak: r.edgy(0n, r.oneIn(2n) ? UINT96 : 10n ** 12n),
        feeIncome: r.edgy(0n, exact.min(received, UINT128)),
        overflowTime: r.edgy(0n, 2n ** 90n),
      };
      const units = { sinks: r.edgy(0n, 10n ** 12n), escrow: r.edgy(1n, 10n ** 12n), fee: r.edgy(0n, 10n ** 10n) };
      const seconds = r.edgy(0n, MONTH);
      const perUnit = r.edgy(0n, r.oneIn(4n) ? UINT128 : 10n ** 16n * (seconds + 1n));
      const now = received + perUnit * inflow.heldUnits(units) + r.between(0n, inflow.heldUnits(units) - 1n);
      const priceCap = r.edgy(0n, 10n ** 24n);
      return [book, units, now, priceCap, r.edgy(0n, 10n ** 24n * units.sinks * 86_400n), seconds];
    },
    exact: (book, units, received, priceCap, depth, seconds) => ({
      ...inflow.asOfNow(book, units, received, priceCap, depth, seconds),
      recordedAt: 0n,
    }),
  },
  totalAt: {
    spec: "8.13",
    names: ["total", "syncedAt", "rate", "changedAt", "now"],
    results: ["total"],
    draw: (r) => {
      const now = r.between(1n, 2n ** 32n - 1n);
      const moment = (): bigint => now - r.edgy(0n, now);
      return [r.edgy(0n, 2n ** 120n), moment(), r.edgy(0n, 2n ** 95n - 1n), moment(), now];
    },
    exact: exact.totalAt,
  },
};
