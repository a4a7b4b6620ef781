import { judgePool, type PoolReading, type SplitOption, UnusableReadingError } from "./judgePool.ts";

export type SplitBudgetParameters = {
  /** What all pools together are streamed, wei per second. */
  budget: bigint;
  /** Equivalent task types, in any order; of one super token. */
  pools: readonly PoolReading[];
  /** By the chain's clock, Unix seconds. */
  now: number;
};

/** Why the split is what it is: money for the first time, from a dead pool, from a dear one; as it was; all pools dead. */
export type SplitReason = "started" | "left" | "moved" | "kept" | "stopped";

export type SplitBudgetReturnType = {
  /** What to stream to each pool, in the order of the pools, wei per second. */
  rates: bigint[];
  /** Until when each is barred, Unix seconds: what to hand in the next time. */
  barredUntil: number[];
  reason: SplitReason;
};

/** η; the price difference that is worth a transaction; least share of a pool that lives; most that moves at a time. */
const [ETA, BAND, FLOOR, STEP] = [0.5, 0.2, 0.02, 0.1];

/** How far a price counts above or below the mean. */
const REACH = 2;

/**
 * Splits a budget among pools that sell the same work: exponentiated gradient on a congestion price. Asked every ten
 * minutes, it moves money from where prices are high to where they are low, a little at a time, and takes it from a dead
 * pool at once. Pure: what it knows is in its arguments. With price and death as `judgePool` has them, and shares
 * w = rate / sum of the rates:
 *
 *     w of dead pools → 0, and what they had to the others by room max(0, q·U − L) + rate / 10
 *     c̄ = Σ w·price;  if c̄ − least price > 0.2:
 *       v ∝ w·exp(−½·(price − c̄, within ±2)), then at least 0.02 each
 *       w ← w + (v − w)·min(1, 0.1 / d),  d = ½·Σ|v − w|
 *     rate = w·budget
 *
 * An example: two pools of 100 units, the unit rate 10¹² wei per second, 0.45·10¹⁴ of the budget's 0.9·10¹⁴ in each; one has
 * an inflow of 95 units and the other one of 60. The prices are 1 + (0.95 − 0.85) / 0.15 = 1.667 and 1, c̄ is 1.333, v is
 * 0.4174 and 0.5826, d is 0.0826 and so within the step: 0.3757·10¹⁴ and 0.5243·10¹⁴ wei per second.
 *
 * The sum of the rates is the budget, to the wei: each is rounded down, and what is left goes to the largest. Only if all
 * pools are dead are all rates 0. A split that is kept changes no rate unless the budget has changed.
 * @throws {UnusableReadingError}
 * @example
 * const { rates } = splitBudget({ budget: parseEther("0.00009"), pools: [one, other], now });
 */
export function splitBudget({ budget, pools, now }: SplitBudgetParameters): SplitBudgetReturnType {
  const meanUnitRate = pools.reduce((sum, { unitRate }) => sum + Number(unitRate), 0) / pools.length;
  const options = pools.map((pool) => judgePool({ pool, budget, meanUnitRate, now }));
  return { ...splitOptions(budget, options), barredUntil: options.map(({ barredUntil }) => barredUntil) };
}

/**
 * As `splitBudget`, of what was judged already. For work that passes several pools: the price of a way is the sum of its
 * pools', its room the least of theirs, and it is open if all are.
 * @throws {UnusableReadingError}
 * @example
 * const { rates, reason } = splitOptions(budget, [oneWay, otherWay]);
 */
export function splitOptions(
  budget: bigint,
  options: readonly SplitOption[],
): { rates: bigint[]; reason: SplitReason } {
  if (options.length === 0) throw new UnusableReadingError("a budget is split among at least one pool", 0);
  if (budget < 0n) throw new UnusableReadingError("a budget is at least 0", budget);
  if (options.every(({ open }) => !open)) return { rates: options.map(() => 0n), reason: "stopped" };
  const rates = options.map(({ rate }) => rate);
  const total = sum(rates);
  const stranded = total === 0n ? 1 : share(sum(options.map(({ open, rate }) => (open ? 0n : rate))), total);
  const before = stranded === 0 ? rates.map((rate) => share(rate, total)) : reassigned(options, total, stranded);
  const after = shifted(options, before);
  const reason = total === 0n ? "started" : stranded > 0 ? "left" : after === undefined ? "kept" : "moved";
  if (reason === "kept") return { rates: divide(budget, rates), reason };
  const parts = (after ?? before).map((part) => BigInt(Math.round(part * 2 ** 52)));
  return { rates: divide(budget, parts), reason };
}

export type RestrainBudgetParameters = {
  /** What the source would spend, wei per second. */
  budget: bigint;
  /** What it has in the escrows of the pools that it streams to, wei. */
  owned: bigint;
  /** T, seconds. */
  horizon: number;
};

/** So much of a budget may wait in escrows, seconds, before less is streamed. */
const PATIENCE = 120;

/**
 * What to spend while one's own money piles up in escrows, since no pool can absorb more: with more than two minutes of
 * the budget there, less by what is beyond them in horizons, and at least half. Wei per second, rounded down.
 * @example
 * const budget = restrainBudget({ budget: 1000n, owned: 210_000n, horizon: 360 }); // 750n
 */
export function restrainBudget({ budget, owned, horizon }: RestrainBudgetParameters): bigint {
  if (budget <= 0n) return 0n;
  const excess = share(owned, budget) - PATIENCE;
  const part = Math.max(0.5, 1 - Math.max(0, excess) / horizon);
  return part === 1 ? budget : (budget * BigInt(Math.floor(part * 1e6))) / 1_000_000n;
}

/** The shares after what dead pools had, all of it if nothing flows yet, was given to those that live. */
function reassigned(options: readonly SplitOption[], total: bigint, stranded: number): number[] {
  const rooms = options.map(({ open, room }) => (open ? room : 0n));
  const room = sum(rooms);
  return options.map(({ open, rate }, i) => {
    const kept = open && total > 0n ? share(rate, total) : 0;
    return kept + stranded * share(rooms[i] as bigint, room);
  });
}

/** One step down the gradient; undefined if prices differ too little for one. */
function shifted(options: readonly SplitOption[], shares: readonly number[]): number[] | undefined {
  const open = options.filter((option) => option.open);
  const mean = options.reduce((sum, { price }, i) => sum + (shares[i] as number) * price, 0);
  if (mean - Math.min(...open.map(({ price }) => price)) <= BAND) return undefined;
  const wanted = options.map((option, i) => {
    const distance = Math.max(-REACH, Math.min(REACH, option.price - mean));
    return option.open ? (shares[i] as number) * Math.exp(-ETA * distance) : 0;
  });
  const target = floored(options, normalised(wanted), Math.min(FLOOR, 1 / (2 * open.length)));
  const distance = target.reduce((sum, part, i) => sum + Math.abs(part - (shares[i] as number)), 0) / 2;
  const step = distance === 0 ? 0 : Math.min(1, STEP / distance);
  return shares.map((part, i) => part + ((target[i] as number) - part) * step);
}

/** Gives every open option at least the floor, out of what the others have above it. */
function floored(options: readonly SplitOption[], shares: readonly number[], floor: number): number[] {
  const excess = shares.map((part, i) => (options[i]?.open ? Math.max(0, part - floor) : 0));
  const all = excess.reduce((sum, part) => sum + part, 0);
  const left = 1 - floor * options.filter(({ open }) => open).length;
  return options.map(({ open }, i) => (open ? floor + ((excess[i] as number) / all) * left : 0));
}

function normalised(parts: readonly number[]): number[] {
  const all = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / all);
}

/** Divides in proportion, each part rounded down; what is left goes to the largest. */
function divide(amount: bigint, parts: readonly bigint[]): bigint[] {
  const all = sum(parts);
  const divided = parts.map((part) => (amount * part) / all);
  const largest = parts.reduce((best, part, i) => (part > (parts[best] as bigint) ? i : best), 0);
  divided[largest] = (divided[largest] as bigint) + amount - sum(divided);
  return divided;
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
const share = (part: bigint, whole: bigint): number => Number(part) / Number(whole);
