import { divideUp, excess, min, WAD } from "./exact.ts";

/** Behind the point of wei per share, and of wei per share of a rate. */
const PER_SHARE = 2n ** 160n;
const PER_RATE = 2n ** 32n;

/** A generation of shares ends when a wei stands for more than this. */
const MAX_SHARES_PER_WEI = 10n ** 9n * WAD;

const MAX_WORD = 2n ** 256n - 1n;

/** Whose the overflow is. Amounts in wei, shares in 10⁻¹⁸. */
export type Book = {
  /** All shares of this generation. */
  shares: bigint;
  /** Σ (shares − rate · sharesPerRate) of all claims. */
  base: bigint;
  /** Shares that one wei/s has bought in this generation, times 10¹⁸. */
  sharesPerRate: bigint;
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
  /** Overflow time that is counted, seconds · 10¹⁸. */
  overflowTime: bigint;
  /** How often the shares became worthless. */
  generation: bigint;
};

/** What one source had when it was last synchronised. */
export type Claim = {
  shares: bigint;
  sharesPerRate: bigint;
  setAsidePerShare: bigint;
  setAsidePerRate: bigint;
  /** Wei that are its own for certain. */
  payableNow: bigint;
  /** Its stream, wei/s. */
  rate: bigint;
  generation: bigint;
};

export const EMPTY_BOOK: Book = {
  shares: 0n,
  base: 0n,
  sharesPerRate: 0n,
  setAsidePerShare: 0n,
  setAsidePerRate: 0n,
  claimed: 0n,
  owned: 0n,
  unowned: 0n,
  setAside: 0n,
  income: 0n,
  rate: 0n,
  overflowTime: 0n,
  generation: 0n,
};

export const NO_CLAIM: Claim = {
  shares: 0n,
  sharesPerRate: 0n,
  setAsidePerShare: 0n,
  setAsidePerRate: 0n,
  payableNow: 0n,
  rate: 0n,
  generation: 0n,
};

const timesRate = (rate: bigint, sharesPerRate: bigint): bigint => (rate * sharesPerRate) / WAD;
const saturating = (amount: bigint): bigint => min(amount, MAX_WORD >> 2n);
const baseOf = ({ shares, rate, sharesPerRate }: Claim): bigint => shares - timesRate(rate, sharesPerRate);

/** All overflow, wei. */
export const overflowOf = ({ owned, unowned }: Book): bigint => owned + unowned;

/** What the claims have together if every stream stayed as it was. */
export const claimedShares = (book: Book): bigint => book.base + timesRate(book.rate, book.sharesPerRate);

/** What a claim is worth, wei, rounded down. */
export const worthOf = (book: Book, { shares }: Claim): bigint =>
  book.shares === 0n ? 0n : min((shares * book.owned) / book.shares, book.owned);

/**
 * Counts what the pool paid: it buys shares at the price of the moment; one wei each in a new generation.
 *
 * @param income Wei so far
 * @param overflowTime Integral so far of the share of a stream that overflows, seconds · 10¹⁸
 */
export function accrue(book: Book, income: bigint, overflowTime: bigint): Book {
  const gained = income - book.income;
  const [shares, owned] = book.shares === 0n ? [WAD, 1n] : [book.shares, book.owned];
  return {
    ...book,
    shares: book.shares + divideUp(gained * shares, owned),
    sharesPerRate: book.sharesPerRate + ((overflowTime - book.overflowTime) * shares) / owned,
    owned: book.owned + gained,
    income,
    overflowTime,
  };
}

/** Adds money that no stream paid, for all shares alike. */
export const donate = (book: Book, amount: bigint): Book => ({ ...book, owned: book.owned + amount });

/**
 * Pays `amount` wei to the sinks, nobody's first; `back` of it are income of the escrow's own unit. Returns besides the
 * book what the sources get because their shares end, wei.
 */
export function drain(book: Book, amount: bigint, back: bigint): [Book, bigint] {
  const left = excess(amount, back);
  const fromUnowned = min(left, book.unowned);
  return endIfWorthless({
    ...book,
    owned: book.owned - (left - fromUnowned),
    unowned: book.unowned - fromUnowned + excess(back, amount),
    income: book.income + back,
  });
}

/** Sets aside as much of `tooMuch` as the claims own, and gives up what nobody claims; returns the former, wei. */
export function release(book: Book, tooMuch: bigint): [Book, bigint] {
  const [next, amount] = setAside(book, tooMuch);
  const [ended, rest] = endIfWorthless(next);
  return [ended, amount + rest];
}

/**
 * Brings a claim up to date and lets it go on at `rate`.
 *
 * @param endOfGeneration `setAsidePerShare` when the claim's generation ended, if it has
 * @param stayed Whether the stream has had the claim's rate ever since
 * @returns Besides both, what was set aside and nobody claims any more, wei
 */
export function sync(
  book: Book,
  claim: Claim,
  endOfGeneration: bigint,
  stayed: boolean,
  rate: bigint,
): [Book, Claim, bigint] {
  const current = claim.generation === book.generation;
  const perShare = (current ? book.setAsidePerShare : endOfGeneration) - claim.setAsidePerShare;
  const forShares = (claim.shares * perShare) / PER_SHARE;
  const before = divideUp(claim.sharesPerRate * perShare * PER_RATE, PER_SHARE);
  const perRate = excess(book.setAsidePerRate - claim.setAsidePerRate, before);
  const forRate = saturating((claim.rate * perRate) / (WAD * PER_RATE));

  const asked = claim.payableNow + forShares + forRate;
  const payableNow = min(claim.payableNow + forShares + (stayed ? forRate : 0n), book.setAside);
  const claimed = excess(book.claimed, asked) + payableNow;
  const unclaimed = excess(book.setAside, claimed);

  const kept = current ? claim : { ...claim, shares: 0n, sharesPerRate: 0n };
  const earned = stayed ? timesRate(claim.rate, book.sharesPerRate - kept.sharesPerRate) : 0n;
  const next: Claim = {
    shares: kept.shares + earned,
    sharesPerRate: book.sharesPerRate,
    setAsidePerShare: book.setAsidePerShare,
    setAsidePerRate: book.setAsidePerRate,
    payableNow,
    rate,
    generation: book.generation,
  };
  const synced: Book = {
    ...book,
    claimed,
    setAside: book.setAside - unclaimed,
    unowned: book.unowned + unclaimed,
    base: book.base - baseOf(kept) + baseOf(next),
    rate: book.rate - claim.rate + rate,
  };
  return [synced, next, unclaimed];
}

function setAside(book: Book, tooMuch: bigint): [Book, bigint] {
  const asked = claimedShares(book);
  const held = min(asked, book.shares);
  if (held === 0n) return [book, 0n];
  const perShare = min((tooMuch * PER_SHARE) / held, (book.owned * PER_SHARE) / book.shares);
  const amount = divideUp(held * perShare, PER_SHARE);
  const taken = divideUp(book.shares * perShare, PER_SHARE);
  const next = {
    ...book,
    owned: book.owned - taken,
    unowned: book.unowned + taken - amount,
    setAside: book.setAside + amount,
    claimed: min(book.claimed + saturating(((asked + 1n) * perShare) / PER_SHARE) + 1n, MAX_WORD),
    setAsidePerShare: book.setAsidePerShare + perShare,
    setAsidePerRate: book.setAsidePerRate + (book.sharesPerRate * perShare * PER_RATE) / PER_SHARE,
  };
  return [next, amount];
}

/** What cheap shares still own is set aside before they end. */
function endIfWorthless(book: Book): [Book, bigint] {
  if (book.shares <= book.owned * MAX_SHARES_PER_WEI) return [book, 0n];
  const [last, amount] = setAside(book, book.owned);
  const unowned = last.unowned + last.owned;
  const generation = last.generation + 1n;
  return [{ ...last, owned: 0n, unowned, shares: 0n, base: 0n, sharesPerRate: 0n, generation }, amount];
}

/** What Superfluid tells of a stream: its rate, wei/s, and since when, Unix seconds. */
export type Stream = { rate: bigint; changedAt: bigint };

type Known = { claim: Claim; syncedAt: bigint; returned: bigint };
const UNKNOWN: Known = { claim: NO_CLAIM, syncedAt: 0n, returned: 0n };

/** The book of one task type with the claims of its sources. */
export class Returns<Account> {
  /** As of the last change; `accrued` is of now. */
  book = EMPTY_BOOK;
  /** Wei that were set aside and nobody claimed. */
  unclaimed = 0n;
  readonly #known = new Map<Account, Known>();
  readonly #endOf = new Map<bigint, bigint>();

  write(book: Book): void {
    if (book.generation !== this.book.generation) this.#endOf.set(this.book.generation, book.setAsidePerShare);
    this.book = book;
  }

  /** Synchronises a source and pays it; returns what, wei. `book` is accrued. */
  sync(book: Book, source: Account, stream: Stream, now: bigint): bigint {
    const [synced, claim, unclaimed] = this.#sync(book, source, stream);
    const { payableNow } = claim;
    this.write({ ...synced, setAside: synced.setAside - payableNow, claimed: synced.claimed - payableNow });
    this.unclaimed += unclaimed;
    const returned = this.returnedTo(source) + payableNow;
    this.#known.set(source, { claim: { ...claim, payableNow: 0n }, syncedAt: now, returned });
    return payableNow;
  }

  /** What a source has in the overflow, and what it would be paid now, wei. */
  claimOf(book: Book, source: Account, stream: Stream): [held: bigint, payableNow: bigint] {
    const [synced, claim] = this.#sync(book, source, stream);
    return [worthOf(synced, claim), claim.payableNow];
  }

  /** What a source has been paid, wei. */
  returnedTo(source: Account): bigint {
    return (this.#known.get(source) ?? UNKNOWN).returned;
  }

  #sync(book: Book, source: Account, { rate, changedAt }: Stream): [Book, Claim, bigint] {
    const { claim, syncedAt } = this.#known.get(source) ?? UNKNOWN;
    const stayed = rate === claim.rate && changedAt <= syncedAt;
    return sync(book, claim, this.#endOf.get(claim.generation) ?? 0n, stayed, rate);
  }
}
