import { worthPerDay } from "../worth.ts";

export type PropagateView = {
  /** What the pipeline would allow the sinks together if it were told now, wei per second; undefined without one. */
  limit: bigint | undefined;
  /** What the sinks together can be paid under the limit that is set, wei per second. */
  intake: bigint;
  /** q: wei per second and unit. */
  unitRate: bigint;
  /** U: units of all sinks. */
  sinkUnits: bigint;
  /** Wei. */
  minAmount: bigint;
};

/** A limit that is off by less waits: 1/100. */
const TOLERANCE = 100n;

/** Whether a pool's intake is off from min(q·U, limit) by 1/100 of the larger, and by enough in a day. */
export function shouldPropagate({ limit, intake, unitRate, sinkUnits, minAmount }: PropagateView): boolean {
  if (limit === undefined) return false;
  const full = unitRate * sinkUnits;
  const due = limit < full ? limit : full;
  const off = due > intake ? due - intake : intake - due;
  const larger = due > intake ? due : intake;
  return off > 0n && off * TOLERANCE >= larger && worthPerDay(off, minAmount);
}
