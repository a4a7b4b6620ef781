"""Does what a history of docs/vectors.json says, and says what would be seen: spec 4 to 11 put together."""

import formulas as f
from ledgers import LEDGER, Ledgers
from pool import Pool
from sinks import BACKLOG_MAX, Sinks
from sources import Sources

SINKS, SOURCES = "abc", "xy"
PRESSURE_MAX = 2**112 - 1
LIMIT_MAX = 2**96 - 2


class TaskType:
    """One task type. Every method is an action of docs/vectors.md; numbers come as text."""

    def __init__(self, terms, now):
        self.terms = terms
        self.now = now
        self.pool = Pool(terms, now)
        self.sinks = Sinks(terms)
        self.sources = Sources(terms, self.pool)
        self.ledgers = Ledgers(terms, now)
        self.pressure = {"lasting": 0, "seen": 0, "at": 0}

    # ------------------------------------------------------------------------------------------ sinks

    def join(self, sink, stake):
        self.stake(sink, stake)
        self._register(sink)

    def rejoin(self, sink):
        if self.sinks.signals.pop(sink, None):
            self.pool.move([(sink, 0)], True, self.now)
        if self.sinks.bond_of(sink)["staked"] >= self.terms["minimumStake"]:
            self._register(sink)

    def stake(self, sink, stake):
        bond, stake = self.sinks.bond_of(sink), int(stake)
        if stake == bond["staked"]:
            return
        if stake < bond["staked"]:
            self.sinks.unbond(sink, bond["staked"] - stake, self.now)
        else:
            bond["staked"] = stake
        self._stake_changed(sink)

    def withdraw(self, sink):  # spec 4.5
        bond = self.sinks.bond_of(sink)
        charge = self.ledgers.judge(sink, self.sinks.smoothed(sink, self.now), True, *self._reading(sink))
        if sink in self.sinks.signals:
            self.sinks.signals[sink]["verified"] = 0
        staked = bond["staked"]
        self.sources.donate(self.sinks.take(sink, charge))
        if bond["staked"] != staked:
            self._stake_changed(sink)
        bond |= {"unbonding": 0, "unbondedAt": 0}

    def assess(self, sink):  # spec 4.6
        amount = self.ledgers.judge(sink, self.sinks.smoothed(sink, self.now), False, *self._reading(sink))
        if amount:
            self.sources.donate(self.sinks.take(sink, amount))
            self.sinks.stake_changed(sink)
            self.sinks.slashed(sink)
            if sink in self.sinks.signals:
                self.pool.move([(sink, 0)], True, self.now)
        elif sink in self.sinks.signals:
            self._settle(sink)
            self.rebalance(sink)

    def settle(self, *sinks):  # spec 6.7
        for sink in sinks:
            if sink in self.sinks.signals:
                self._settle(sink)
        self.rebalance(*sinks)

    def rebalance(self, *sinks):  # spec 7.2
        self.pool.move(self._targets(sinks), False, self.now)

    def commit(self, sink, capacity, backlog):
        """Seen by nobody until it is revealed."""

    def reveal(self, sink, capacity, backlog):
        self.attest((sink, capacity, backlog, self.now))

    def attest(self, *entries):  # spec 5.6
        targets = []
        for sink, capacity, backlog, issued_at in entries:
            if self.sinks.is_settlement_due(sink, self.now):
                self._settle(sink)
            self.sinks.declare(sink, int(capacity), int(backlog), int(issued_at), self.now)
            targets += self._targets(sink)
        self.pool.move(targets, False, self.now)

    def acknowledge(self, *receipts):  # spec 9.2, 9.3
        for source, sink, completed in receipts:
            if not self.ledgers.is_new(source, sink, int(completed)):
                continue
            first = self.ledgers.is_first(source, self.now)
            spent = (self.sources.book_source if first else self.sources.spent)(source, self.now)
            received = self.pool.superfluid.received_by(sink, self.now)
            self.ledgers.acknowledge(source, sink, int(completed), spent, received, self.now)

    # ------------------------------------------------------------------------------------------ sources, anyone

    def stream(self, source, rate):
        self.pool.superfluid.set_stream(source, int(rate), self.now)

    def sync(self, source):
        self.sources.sync(source, self.now)

    def requestReturn(self, source):
        self.sources.request_return(source, self.now)

    def deposit(self, source, amount):
        self.sources.deposits.append((source, int(amount)))

    def donate(self, _, amount):
        self.sources.donate(int(amount))

    def drain(self):
        self.sources.drain(self.now)

    def release(self):
        self.sources.release(self.now)

    def propagate(self, downstream, ratio):  # spec 10
        lasting = downstream.press(self.now)
        limit = f.pipeline_limit(downstream.pool.intake, lasting, downstream.terms["horizon"], int(ratio))
        self.pool.set_limit(min(limit, LIMIT_MAX), self.now)

    setDownstream = propagate

    def fee(self, fee):
        self.pool.fee = int(fee)

    def press(self, now):  # spec 10.3
        present = min(self.sources.overflow(now), self.terms["bufferMax"], PRESSURE_MAX)
        last = self.pressure
        if now < last["at"] + f.DELAY:
            last["lasting"] = min(last["lasting"], present)
        else:
            self.pressure = {"lasting": min(present, last["seen"]), "seen": present, "at": now}
        return self.pressure["lasting"]

    # ------------------------------------------------------------------------------------------ within

    def _register(self, sink):
        self.sinks.register(sink, self.now)
        if self.terms["verified"]:
            self._settle(sink)

    def _settle(self, sink):  # spec 6.7
        capacity = self.sinks.smoothed(sink, self.now)
        self.sinks.settled(sink, self.now)
        backlog = self.ledgers.settle(sink, capacity, *self._reading(sink))
        self.sinks.signals[sink]["verified"] = min(backlog, BACKLOG_MAX)

    def _stake_changed(self, sink):
        if self.sinks.stake_changed(sink):
            self.pool.move(self._targets(sink), True, self.now)

    def _reading(self, sink):
        return self.pool.paid(self.now), self.pool.superfluid.received_by(sink, self.now), self.now

    def _targets(self, sinks):
        return [(sink, self.sinks.effective(sink, self.now)) for sink in sinks]

    # ------------------------------------------------------------------------------------------ views

    def views(self):
        """Everything that a history shows, by its name."""
        now, pool, superfluid, sources = self.now, self.pool, self.pool.superfluid, self.sources
        book, paid = pool.book_at(now), pool.paid(now)
        seen = {f"unitsOfPool.{name}": units for name, units in pool.units.items()} | {
            "spotPrice": superfluid.rate_of_unit,
            "priceCap": pool.cap,
            "totalUnits": pool.total,
            "intakeOf": pool.intake,
            "streamedOf": pool.streamed(now),
            "paidOf": paid,
            "spareOf": pool.spare(now),
            "incomeOf.escrow": book["received"] - book["feeIncome"],
            "incomeOf.fee": book["feeIncome"],
            "overflowTimeOf": book["overflowTime"],
            "needsRebalance": pool.needs_move(self._targets(SINKS), now),
            "getTotalFlowRate": superfluid.flow,
            "getPoolAdjustmentFlowRate": superfluid.adjustment,
            "overflowOf": sources.overflow(now),
            "level": sources.overflow(now) + sources.deposited,
            "drainable": sources.drainable(now),
            "releasable": sources.releasable(now),
            "setAsideOf": sources.book["setAside"],
            "minDepositOf": sources.min_deposit(),
            "totalsOf.acknowledged": self.ledgers.acknowledged,
            "totalsOf.participating": self.ledgers.participating,
            "verified": self.ledgers.is_verified(paid),
            "participationOf": self.ledgers.participation(paid),
        }
        for sink in SINKS:
            units, ledger = pool.units_of(sink), self.ledgers.ledger(sink)
            seen |= {
                f"unitsOf({sink})": units,
                f"smoothedCapacity({sink})": self.sinks.smoothed(sink, now),
                f"effectiveCapacity({sink})": self.sinks.effective(sink, now),
                **{f"bondOf({sink}).{name}": value for name, value in self.sinks.bond_of(sink).items()},
                **{f"ledgerOf({sink}).{name}": ledger[name] for name in LEDGER},
                f"exitChargeOf({sink})": self.ledgers.exit_charge_of(sink),
                f"getMemberFlowRate({sink})": units * superfluid.rate_of_unit,
                f"getTotalAmountReceivedByMember({sink})": superfluid.received_by(sink, now),
            }
        for source in SOURCES:
            held, payable = sources.claim_of(source, now)
            seen |= {
                f"getFlowRate({source})": superfluid.stream_of(source)[0],
                f"streamedOf({source})": sources.streamed(source, now),
                f"claimOf({source}).held": held,
                f"claimOf({source}).payableNow": payable,
                f"returnedOf({source})": sources.returned(source),
                f"spentOf({source})": sources.spent(source, now),
                f"acknowledgedBy({source})": self.ledgers.payer(source)["acknowledged"],
            }
        return {name: int(value) for name, value in seen.items()}


def play(history, parameters):
    """Yields, for every block, its time and everything that is seen after it, by pool and name."""
    terms = {name: int(value) for name, value in parameters.items()}
    pools = {}
    for step in history["steps"]:
        now = int(step["at"])
        for pool in pools.values():
            pool.now = now
        for name, verb, *rest in step["actions"]:
            if verb == "open":
                pools[name] = TaskType(terms, now)
                continue
            if verb in ("propagate", "setDownstream"):
                rest = [pools[rest[0]], rest[1]]
            getattr(pools[name], verb)(*rest)
        if step["views"]:
            seen = {f"{name}.{view}": value for name, pool in pools.items() for view, value in pool.views().items()}
            yield now, step, seen
