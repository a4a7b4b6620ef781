"""Spec 9: receipts, windows, what a sink owes, what it is charged."""

import formulas as f

SPENT_MAX = 2**112 - 1
LEDGER = (
    "acknowledged owed acknowledgedMark receivedMark poolAcknowledgedMark poolPaidMark poolParticipatingMark earned"
    " clearReceived peakScaled openedAt strikes"
).split()
STRIKES = 3


class Ledgers:
    def __init__(self, terms, now):
        self.terms = terms
        self.interval = terms["receiptEpochs"] * terms["epochLength"]
        self.opened_at = now
        self.acknowledged = 0
        self.participating = 0
        self.earlier = {"paid": 0, "participating": 0}
        self.later = {"paid": 0, "participating": 0, "at": now}
        self.ledgers = {}
        self.payers = {}  # source: what it has acknowledged, its mark, when that was
        self.completed = {}  # (source, sink): wei

    # ------------------------------------------------------------------------------------------ receipts

    def payer(self, source):
        return self.payers.setdefault(source, {"acknowledged": 0, "mark": 0, "markedAt": None})

    def is_new(self, source, sink, completed):
        return completed > self.completed.get((source, sink), 0)

    def is_first(self, source, now):  # spec 9.3
        marked_at, h = self.payer(source)["markedAt"], self.terms["epochLength"]
        return marked_at is None or marked_at // h != now // h

    def acknowledge(self, source, sink, completed, spent, received, now):  # spec 9.2, 9.3
        payer, before = self.payer(source), self.completed.get((source, sink), 0)
        ledger = self.ledger(sink)
        spent = max(payer["mark"], min(spent, SPENT_MAX))
        room = f.above(received, ledger["acknowledged"])
        counts = min(completed - before, f.above(spent, payer["acknowledged"]), room)
        if counts == 0:
            return
        if self.is_first(source, now):
            since = self.opened_at if payer["markedAt"] is None else payer["markedAt"]
            more = f.participating(f.above(spent, payer["mark"]), now - since, self.interval)
            self.participating = min(f.AMOUNT_MAX, self.participating + more)
            payer |= {"mark": spent, "markedAt": now}
        self.completed[source, sink] = before + counts
        payer["acknowledged"] += counts
        ledger["acknowledged"] += counts
        self.acknowledged += counts

    # ------------------------------------------------------------------------------------------ windows

    def ledger(self, sink):
        return self.ledgers.setdefault(sink, dict.fromkeys(LEDGER, 0))

    def settle(self, sink, capacity, paid, received, now):  # spec 6.7, 9.4, 9.9
        """Returns the verified backlog."""
        ledger = self.ledger(sink)
        if ledger["openedAt"] == 0:
            self._mark(ledger, paid, received, now)
            ledger["clearReceived"] = received
        else:
            self._close(ledger, capacity, paid, received, now)
        return self._backlog(ledger, owed_now(ledger))

    def judge(self, sink, capacity, leaving, paid, received, now):  # spec 9.10, 9.11
        """Returns what is to be taken."""
        ledger = self.ledger(sink)
        if ledger["openedAt"] == 0:
            return 0
        self._close(ledger, capacity, paid, received, now)
        if not leaving and ledger["strikes"] < STRIKES:
            return 0
        owed = owed_now(ledger) if leaving else ledger["owed"]
        since_clear = ledger["receivedMark"] - ledger["clearReceived"]
        charge = f.exit_charge if leaving and capacity == 0 else penalty_of
        amount = charge(owed, since_clear, ledger["earned"])
        if leaving:
            ledger["acknowledgedMark"] += ledger["owed"] - owed
            ledger["peakScaled"] = capacity
        ledger |= {"owed": 0, "earned": 0, "clearReceived": ledger["receivedMark"], "strikes": 0}
        return amount

    def exit_charge_of(self, sink):  # spec 9.13
        ledger = self.ledger(sink)
        return f.exit_charge(owed_now(ledger), ledger["receivedMark"] - ledger["clearReceived"], ledger["earned"])

    def is_verified(self, paid):  # spec 9.13
        return f.is_quorum(self.participating - self.earlier["participating"], f.above(paid, self.earlier["paid"]))

    def participation(self, paid):
        lately = f.above(paid, self.earlier["paid"])
        return f.share(self.participating - self.earlier["participating"], lately) if lately else 0

    # ------------------------------------------------------------------------------------------ within

    def _close(self, ledger, capacity, pool_paid, received, now):  # spec 9.5
        if now >= self.later["at"] + 4 * self.interval:
            self.earlier = self.later
            self.later = {"paid": pool_paid, "participating": self.participating, "at": now}
        age, paid = now - ledger["openedAt"], f.above(pool_paid, ledger["poolPaidMark"])
        if age < self.interval or paid == 0:
            return
        part = self.participating - ledger["poolParticipatingMark"]
        acknowledged = self.acknowledged - ledger["poolAcknowledgedMark"]
        if f.is_quorum(part, paid) and self.is_verified(pool_paid):
            self._judge(ledger, f.standard(f.share(acknowledged, paid), f.share(part, paid)), received, capacity)
            carried = min(f.above(acknowledged, paid), paid)  # spec 9.7
        elif age >= 2 * self.interval:
            drop(ledger, received)
            carried = 0
        else:
            return
        self._mark(ledger, pool_paid, received, now)
        ledger["poolAcknowledgedMark"] -= carried

    def _judge(self, ledger, standard, received, capacity):  # spec 9.6, 9.9
        sigma, phi, firm = standard
        credit = f.credit(ledger["acknowledged"] - ledger["acknowledgedMark"], sigma)
        debit = f.debit(received - ledger["receivedMark"], phi, sigma)
        owed = f.above(ledger["owed"] + debit, credit)
        if owed == 0:
            ledger |= {"earned": 0, "clearReceived": received}
        elif ledger["owed"] == 0:
            ledger |= {"earned": credit, "clearReceived": ledger["receivedMark"]}
        else:
            ledger["earned"] += credit
        ledger["owed"] = owed
        ledger["peakScaled"] = f.peak_after(ledger["peakScaled"], capacity)
        beyond = f.is_beyond(self._backlog(ledger, owed), capacity, self.terms["horizon"])
        strike = firm and beyond and owed > ledger["earned"]
        ledger["strikes"] = min(STRIKES, ledger["strikes"] + 1) if strike else 0

    def _backlog(self, ledger, owed):
        return f.proven_backlog(
            owed, self.terms["unitRate"], ledger["peakScaled"], self.terms["acknowledgementGrace"]
        )

    def _mark(self, ledger, paid, received, now):
        ledger |= {
            "acknowledgedMark": ledger["acknowledged"],
            "receivedMark": received,
            "poolAcknowledgedMark": self.acknowledged,
            "poolPaidMark": paid,
            "poolParticipatingMark": self.participating,
            "openedAt": now,
        }


def owed_now(ledger):
    return f.above(ledger["owed"], ledger["acknowledged"] - ledger["acknowledgedMark"])


def drop(ledger, received):  # spec 9.8
    ledger["owed"] = owed_now(ledger)
    if ledger["owed"] == 0:
        ledger |= {"earned": 0, "clearReceived": received}
    else:
        ledger["clearReceived"] += received - ledger["receivedMark"]


def penalty_of(owed, received, earned):
    return f.with_penalty(f.unearned(owed, received, earned))
