import { divideUp, excess, min, saturate, WAD } from "./exact.ts";

/** How much larger the unit of shares gets at the end of a scale. */
const SCALE = 10n ** 9n;

/** After so many scales nothing is left of any number of shares. */
const SCALES_TO_ZERO = 9n;

/** A scale ends when a wei stands for more than this. */
const MAX_SHARES_PER_WEI = WAD * SCALE;

/** Behind the point of wei per share, and of wei per share of a rate. */
const PER_SHARE = 2n ** 160n;
const PER_RATE = 2n ** 32n;

const MAX_WORD = 2n ** 256n - 1n;
const MAX_LEAVING = 2n ** 224n - 1n;

/**
 * Whose the overflow is: the second implementation of the Solidity library `ReturnShares`, which explains it. Amounts in
 * wei, shares in 10⁻¹⁸. Claims round down, what covers them rounds up.
 */
export type Book = {
  /** All shares. */
  shares: bigint;
  /** Σ (shares − rate · sharesPerRate) of all claims. */
  base: bigint;
  /** Shares that one wei/s has bought so far, times 10¹⁸. */
  sharesPerRate: bigint;
  /** How often the unit of shares has grown. */
  scale: bigint;
  /** Wei set aside per share so far, times 2¹⁶⁰. */
  setAsidePerShare: bigint;
  /** Wei set aside so far for the shares of one wei/s, times 10¹⁸ · 2³². */
  setAsidePerRate: bigint;
  /** What the claims ask for of `setAside`; an upper bound. */
  claimed: bigint;
  /** Overflow that the shares divide. */
  owned: bigint;
  /** Overflow that is nobody's. */
  unowned: bigint;
  /** What left the overflow and waits for its sources. */
  setAside: bigint;
  /** Income that is counted. */
  income: bigint;
  /** Σ rate of all claims, wei/s. */
  rate: bigint;
  /** Overflow time that is counted, wei · 10¹⁸. */
  overflowTime: bigint;
};

/** What one source had when it was last synchronised. */
export type Claim = {
  shares: bigint;
  sharesPerRate: bigint;
  scale: bigint;
  setAsidePerShare: bigint;
  setAsidePerRate: bigint;
  /** Wei that are its own for certain. */
  payableNow: bigint;
  /** Its stream, wei/s. */
  rate: bigint;
  /** Unix seconds. */
  syncedAt: bigint;
  /** Those of its shares that it asked to have back. */
  leaving: bigint;
  /** When it asked, Unix seconds; 0 for never. */
  leavingSince: bigint;
};

/** `setAsidePerShare` at the end of each scale that has ended. */
export type Ends = Map<bigint, bigint>;

export const emptyBook = (): Book => ({
  ...{ shares: 0n, base: 0n, sharesPerRate: 0n, scale: 0n, setAsidePerShare: 0n, setAsidePerRate: 0n },
  ...{ claimed: 0n, owned: 0n, unowned: 0n, setAside: 0n, income: 0n, rate: 0n, overflowTime: 0n },
});

export const noClaim = (): Claim => ({
  ...{ shares: 0n, sharesPerRate: 0n, scale: 0n, setAsidePerShare: 0n, setAsidePerRate: 0n },
  ...{ payableNow: 0n, rate: 0n, syncedAt: 0n, leaving: 0n, leavingSince: 0n },
});

const timesRate = (rate: bigint, sharesPerRate: bigint): bigint => (rate * sharesPerRate) / WAD;
const baseOf = ({ shares, rate, sharesPerRate }: Claim): bigint => shares - timesRate(rate, sharesPerRate);

/** A quarter of a word, for what a pretended rate could make as large as it likes. */
const saturating = (amount: bigint): bigint => min(amount, MAX_WORD >> 2n);
const sum = (...amounts: bigint[]): bigint => amounts.reduce((total, amount) => min(total + amount, MAX_WORD));

/** All overflow, wei. */
export const overflowOf = ({ owned, unowned }: Book): bigint => owned + unowned;

/** What the claims have together if every stream stayed as it was, less one at most. */
export const claimedShares = (book: Book): bigint => book.base + timesRate(book.rate, book.sharesPerRate);

/** What shares are worth, wei, rounded down. */
export const worthDown = (book: Book, shares: bigint): bigint =>
  shares >= book.shares ? book.owned : (shares * book.owned) / book.shares;

/** What shares are worth, wei, rounded up. */
export const worthUp = (book: Book, shares: bigint): bigint =>
  shares >= book.shares ? book.owned : divideUp(shares * book.owned, book.shares);

// ------------------------------------------------------------------------------------------------- Money
// What follows changes the book that it is given.

/**
 * Counts what the pool paid: it buys shares at the price of the moment, first one wei for one.
 *
 * @param income Wei so far
 * @param overflowTime What a stream of one wei/s that stayed has paid so far, wei · 10¹⁸
 */
export function accrue(book: Book, income: bigint, overflowTime: bigint): void {
  const gained = income - book.income;
  const [shares, owned] = book.shares === 0n ? [WAD, 1n] : [book.shares, book.owned];
  book.shares += divideUp(gained * shares, owned);
  book.sharesPerRate += ((overflowTime - book.overflowTime) * shares) / owned;
  book.owned = saturate(book.owned + gained);
  book.income = income;
  book.overflowTime = overflowTime;
}

/** Adds money that no stream paid; it is nobody's. */
export function donate(book: Book, amount: bigint): void {
  book.unowned = saturate(book.unowned + amount);
}

/** Pays `amount` wei to the sinks, nobody's first; `back` of it are income of the escrow's own units. */
export function drain(book: Book, amount: bigint, back: bigint): void {
  const left = excess(amount, back);
  const fromUnowned = min(left, book.unowned);
  book.owned -= left - fromUnowned;
  book.unowned = saturate(book.unowned - fromUnowned + excess(back, amount));
  book.income += back;
}

/** Sets aside as much of `tooMuch` as the claims own, and gives up what nobody claims; returns the former, wei. */
export function release(book: Book, tooMuch: bigint): bigint {
  const sharesUp = claimedShares(book) + 1n;
  const held = min(sharesUp, book.shares);
  if (held === 0n || sharesUp === 1n || tooMuch === 0n) return 0n;
  const perShare = min(saturating((tooMuch * PER_SHARE) / held), (book.owned * PER_SHARE) / book.shares);
  const amount = divideUp(held * perShare, PER_SHARE);
  const taken = divideUp(book.shares * perShare, PER_SHARE);
  book.owned -= taken;
  book.unowned = saturate(book.unowned + taken - amount);
  book.setAside = saturate(book.setAside + amount);
  book.claimed = sum(book.claimed, saturating((sharesUp * perShare) / PER_SHARE) + 1n);
  book.setAsidePerShare += perShare;
  book.setAsidePerRate += (book.sharesPerRate * perShare * PER_RATE) / PER_SHARE;
  return amount;
}

/** Ends as many scales as it takes that a wei stands for no more than 10²⁷ shares. */
export function rescale(book: Book, ends: Ends): void {
  if (book.owned === 0n && book.shares !== 0n) {
    ends.set(book.scale, book.setAsidePerShare);
    book.scale += SCALES_TO_ZERO;
    book.shares = 0n;
    book.base = 0n;
    book.sharesPerRate = 0n;
  }
  while (book.shares > book.owned * MAX_SHARES_PER_WEI) {
    ends.set(book.scale, book.setAsidePerShare);
    book.scale += 1n;
    const sharesUp = divideUp(claimedShares(book) + 1n, SCALE) + 1n;
    book.shares = divideUp(book.shares, SCALE);
    book.sharesPerRate /= SCALE;
    book.base = sharesUp - timesRate(book.rate, book.sharesPerRate);
  }
}

// ------------------------------------------------------------------------------------------------- Claims
// What follows changes the book and the claim that it is given.

/**
 * Brings a claim up to date and lets it go on at `rate`.
 *
 * @param stayed Whether the stream has had the claim's rate ever since it was last synchronised
 */
export function sync(book: Book, claim: Claim, ends: Ends, stayed: boolean, rate: bigint, now: bigint): void {
  // Through the end of a scale, what its rate bought is rounded anew; what it leaves would be less than one too low.
  if (claim.scale !== book.scale && claim.rate !== 0n) book.base += 1n;
  const { forShares, forRate } = follow(book, claim, ends);
  const asked = sum(claim.payableNow, sum(forShares, forRate));
  claim.payableNow = min(stayed ? asked : sum(claim.payableNow, forShares), book.setAside);
  book.claimed = sum(excess(book.claimed, asked), claim.payableNow);
  const unclaimed = excess(book.setAside, book.claimed);
  book.setAside -= unclaimed;
  book.unowned = saturate(book.unowned + unclaimed);

  book.base -= baseOf(claim);
  if (stayed) claim.shares += timesRate(claim.rate, excess(book.sharesPerRate, claim.sharesPerRate));
  book.rate += rate - claim.rate;
  claim.rate = rate;
  claim.sharesPerRate = book.sharesPerRate;
  claim.setAsidePerShare = book.setAsidePerShare;
  claim.setAsidePerRate = book.setAsidePerRate;
  claim.syncedAt = now;
  book.base += baseOf(claim);
}

/** Asks to have back, one horizon later, what a synchronised claim has now; returns how many shares that are. */
export function ask(claim: Claim, now: bigint): bigint {
  claim.leaving = min(claim.shares, MAX_LEAVING);
  claim.leavingSince = now;
  return claim.leaving;
}

/** Ends `shares` of a synchronised claim: what they are worth is its own; returns that, wei. */
export function redeem(book: Book, claim: Claim, shares: bigint): bigint {
  const value = worthDown(book, shares);
  book.shares = excess(book.shares, shares);
  book.base -= shares;
  claim.shares -= shares;
  claim.leaving = 0n;
  claim.leavingSince = 0n;
  claim.payableNow = saturate(claim.payableNow + value);
  book.setAside = saturate(book.setAside + value);
  book.claimed = sum(book.claimed, value);
  const left = book.owned - value;
  book.owned = min(left, book.shares / WAD);
  book.unowned = saturate(book.unowned + left - book.owned);
  return value;
}

/** Takes out what is the claim's own; returns it, wei. */
export function pay(book: Book, claim: Claim): bigint {
  const amount = claim.payableNow;
  claim.payableNow = 0n;
  book.setAside -= amount;
  book.claimed = excess(book.claimed, amount);
  return amount;
}

/** Follows the book through the scales that have ended since, and adds up what was set aside meanwhile. */
function follow(book: Book, claim: Claim, ends: Ends): { forShares: bigint; forRate: bigint } {
  let start = claim.setAsidePerShare;
  let forShares = 0n;
  // What was set aside for what the rate had bought before counts in `forShares`.
  let before = 0n;
  for (;;) {
    // What is next to nothing stays so, and needs no look at the scales in between.
    const caughtUp = claim.scale === book.scale || (claim.shares === 0n && claim.sharesPerRate < 2n);
    const end = caughtUp ? book.setAsidePerShare : (ends.get(claim.scale) ?? 0n);
    if (end > start) {
      forShares += (claim.shares * (end - start)) / PER_SHARE;
      before += divideUp(claim.sharesPerRate * (end - start) * PER_RATE, PER_SHARE);
      start = end;
    }
    if (caughtUp) break;
    enterNextScale(claim);
  }
  claim.scale = book.scale;
  const perRate = excess(book.setAsidePerRate - claim.setAsidePerRate, before);
  return { forShares, forRate: saturating((claim.rate * perRate) / (WAD * PER_RATE)) };
}

/** In favour of the book: a claim has less, and its rate had bought more before. */
function enterNextScale(claim: Claim): void {
  claim.shares /= SCALE;
  claim.leaving /= SCALE;
  claim.sharesPerRate = divideUp(claim.sharesPerRate, SCALE);
  claim.scale += 1n;
}
