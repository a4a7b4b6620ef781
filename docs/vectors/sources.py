"""Spec 8: whose the overflow is, deposits, what a source has spent."""

import formulas as f
import shares

BOOK = (
    "shares base setAsidePerShare setAsidePerRate claimed sharesPerRate scale owned unowned setAside rate income"
    " overflowTime"
).split()
CLAIM = (
    "shares setAsidePerShare setAsidePerRate sharesPerRate scale payableNow rate syncedAt leaving leavingSince"
    " streamed returned"
).split()
LEAVING_MAX = 2**224 - 1
DEPOSITS_A_DRAIN = 16


class Sources:
    def __init__(self, terms, pool):
        self.terms = terms
        self.pool = pool
        self.book = dict.fromkeys(BOOK, 0)
        self.ends = {}
        self.claims = {}
        self.deposits = []  # [owner, amount], oldest first
        self.drained_of = {}  # what was drained of an owner's deposits

    # ------------------------------------------------------------------------------------------ overflow

    def book_at(self, now):  # spec 8.5
        book, inflow = dict(self.book), self.pool.book_at(now)
        shares.accrue(book, inflow["received"] - inflow["feeIncome"], inflow["overflowTime"])
        return book

    def overflow(self, now):  # spec 8.1
        book = self.book_at(now)
        return book["owned"] + book["unowned"]

    def donate(self, amount):  # spec 8.15
        self.book["unowned"] = min(f.AMOUNT_MAX, self.book["unowned"] + amount)

    def drainable(self, now):  # spec 8.3
        available = self.overflow(now) + self._ready()
        total = self.pool.total
        return min(available, self.pool.spare(now)) // total * total

    def drain(self, now):
        book = self._recorded(now)
        overflow = book["owned"] + book["unowned"]
        amount, back = self.pool.drain(overflow + self._ready(), now)
        of_overflow = min(amount, overflow)
        shares.drain(book, of_overflow, back)
        self._write(book)
        self._spend(amount - of_overflow)

    def releasable(self, now):  # spec 8.8
        return shares.release(*self._with_excess(self.book_at(now)))

    def release(self, now):
        book = self._recorded(now)
        shares.release(*self._with_excess(book))
        self._write(book)

    # ------------------------------------------------------------------------------------------ sources

    def sync(self, source, now):  # spec 8.6, 8.9
        book = self._recorded(now)
        claim, leaving = self._synchronised(book, source, now)
        if leaving:
            shares.redeem(book, claim, leaving)
        paid, claim["payableNow"] = claim["payableNow"], 0
        book["setAside"] -= paid
        book["claimed"] = f.above(book["claimed"], paid)
        claim["returned"] = min(f.AMOUNT_MAX, claim["returned"] + paid)
        self.claims[source] = claim
        self._write(book)

    def book_source(self, source, now):
        """Returns what it has spent."""
        book = self._recorded(now)
        claim, _ = self._synchronised(book, source, now)
        spent = self._spent(book, source, claim)
        self.claims[source] = claim
        self._write(book)
        return spent

    def request_return(self, source, now):  # spec 8.9
        self.book_source(source, now)
        claim = self.claims[source]
        claim["leaving"] = min(LEAVING_MAX, claim["shares"])
        claim["leavingSince"] = now

    def claim_of(self, source, now):  # spec 8.12
        book = self.book_at(now)
        claim, leaving = self._synchronised(book, source, now)
        if leaving:
            shares.redeem(book, claim, leaving)
        return shares.worth(book, claim["shares"]), claim["payableNow"]

    def spent(self, source, now):  # spec 8.13
        book = self.book_at(now)
        claim, _ = self._synchronised(book, source, now)
        return self._spent(book, source, claim)

    def streamed(self, source, now):  # spec 8.13
        claim = self._claim(source)
        return f.streamed(claim["streamed"], claim["syncedAt"], *self.pool.superfluid.stream_of(source), now)

    def returned(self, source):
        return self._claim(source)["returned"]

    # ------------------------------------------------------------------------------------------ deposits

    @property
    def deposited(self):
        return sum(amount for _, amount in self.deposits)

    def min_deposit(self):  # spec 8.14
        return f.min_deposit(self.terms["unitRate"] * self.terms["epochLength"], self.pool.units["sinks"])

    def _ready(self):
        return sum(amount for _, amount in self.deposits[:DEPOSITS_A_DRAIN])

    def _spend(self, amount):
        while amount:
            owner, there = self.deposits[0]
            part = min(amount, there)
            self.drained_of[owner] = self.drained_of.get(owner, 0) + part
            amount -= part
            if part == there:
                self.deposits.pop(0)
            else:
                self.deposits[0] = (owner, there - part)

    # ------------------------------------------------------------------------------------------ within

    def _recorded(self, now):
        self.pool.record_for_escrow(now)
        return self.book_at(now)

    def _write(self, book):
        shares.rescale(book, self.ends)
        self.book = book

    def _claim(self, source):
        return self.claims.get(source) or dict.fromkeys(CLAIM, 0)

    def _with_excess(self, book):
        return book, f.above(book["owned"] + book["unowned"], self.terms["bufferMax"])

    def _synchronised(self, book, source, now):
        claim = dict(self._claim(source))
        rate, changed_at = self.pool.superfluid.stream_of(source)
        stayed = rate == claim["rate"] and changed_at <= claim["syncedAt"]
        claim["streamed"] = min(f.AMOUNT_MAX, self.streamed(source, now))
        shares.synchronise(book, claim, self.ends, stayed, rate)
        claim["syncedAt"] = now
        horizon = self.terms["horizon"]
        if rate == 0 and changed_at and now >= changed_at + horizon:
            return claim, claim["shares"]
        asked = claim["leavingSince"] and now >= claim["leavingSince"] + horizon
        return claim, claim["leaving"] if asked else 0

    def _spent(self, book, source, claim):
        spent = claim["streamed"] + self.drained_of.get(source, 0)
        return f.above(spent, shares.worth_up(book, claim["shares"]) + claim["payableNow"] + claim["returned"])
