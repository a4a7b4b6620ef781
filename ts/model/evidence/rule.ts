import { divideUp, excess, max, min, SCALE, WAD } from "../exact.ts";

/**
 * The rule of evidence in exact integers: what a sink owes for its pay, what that proves, and what it costs. Pay is public;
 * work is known only by receipts that sources may withhold, so the rule measures a sink against the pool and lets nobody
 * be judged where too little money takes part.
 *
 * Money in wei, time in seconds, shares with `WAD` = 1. Names end in `Down` or `Up` where a result is rounded.
 */

/** κ: nobody is judged where less than a third of the pay comes from sources that acknowledge anything at all. */
const QUORUM_DIVISOR = 3n;
/** The standard is at least half of what takes part, or one source that acknowledges its accomplice would set it. */
const FLOOR_DIVISOR = 2n;
/** 1 − θ: chance is as likely as lies. */
const EXPECTED_NUMERATOR = 95n;
const PERCENT = 100n;
/** ε: what spite may withhold from one sink. */
const SLACK = WAD / 20n;
/** χ: one in ten wei of pay is doubtful at exit, where nobody can wait for the next receipt. */
const DOUBT_DIVISOR = 10n;
const PENALTY_DIVISOR = 10n;
const BEYOND_NUMERATOR = 9n;
const BEYOND_DENOMINATOR = 10n;

/** Windows closed in a row in which a sink must be found beyond the horizon before it can be slashed. */
export const STRIKES = 3n;

/** The parameters of a task type that evidence depends on. */
export type EvidenceTerms = {
  /** q, wei/s per unit. */
  unitRate: bigint;
  /** T, seconds. */
  horizon: bigint;
  /** D, seconds. */
  acknowledgementGrace: bigint;
  /** V·h: the longest time between receipts, seconds. */
  receiptInterval: bigint;
};

/**
 * What of a source's spending counts as participating when it acknowledges something: all that it spent since its last
 * receipt, but of a longer silence only as much as of the longest time between receipts.
 *
 * @param spent Since the source's mark, wei
 * @param age Since the source's mark, seconds
 * @param receiptInterval V·h, seconds
 * @returns Wei, rounded down: less participates, so fewer are judged
 */
export const participatingDown = (spent: bigint, age: bigint, receiptInterval: bigint): bigint =>
  age <= receiptInterval ? spent : (spent * receiptInterval) / age;

/** Whether so much of the pay took part that it says something; nothing paid says nothing. */
export const isQuorum = (participating: bigint, paid: bigint): boolean =>
  paid > 0n && QUORUM_DIVISOR * participating >= paid;

/** `part` of `whole` as a share, at most 1, rounded down; `whole` is not zero. */
export const shareDown = (part: bigint, whole: bigint): bigint => min(WAD, (part * WAD) / whole);

/** What a window of a sink's ledger says of the pool. */
export type Standard = {
  /** σ: the share of pay to measure against; above zero wherever there is a quorum. */
  standard: bigint;
  /** φ = (1 − θ)σ − ε: the share of its pay that a sink is expected to have acknowledged. */
  expected: bigint;
  /** Whether as much was acknowledged as the floor: otherwise nobody is struck. */
  firm: boolean;
};

/**
 * The standard that a pool sets.
 *
 * @param acknowledged π, the share of the pool's pay that was acknowledged
 * @param participating P, the share of it that took part
 * @returns All rounded down, which favours the sink
 */
export function standardDown(acknowledged: bigint, participating: bigint): Standard {
  const floor = participating / FLOOR_DIVISOR;
  const standard = max(acknowledged, floor);
  return {
    standard,
    expected: excess((standard * EXPECTED_NUMERATOR) / PERCENT, SLACK),
    firm: acknowledged >= floor,
  };
}

/** What a sink owes for its pay, in pay: ΔR·φ/σ, wei, rounded down, which favours the sink. */
export const debitDown = (received: bigint, { expected, standard }: Standard): bigint =>
  (received * expected) / standard;

/** What a receipt is worth in pay: ΔA/σ, wei, rounded up, which favours the sink. */
export const creditUp = (acknowledged: bigint, { standard }: Standard): bigint =>
  divideUp(acknowledged * WAD, standard);

/** The capacity that the grace is measured by: it follows C̄ up at once and halves the distance on the way down. */
export const peakAfterDown = (peakScaled: bigint, capacityScaled: bigint): bigint =>
  max(capacityScaled, (peakScaled + capacityScaled) / 2n);

/**
 * The backlog that a ledger proves: (owed/q − peak·D)⁺.
 *
 * @param owed Wei, less what was acknowledged since it was counted
 * @param peakScaled Billionths of a unit
 * @returns Unit-seconds. owed/q rounds down and peak·D up: both favour the sink.
 */
export const provenBacklogDown = (
  owed: bigint,
  peakScaled: bigint,
  { unitRate, acknowledgementGrace }: Pick<EvidenceTerms, "unitRate" | "acknowledgementGrace">,
): bigint => excess(owed / unitRate, divideUp(peakScaled * acknowledgementGrace, SCALE));

/** Whether a backlog has reached nine tenths of C̄·T; none never has. */
export const isBeyondHorizon = (backlog: bigint, capacityScaled: bigint, horizon: bigint): boolean =>
  backlog > 0n && BEYOND_DENOMINATOR * backlog * SCALE >= BEYOND_NUMERATOR * capacityScaled * horizon;

/**
 * What of the pay is unearned, if `owed` is owed. `owed` counts only what is expected, so who owes half of that has not
 * earned half of its pay; but never more than twice what is owed.
 *
 * @param received Since nothing was owed, wei
 * @param earned Since nothing was owed, wei of pay
 * @returns Wei, rounded down, which favours the sink
 */
export const unearnedDown = (owed: bigint, received: bigint, earned: bigint): bigint =>
  owed === 0n ? 0n : min(2n * owed, (received * owed) / (owed + earned));

/** What the unearned pay costs: the tenth above it is the penalty. Wei, rounded down, which favours the sink. */
export const withPenaltyDown = (unearned: bigint): bigint => unearned + unearned / PENALTY_DIVISOR;

/**
 * What a sink pays that leaves: a tenth of its pay is in doubt, at most half of what it owes.
 *
 * @returns Wei, rounded down, which favours the sink
 */
export function exitChargeDown(owed: bigint, received: bigint, earned: bigint): bigint {
  const doubt = min(received / DOUBT_DIVISOR, owed / 2n);
  return withPenaltyDown(unearnedDown(owed - doubt, received, earned));
}
