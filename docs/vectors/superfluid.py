"""What spec 11 says of a Superfluid pool."""


class SuperfluidPool:
    def __init__(self, now):
        self.units = {}
        self.total = 0
        self.rate_of_unit = 0
        self.adjustment = 0
        self.streams = {}  # source: (rate, since when)
        self.changed_at = now  # of a stream or a unit
        self._per_unit = 0  # paid to a unit by then
        self._received = {}  # member: (received, per unit) when its units last changed

    @property
    def flow(self):
        return self.rate_of_unit * self.total

    def stream_of(self, source):
        return self.streams.get(source, (0, 0))

    def received_by(self, member, now):
        received, seen = self._received.get(member, (0, 0))
        return received + self.units.get(member, 0) * (self._per_unit_at(now) - seen)

    def set_units(self, member, units, now):
        self._advance(now)
        self._received[member] = (self.received_by(member, now), self._per_unit)
        flow = self.flow
        self.total += units - self.units.get(member, 0)
        self.units[member] = units
        self.rate_of_unit = flow // self.total
        self.adjustment += flow - self.flow

    def set_stream(self, source, wanted, now):
        self._advance(now)
        without = self.flow + self.adjustment - self.stream_of(source)[0]
        self.rate_of_unit = (without + wanted) // self.total
        rate = max(0, self.flow - without)
        self.adjustment = without + rate - self.flow
        self.streams[source] = (rate, now)

    def split_again(self, now):
        self.set_stream(None, 0, now)

    def pay_each_unit(self, amount):
        self._per_unit += amount

    def _per_unit_at(self, now):
        return self._per_unit + self.rate_of_unit * (now - self.changed_at)

    def _advance(self, now):
        self._per_unit = self._per_unit_at(now)
        self.changed_at = now
