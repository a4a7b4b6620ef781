import * as exact from "../../model/exact.ts";
import type { Random } from "../../model/random.ts";
import * as shares from "../../model/shares.ts";
import { type Formula, MONTH } from "./formula.ts";

const RATE = 2n ** 94n;
const MONEY = 2n ** 100n;

/** Of the book of shares and of a claim in it, those that a function reads and writes. */
function fieldsOf(read: string, written: string, claim = ""): { read: string[]; written: string[] } {
  const named = (of: string, fields: string) => fields.split(" ").flatMap((field) => (field ? [`${of}.${field}`] : []));
  const both = named("claim", claim);
  return { read: [...named("book", read), ...both], written: [...named("book", written), ...both] };
}

/** `ReturnShares`: whose the overflow is. */
export const returnShares: Record<string, Formula> = {
  accrue: {
    spec: "8.5",
    names: ["book", "income", "overflowTime"],
    results: ["book"],
    fields: fieldsOf(
      "shares sharesPerRate owned income overflowTime",
      "shares sharesPerRate owned income overflowTime",
    ),
    draw: (r) => {
      const { book } = someReturns(r);
      return [book, book.income + r.edgy(0n, MONEY), book.overflowTime + r.edgy(0n, MONTH) * exact.WAD];
    },
    exact: (book, income, overflowTime) => changed(book, (copy) => shares.accrue(copy, income, overflowTime)),
  },
  drain: {
    spec: "8.5",
    names: ["book", "amount", "back"],
    results: ["book"],
    fields: fieldsOf("owned unowned income", "owned unowned income"),
    draw: (r) => {
      const { book } = someReturns(r);
      const overflow = shares.overflowOf(book);
      return [book, r.oneIn(3n) ? exact.max(0n, overflow - r.edgy(0n, 100n)) : r.edgy(0n, overflow), r.edgy(0n, 100n)];
    },
    exact: (book, amount, back) => changed(book, (copy) => shares.drain(copy, amount, back)),
  },
  release: {
    spec: "8.8",
    names: ["book", "excess"],
    results: ["book", "amount"],
    fields: fieldsOf(
      "shares base setAsidePerShare setAsidePerRate claimed sharesPerRate owned unowned setAside rate",
      "setAsidePerShare setAsidePerRate claimed owned unowned setAside",
    ),
    draw: (r) => {
      const { book } = someReturns(r);
      return [book, r.edgy(0n, shares.overflowOf(book))];
    },
    exact: (book, tooMuch) => {
      const copy = { ...book };
      const amount = shares.release(copy, tooMuch);
      return [copy, amount];
    },
  },
  rescale: {
    spec: "8.10",
    names: ["book"],
    results: ["book", "end"],
    fields: fieldsOf("shares base setAsidePerShare sharesPerRate scale owned rate", "shares base sharesPerRate scale"),
    draw: (r) => {
      const { book } = someReturns(r);
      return [r.oneIn(2n) ? { ...book, owned: book.owned / 10n ** r.between(0n, 40n) } : book];
    },
    exact: (book) => {
      const [copy, ends] = [{ ...book }, new Map<bigint, bigint>()];
      shares.rescale(copy, ends);
      return [copy, ends.get(book.scale) ?? 0n];
    },
  },
  sync: {
    spec: "8.6",
    names: ["book", "claim", "ends", "stayed", "rate"],
    results: ["book", "claim"],
    fields: fieldsOf(
      "base setAsidePerShare setAsidePerRate claimed sharesPerRate scale unowned setAside rate",
      "base claimed unowned setAside rate",
      "shares setAsidePerShare setAsidePerRate sharesPerRate scale payableNow rate leaving",
    ),
    draw: (r) => {
      const { book, claims, ends } = someReturns(r);
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      return [book, claim, endsSince(claim, book, ends), r.oneIn(2n), r.edgy(0n, RATE)];
    },
    exact: (book, claim, ends, stayed, rate) => {
      const known = new Map((ends as bigint[]).map((end, i) => [claim.scale + BigInt(i), end]));
      const [nextBook, nextClaim] = [{ ...book }, { ...claim }];
      shares.sync(nextBook, nextClaim, known, stayed, rate, 0n);
      return [nextBook, nextClaim];
    },
  },
  redeem: {
    spec: "8.9",
    names: ["book", "claim", "shares"],
    results: ["book", "claim", "value"],
    fields: fieldsOf(
      "shares base claimed owned unowned setAside",
      "shares base claimed owned unowned setAside",
      "shares payableNow",
    ),
    draw: (r) => {
      const { book, claims } = someReturns(r);
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      return [book, claim, r.oneIn(2n) ? claim.shares : r.edgy(0n, claim.shares)];
    },
    exact: (book, claim, part) => {
      const [nextBook, nextClaim] = [{ ...book }, { ...claim }];
      const value = shares.redeem(nextBook, nextClaim, part);
      return [nextBook, nextClaim, value];
    },
  },
  worthUp: {
    spec: "8.13",
    names: ["book", "shares"],
    results: ["worth"],
    fields: fieldsOf("shares owned", ""),
    draw: (r) => {
      const { book } = someReturns(r);
      return [book, r.edgy(0n, book.shares + 1n)];
    },
    exact: shares.worthUp,
  },
};

function changed(book: shares.Book, change: (copy: shares.Book) => void): shares.Book {
  const copy = { ...book };
  change(copy);
  return copy;
}

/** A book after some history; whether its rates are those that paid does not matter here. */
function someReturns(r: Random) {
  const book = shares.emptyBook();
  const ends: shares.Ends = new Map();
  const claims = [shares.noClaim(), shares.noClaim(), shares.noClaim()];
  for (let i = r.between(0n, 20n); i > 0n; i--) {
    shares.accrue(book, book.income + r.edgy(0n, MONEY), book.overflowTime + r.edgy(0n, exact.WAD * 10_000n));
    const overflow = shares.overflowOf(book);
    const action = r.between(0n, 6n);
    if (action === 0n) shares.drain(book, r.edgy(0n, overflow), 0n);
    else if (action === 1n) shares.donate(book, r.edgy(0n, MONEY));
    else if (action === 2n) shares.release(book, r.edgy(0n, overflow));
    else {
      const claim = r.pick(claims as [shares.Claim, ...shares.Claim[]]);
      shares.sync(book, claim, ends, r.oneIn(2n), r.edgy(0n, RATE), 0n);
      if (action === 3n) shares.redeem(book, claim, r.oneIn(2n) ? claim.shares : r.edgy(0n, claim.shares));
      if (action === 4n) shares.ask(claim, 1n);
      if (action === 5n) shares.pay(book, claim);
    }
    shares.rescale(book, ends);
  }
  // What a pretended rate asks for saturates far above every range here.
  return { book, claims, ends };
}

/** What a claim needs to follow the book: the ends of the scales since its own. */
function endsSince({ scale }: shares.Claim, book: shares.Book, ends: shares.Ends): bigint[] {
  const known: bigint[] = [];
  for (let i = scale; i < book.scale; i++) known.push(ends.get(i) ?? 0n);
  return known;
}
