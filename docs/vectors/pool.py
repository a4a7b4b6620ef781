"""Spec 7: who gets which share of the stream."""

import formulas as f
from superfluid import SuperfluidPool

ESCROW = "escrow"
OVERDUE_EPOCHS = 10


class Pool:
    def __init__(self, terms, now):
        self.q, self.h = terms["unitRate"], terms["epochLength"]
        self.superfluid = SuperfluidPool(now)
        self.superfluid.set_units(ESCROW, 1, now)
        self.units = {"sinks": 0, "escrow": 1, "fee": 0}
        self.fee = 0
        self.limit = None
        self.drained = 0
        self.moved_in = {}  # sink: epoch
        names = ("received", "paid", "sinceAnchor", "spare", "leak", "feeIncome", "overflowTime", "confirmed")
        self.book = dict.fromkeys(names, 0) | {"recordedAt": now, "anchoredAt": now}

    # ------------------------------------------------------------------------------------------ what is seen

    @property
    def total(self):
        return sum(self.units.values())

    @property
    def cap(self):  # spec 7.3
        return self.q if self.limit is None else f.price_cap(self.q, self.limit, self.units["sinks"])

    @property
    def intake(self):  # spec 10.2
        full = self.q * self.units["sinks"]
        return full if self.limit is None else min(full, self.limit)

    @property
    def depth(self):
        return self.q * self.units["sinks"] * self.h

    def units_of(self, sink):
        return self.superfluid.units.get(sink, 0)

    def book_at(self, now):  # spec 7.5
        received = self.superfluid.received_by(ESCROW, now)
        seconds = now - self.book["recordedAt"]
        return f.record(self.book, self.units, received, self.cap, self.depth, seconds) | {"recordedAt": now}

    def paid(self, now):
        return self.book_at(now)["paid"]

    def spare(self, now):  # spec 8.2
        return self._drainable(self.book_at(now))

    def streamed(self, now):
        book = self.book_at(now)
        return f.above(book["paid"] + book["received"], self.drained)

    def needs_move(self, targets, now):  # spec 7.7
        if any(self._should_move(sink, target, False, now) for sink, target in targets):
            return True
        return self._asks(now) or (
            self._is_due(now) and self._escrow_target(average(self.book_at(now), now)) != self.units["escrow"]
        )

    # ------------------------------------------------------------------------------------------ what is done

    def move(self, targets, exact, now):  # spec 7.2, 7.7
        before = None
        for sink, target in targets:
            if self._should_move(sink, target, exact, now):
                before = before or self.record(now)
                self.units["sinks"] += target - self.units_of(sink)
                self.moved_in[sink] = now // self.h
                self.superfluid.set_units(sink, target, now)
        if before:
            self._move_escrow(before, now)
        else:
            self._look(now)

    def set_limit(self, limit, now):  # spec 10.4
        if limit == self.limit:
            self._look(now)
            return
        before = self.record(now)
        self.limit = limit
        self._move_escrow(before, now)

    def record(self, now):  # spec 7.6
        """Returns flow rate and units as they are."""
        flow, units = self.superfluid.flow, self.total
        book = self.book = self.book_at(now)
        if now >= book["anchoredAt"] + f.DELAY:
            money = average(book, now)
            differs = abs(money - flow) > units + book["leak"]
            steady = now >= self.superfluid.changed_at + f.DELAY
            book["confirmed"] = min(f.RATE_MAX, flow if differs and steady else money)
            book["sinceAnchor"], book["anchoredAt"] = 0, now
        return flow, units

    def record_for_escrow(self, now):  # spec 7.7
        same = self.book["recordedAt"] == now and self.superfluid.received_by(ESCROW, now) == self.book["received"]
        if not same or self.book["spare"] > self.depth:
            self.record(now)

    def drain(self, available, now):  # spec 7.5, 8.3
        """Returns what was paid in all, and what of it came back to the escrow's own units."""
        self.record_for_escrow(now)
        each = min(self._drainable(self.book), available) // self.total
        amount = each * self.total
        held = self.units["escrow"] + self.units["fee"]
        self.book["received"] = min(f.RECEIVED_MAX, self.book["received"] + each * held)
        self.book["paid"] = min(f.AMOUNT_MAX, self.book["paid"] + each * self.units["sinks"])
        self.book["feeIncome"] = min(f.AMOUNT_MAX, self.book["feeIncome"] + each * self.units["fee"])
        self.book["spare"] -= amount
        self.drained = min(f.AMOUNT_MAX, self.drained + amount)
        self.superfluid.pay_each_unit(each)
        return amount, each * self.units["escrow"]

    # ------------------------------------------------------------------------------------------ within

    def _should_move(self, sink, target, exact, now):
        overdue = now // self.h >= self.moved_in.get(sink, 0) + OVERDUE_EPOCHS
        return f.should_move(self.units_of(sink), target, exact or overdue)

    def _escrow_target(self, inflow):
        return f.escrow_units(inflow, self.cap, self.units["sinks"], self.units["fee"])

    def _asks(self, now):
        if self._escrow_target(self.book["confirmed"]) != self.units["escrow"]:
            return True
        ripe = now >= self.book["anchoredAt"] + f.DELAY
        return ripe and self._escrow_target(self.superfluid.flow) != self.units["escrow"]

    def _is_due(self, now):
        return now >= self.book["anchoredAt"] + max(self.h, f.DELAY)

    def _look(self, now):
        if self._asks(now) or self._is_due(now):
            before = self.record(now)
            if self._escrow_target(self.book["confirmed"]) != self.units["escrow"]:
                self._move_escrow(before, now)

    def _move_escrow(self, before, now):  # spec 7.4, 7.8, 7.10
        held = self.units["escrow"] + self.units["fee"]
        fee_units = f.fee_units(self.units["sinks"], self.fee)
        moves = self._escrow_target(self.book["confirmed"]) != self.units["escrow"]
        if f.should_move(self.units["fee"], fee_units, moves):
            self.units["fee"] = fee_units
        self.units["escrow"] = self._escrow_target(self.book["confirmed"])
        if self.units["escrow"] + self.units["fee"] != held:
            self.superfluid.set_units(ESCROW, self.units["escrow"] + self.units["fee"], now)
        flow, units = self.superfluid.flow, self.total
        leak = f.above(self.book["leak"] + sum(before), flow + units)
        if f.should_heal(leak, flow, units):
            self.superfluid.split_again(now)
            leak = 0
        self.book["leak"] = min(f.RATE_MAX, leak)

    def _drainable(self, book):  # spec 8.2
        return 0 if self.units["escrow"] > 1 else min(book["spare"], self.depth)


def average(book, now):
    return book["sinceAnchor"] // (now - book["anchoredAt"])
