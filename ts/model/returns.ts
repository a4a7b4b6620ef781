import { excess, saturate, totalAt } from "./exact.ts";
import {
  accrue,
  ask,
  type Book,
  type Claim,
  type Ends,
  emptyBook,
  noClaim,
  pay,
  redeem,
  rescale,
  sync,
  worthDown,
  worthUp,
} from "./shares.ts";

/** What Superfluid tells of a stream: its rate, wei/s, and since when, Unix seconds; 0 if it never was. */
export type Stream = { rate: bigint; changedAt: bigint };

/** What a source has streamed, as far as it is known, was paid back, and has in the overflow; wei. */
type Source = { streamed: bigint; returned: bigint; claim: Claim };

/** What the escrow has received as a member, wei, and what a stream of 1 wei/s has paid to it, wei · 10¹⁸. */
export type Income = { income: bigint; overflowTime: bigint };

/** The book of one task type with the claims of its sources. All times in Unix seconds, never going back. */
export class Returns<Account> {
  readonly #horizon: bigint;
  readonly #ends: Ends = new Map();
  readonly #sources = new Map<Account, Source>();
  #book = emptyBook();

  /** @param horizon How long overflow waits for the sinks before its source may take it back, seconds */
  constructor(horizon: bigint) {
    this.#horizon = horizon;
  }

  /** The book as of now, to be changed and written back, or looked at. */
  book({ income, overflowTime }: Income): Book {
    const book = { ...this.#book };
    accrue(book, income, overflowTime);
    return book;
  }

  write(book: Book): void {
    rescale(book, this.#ends);
    this.#book = book;
  }

  /** Adds money that is nobody's, which needs no record. */
  donate(amount: bigint): void {
    this.#book.unowned = saturate(this.#book.unowned + amount);
  }

  /** Synchronises a source and pays it; returns what, wei, and what left the overflow for that. */
  sync(book: Book, account: Account, stream: Stream, now: bigint): { paid: bigint; released: bigint } {
    const { source, leaving } = this.#upToDate(book, account, stream, now);
    const released = leaving === 0n ? 0n : redeem(book, source.claim, leaving);
    const paid = pay(book, source.claim);
    source.returned = saturate(source.returned + paid);
    this.write(book);
    this.#sources.set(account, source);
    return { paid, released };
  }

  /** Synchronises a source and pays nothing; returns what it has spent, wei. */
  bookSource(book: Book, account: Account, stream: Stream, drainedDeposits: bigint, now: bigint): bigint {
    const { source } = this.#upToDate(book, account, stream, now);
    const spent = spentDown(book, source, drainedDeposits);
    this.write(book);
    this.#sources.set(account, source);
    return spent;
  }

  /** Lets a source have back, one horizon later, what it has in the overflow now. */
  requestReturn(book: Book, account: Account, stream: Stream, now: bigint): void {
    const { source } = this.#upToDate(book, account, stream, now);
    this.write(book);
    this.#sources.set(account, source);
    ask(source.claim, now);
  }

  /** What a source has in the overflow, and what it would be paid now, wei. */
  claimOf(book: Book, account: Account, stream: Stream, now: bigint): [held: bigint, payableNow: bigint] {
    const { source, leaving } = this.#upToDate(book, account, stream, now);
    if (leaving !== 0n) redeem(book, source.claim, leaving);
    return [worthDown(book, source.claim.shares), source.claim.payableNow];
  }

  /** What a source has streamed, less what it was paid back and can still claim, and its drained deposits; wei. */
  spent(book: Book, account: Account, stream: Stream, drainedDeposits: bigint, now: bigint): bigint {
    return spentDown(book, this.#upToDate(book, account, stream, now).source, drainedDeposits);
  }

  /** What a source has been paid back, wei. */
  returnedTo(account: Account): bigint {
    return this.#sources.get(account)?.returned ?? 0n;
  }

  /** What a source has streamed, as far as it is known, wei. */
  streamed(account: Account, { rate, changedAt }: Stream, now: bigint): bigint {
    const source = this.#sources.get(account);
    return totalAt(source?.streamed ?? 0n, source?.claim.syncedAt ?? 0n, rate, changedAt, now);
  }

  /** A source brought up to date, and those of its shares that may return now. Changes nothing but `book`. */
  #upToDate(book: Book, account: Account, stream: Stream, now: bigint): { source: Source; leaving: bigint } {
    const known = this.#sources.get(account) ?? { returned: 0n, claim: noClaim() };
    const claim = { ...known.claim };
    const { rate, changedAt } = stream;
    const source = { streamed: saturate(this.streamed(account, stream, now)), returned: known.returned, claim };
    const stayed = rate === claim.rate && changedAt <= claim.syncedAt;
    sync(book, claim, this.#ends, stayed, rate, now);
    return { source, leaving: this.#leaving(claim, stream, now) };
  }

  #leaving(claim: Claim, { rate, changedAt }: Stream, now: bigint): bigint {
    if (rate === 0n && changedAt !== 0n && now >= changedAt + this.#horizon) return claim.shares;
    return claim.leavingSince !== 0n && now >= claim.leavingSince + this.#horizon ? claim.leaving : 0n;
  }
}

function spentDown(book: Book, { streamed, returned, claim }: Source, drainedDeposits: bigint): bigint {
  return excess(streamed + drainedDeposits, worthUp(book, claim.shares) + claim.payableNow + returned);
}
