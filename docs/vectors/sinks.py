"""Spec 4, 5, 6: bonds, signals, smoothed and effective capacity."""

import formulas as f

CAP_MAX = 2**40 - 1
BACKLOG_MAX = 2**64 - 1
SETTLE_EPOCHS = 3


class Sinks:
    def __init__(self, terms):
        self.terms = terms
        self.h = terms["epochLength"]
        self.signals = {}
        self.bonds = {}
        self.caps = {}

    # ------------------------------------------------------------------------------------------ bonds

    def bond_of(self, sink):
        return self.bonds.setdefault(sink, {"staked": 0, "unbonding": 0, "unbondedAt": 0})

    def _bond_terms(self):
        names = ("unitRate", "horizon", "acknowledgementGrace", "epochLength", "receiptEpochs")
        return [self.terms[name] for name in names]

    def unbond(self, sink, amount, now):  # spec 4.4
        bond = self.bond_of(sink)
        bond["staked"] -= amount
        bond["unbonding"] += amount
        bond["unbondedAt"] = now + f.unbonding_period(*self._bond_terms())

    def take(self, sink, amount):  # spec 4.7
        bond = self.bond_of(sink)
        unbonding = min(amount, bond["unbonding"])
        staked = min(amount - unbonding, bond["staked"])
        bond["unbonding"] -= unbonding
        bond["staked"] -= staked
        return unbonding + staked

    def stake_changed(self, sink):  # spec 4.3, 6.5
        """Returns whether a registered sink's cap fell."""
        stake = self.bond_of(sink)["staked"]
        bond = f.bond_per_unit(*self._bond_terms())
        cap = min(CAP_MAX, f.capacity_cap(stake, self.terms["minimumStake"], bond))
        fell = cap < self.caps.get(sink, 0)
        self.caps[sink] = cap
        if not fell or sink not in self.signals:
            return False
        self._limit(sink, cap)
        return True

    # ------------------------------------------------------------------------------------------ signals

    def register(self, sink, now):
        epoch = now // self.h
        self.signals[sink] = {
            **{"base": 0, "baseEpoch": epoch - 1, "target": 0, "signalledAt": now, "settled": epoch},
            **{"backlog": 0, "verified": 0},
        }

    def declare(self, sink, capacity, backlog, issued_at, now):  # spec 5.5, 6.3
        self._rebase(sink, now)
        self.signals[sink] |= {
            "target": min(capacity, self.caps.get(sink, 0)),
            "backlog": min(backlog, BACKLOG_MAX),
            "signalledAt": issued_at,
        }

    def is_settlement_due(self, sink, now):  # spec 6.7
        if not self.terms["verified"]:
            return False
        return now // self.h >= self.signals[sink]["settled"] + min(SETTLE_EPOCHS, self.terms["receiptEpochs"])

    def settled(self, sink, now):
        self._rebase(sink, now)
        self.signals[sink]["settled"] = now // self.h

    def slashed(self, sink):  # spec 4.6
        if sink in self.signals:
            self._limit(sink, 0)
            self.signals[sink]["verified"] = 0

    def smoothed(self, sink, now):  # spec 6.3, 6.4
        return self._smoothed_in(self.signals[sink], now // self.h) if sink in self.signals else 0

    def effective(self, sink, now):  # spec 6.6
        if sink not in self.signals:
            return 0
        backlog = max(self.signals[sink]["backlog"], self.signals[sink]["verified"])
        return f.effective_units(self.smoothed(sink, now), backlog, self.terms["horizon"])

    def _smoothed_in(self, signal, epoch):
        last = (signal["signalledAt"] + self.terms["signalTimeToLive"]) // self.h
        if self.terms["verified"]:
            last = min(last, signal["settled"] + self.terms["receiptEpochs"])
        towards = max(0, min(epoch, last) - signal["baseEpoch"])
        alpha = self.terms["smoothing"]
        risen = f.smooth(signal["base"], signal["target"] * f.UNIT, alpha, towards)
        return f.smooth(risen, 0, alpha, epoch - signal["baseEpoch"] - towards)

    def _rebase(self, sink, now):
        signal, epoch = self.signals[sink], now // self.h - 1
        if signal["baseEpoch"] < epoch:
            signal["base"] = self._smoothed_in(signal, epoch)
            signal["baseEpoch"] = epoch

    def _limit(self, sink, cap):
        signal = self.signals[sink]
        signal["base"] = min(signal["base"], cap * f.UNIT)
        signal["target"] = min(signal["target"], cap)
