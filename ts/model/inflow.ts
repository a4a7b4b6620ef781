import { excess, fillBucket, MAX_AMOUNT, min, saturate, WAD } from "./exact.ts";

/** How long money must confirm a change of inflow before the escrow follows it, seconds. */
export const CONFIRM_DELAY = 12n;

const MAX_RECEIVED = 2n ** 160n - 1n;
const MAX_RATE = 2n ** 96n - 1n;

/** Units of the members of a pool. */
export type Units = { sinks: bigint; escrow: bigint; fee: bigint };

/** Units of the escrow buffer as a member. */
export const heldUnits = ({ escrow, fee }: Units): bigint => escrow + fee;

export const allUnits = ({ sinks, escrow, fee }: Units): bigint => sinks + escrow + fee;

/**
 * What has flowed through a pool and what it confirms; all of it follows from what the escrow received as a member. The
 * second implementation of the Solidity library `InflowBook`, whose state machine it keeps: an anchor younger than
 * {@link CONFIRM_DELAY} waits, an older one is ripe, and from one epoch on whoever looks must record.
 */
export type Inflow = {
  /** Received by the escrow as a member: own units, fee units, drains; wei. */
  received: bigint;
  /** Confirmed inflow, wei/s. */
  confirmed: bigint;
  /** Received by the sinks together, drains included; wei. */
  paid: bigint;
  /** Paid to all members since the anchor, drains excluded; wei. */
  sinceAnchor: bigint;
  /** The token bucket, wei. */
  spare: bigint;
  /** What unit updates have taken from the members since it was last split again, at most; wei/s. */
  leak: bigint;
  /** What of `received` is fee, wei. */
  feeIncome: bigint;
  /** What a stream of one wei/s that stayed has paid to the escrow, at least; wei · 10¹⁸. */
  overflowTime: bigint;
  /** Unix seconds. */
  recordedAt: bigint;
  /** Unix seconds. */
  anchoredAt: bigint;
};

export const noInflow = (now: bigint): Inflow => ({
  received: 0n,
  confirmed: 0n,
  paid: 0n,
  sinceAnchor: 0n,
  spare: 0n,
  leak: 0n,
  feeIncome: 0n,
  overflowTime: 0n,
  recordedAt: now,
  anchoredAt: now,
});

/**
 * The book as of now.
 *
 * @param units Have not changed since the last record
 * @param received By the escrow as a member in all, wei
 * @param priceCap wei/s per unit
 * @param depth Of the token bucket, wei
 */
export function asOfNow(
  book: Inflow,
  units: Units,
  received: bigint,
  priceCap: bigint,
  depth: bigint,
  now: bigint,
): Inflow {
  const time = now - book.recordedAt;
  const counted = min(received, MAX_RECEIVED);
  const perUnit = (counted - book.received) / heldUnits(units);
  const toSinks = perUnit * units.sinks;
  return {
    ...book,
    received: counted,
    paid: saturate(book.paid + toSinks),
    sinceAnchor: saturate(book.sinceAnchor + perUnit * allUnits(units)),
    feeIncome: saturate(book.feeIncome + perUnit * units.fee),
    spare: saturate(fillBucket(book.spare, priceCap * units.sinks * time, toSinks, min(depth, MAX_AMOUNT))),
    overflowTime: book.overflowTime + overflowTimeDown(units, time, perUnit, book.leak),
    recordedAt: now,
  };
}

/**
 * What a stream of one wei/s that stayed for `time` is credited: t · e/u · P / (P + t + t · leak/u). All such streams
 * together are credited at most e · P, which is what the escrow received, whatever rates came and went meanwhile.
 *
 * @param perUnit P: what one unit was paid meanwhile, wei
 * @returns wei · 10¹⁸, rounded down
 */
export function overflowTimeDown(units: Units, time: bigint, perUnit: bigint, leak: bigint): bigint {
  if (perUnit === 0n) return 0n;
  return (time * WAD * units.escrow * perUnit) / (allUnits(units) * (perUnit + time) + leak * time);
}

/** Counts a drain of `perUnit` wei to every unit, which is no inflow. */
export const withDrain = (book: Inflow, units: Units, perUnit: bigint): Inflow => ({
  ...book,
  received: min(book.received + perUnit * heldUnits(units), MAX_RECEIVED),
  paid: saturate(book.paid + perUnit * units.sinks),
  feeIncome: saturate(book.feeIncome + perUnit * units.fee),
  spare: book.spare - perUnit * allUnits(units),
});

/** What the escrow's own units have received, wei. */
export const incomeOf = ({ received, feeIncome }: Inflow): bigint => received - feeIncome;

/** Whether the anchor is old enough for the money since to confirm a rate. */
export const isRipe = ({ anchoredAt }: Inflow, now: bigint): boolean => now >= anchoredAt + CONFIRM_DELAY;

/** What money says since the anchor, wei/s, rounded down. */
export const average = ({ sinceAnchor, anchoredAt }: Inflow, now: bigint): bigint => sinceAnchor / (now - anchoredAt);

/** Whether money says what `rate` says, but for what Superfluid rounds away. */
export function confirms(book: Inflow, rate: bigint, units: bigint, now: bigint): boolean {
  const money = average(book, now);
  return excess(money, rate) + excess(rate, money) <= units + book.leak;
}

/** The book that takes `rate` as the confirmed inflow and anchors anew. */
export const confirmed = (book: Inflow, rate: bigint, now: bigint): Inflow => ({
  ...book,
  confirmed: min(rate, MAX_RATE),
  sinceAnchor: 0n,
  anchoredAt: now,
});
