"""The formulas of docs/spec.md in Python's integers, written from its text alone."""

UNIT = 10**9  # one unit of capacity, in the billionths in which it is kept (spec 6.2)
ONE = 10**18  # one, for smoothing, shares of pay, ratios, and shares of the overflow
AMOUNT_MAX = 2**128 - 1
RATE_MAX = 2**96 - 1
RECEIVED_MAX = 2**160 - 1
UNITS_MAX = 2**80 - 1
EULER_UP = 2718281828459045236  # spec 3
DELAY = 12  # the confirmation delay, seconds (spec 3)


def up(a, b):
    """a / b, rounded up."""
    return -(-a // b)


def above(a, b):
    return max(0, a - b)


# ---------------------------------------------------------------------------------------------- 4, 6: capacity


def bond_per_unit(q, t, d, h, v):  # spec 4.2
    return 2 * q * (t + d + h) + q * v * h


def unbonding_period(q, t, d, h, v):  # spec 4.4
    return 2 * (t + d + h) + 3 * v * h


def minimum_horizon(h, d):  # spec 3
    return up(EULER_UP * (h + d), ONE)


def capacity_cap(stake, m, b):  # spec 4.3
    return above(stake, m) // b


def remaining_share(alpha, n):  # spec 6.2
    share, power = ONE, ONE - alpha
    while n:
        if n % 2:
            share = share * power // ONE
        power = power * power // ONE
        n //= 2
    return share


def smooth(current, target, alpha, n):  # spec 6.2
    left = abs(current - target) * remaining_share(alpha, n) // ONE
    return target + left if current > target else target - left


def effective_units(capacity, backlog, horizon):  # spec 6.6
    return above(capacity, up(backlog * UNIT, horizon)) // UNIT


# ---------------------------------------------------------------------------------------------- 7: pool


def should_move(current, target, overdue):  # spec 7.2
    if current == target:
        return False
    low, high = sorted((current, target))
    return bool(overdue) or low == 0 or 20 * (high - low) >= low


def price_cap(q, limit, units):  # spec 7.3
    return q if units == 0 else min(q, max(q // 10_000, limit // units))


def escrow_units(inflow, cap, units, fee_units):  # spec 7.4
    return min(UNITS_MAX, max(1, up(inflow, cap) - units - fee_units))


def fill_bucket(level, capacity, paid, depth):  # spec 7.5
    return min(depth, above(level + capacity, paid))


def fee_units(units, fee):  # spec 7.8
    return units * fee // (10_000 - fee)


def should_heal(leak, flow, units):  # spec 7.10
    return leak * 10**6 > flow and units * 10**6 <= flow + leak


def record(book, units, received, cap, depth, seconds):  # spec 7.5
    """Brings the book up to now; `book` and `units` are dicts under the names of the vectors."""
    s, e, f = units["sinks"], units["escrow"], units["fee"]
    u = s + e + f
    received = min(received, RECEIVED_MAX)
    p = (received - book["received"]) // (e + f)
    after = dict(book, received=received)
    after["paid"] = min(AMOUNT_MAX, book["paid"] + p * s)
    after["sinceAnchor"] = min(AMOUNT_MAX, book["sinceAnchor"] + p * u)
    after["feeIncome"] = min(AMOUNT_MAX, book["feeIncome"] + p * f)
    after["spare"] = min(AMOUNT_MAX, fill_bucket(book["spare"], cap * s * seconds, p * s, depth))
    if p:
        after["overflowTime"] += seconds * ONE * e * p // (u * (p + seconds) + book["leak"] * seconds)
    return after


# ---------------------------------------------------------------------------------------------- 8: escrow


def min_deposit(unit_epoch, units):  # spec 8.14
    return unit_epoch * max(1, up(units, 256))


def streamed(total, synced_at, rate, changed_at, now):  # spec 8.13
    return total + rate * (now - max(synced_at, changed_at))


# ---------------------------------------------------------------------------------------------- 9: evidence


def participating(spent, age, interval):  # spec 9.3
    return spent if age <= interval else spent * interval // age


def is_quorum(part, paid):  # spec 9.5
    return paid > 0 and 3 * part >= paid


def share(part, whole):  # spec 9.6
    return min(ONE, part * ONE // whole)


def standard(pi, p):  # spec 9.6
    sigma = max(pi, p // 2)
    phi = above(sigma * 95 // 100, ONE // 20)
    return sigma, phi, pi >= p // 2


def debit(received, phi, sigma):  # spec 9.6
    return received * phi // sigma


def credit(acknowledged, sigma):  # spec 9.6
    return up(acknowledged * ONE, sigma)


def peak_after(peak, capacity):  # spec 9.6
    return max(capacity, (peak + capacity) // 2)


def proven_backlog(owed, q, peak, grace):  # spec 9.9
    return above(owed // q, up(peak * grace, UNIT))


def is_beyond(backlog, capacity, horizon):  # spec 9.9
    return backlog > 0 and backlog * UNIT * 10 >= 9 * capacity * horizon


def unearned(owed, received, earned):  # spec 9.10
    return 0 if owed == 0 else min(2 * owed, received * owed // (owed + earned))


def with_penalty(amount):  # spec 9.10
    return 11 * amount // 10


def exit_charge(owed, received, earned):  # spec 9.11
    doubt = min(received // 10, owed // 2)
    return with_penalty(unearned(owed - doubt, received, earned))


# ---------------------------------------------------------------------------------------------- 10: pipelines


def pipeline_limit(intake, overflow, horizon, ratio):  # spec 10.2
    return above(intake, up(overflow, 3 * horizon)) * ONE // ratio
