"""Spec 8.5 to 8.10: the shares of the overflow. Books and claims are dicts under the names of docs/vectors.md."""

from formulas import AMOUNT_MAX, ONE, above, up

WORD_MAX = 2**256 - 1
QUARTER = WORD_MAX // 4  # where what a pretended rate asks for ends (spec 8.8)
SCALE = 10**9  # spec 8.10
POINT = 2**160  # wei per share (spec 8.8)


def claims_together(book):  # C of spec 8.8
    return book["base"] + book["rate"] * book["sharesPerRate"] // ONE


def accrue(book, income, overflow_time):  # spec 8.5
    g, w = income - book["income"], overflow_time - book["overflowTime"]
    s, o = (book["shares"], book["owned"]) if book["shares"] else (ONE, 1)
    book["shares"] += up(g * s, o)
    book["sharesPerRate"] += w * s // o
    book["owned"] = min(AMOUNT_MAX, book["owned"] + g)
    book["income"], book["overflowTime"] = income, overflow_time


def drain(book, amount, back):  # spec 8.5
    left = above(amount, back)
    unowned = min(left, book["unowned"])
    book["unowned"] = min(AMOUNT_MAX, book["unowned"] - unowned + above(back, amount))
    book["owned"] -= left - unowned
    book["income"] += back


def release(book, excess):  # spec 8.8
    c = claims_together(book)
    h = min(c + 1, book["shares"])
    if c == 0 or h == 0 or excess == 0:
        return 0
    p = min(min(QUARTER, excess * POINT // h), book["owned"] * POINT // book["shares"])
    amount, taken = up(h * p, POINT), up(book["shares"] * p, POINT)
    book["owned"] -= taken
    book["unowned"] = min(AMOUNT_MAX, book["unowned"] + taken - amount)
    book["setAside"] = min(AMOUNT_MAX, book["setAside"] + amount)
    book["claimed"] = min(WORD_MAX, book["claimed"] + min(QUARTER, (c + 1) * p // POINT) + 1)
    book["setAsidePerShare"] += p
    book["setAsidePerRate"] += book["sharesPerRate"] * p // 2**128
    return amount


def rescale(book, ends):  # spec 8.10
    if book["owned"] == 0 and book["shares"]:
        ends[book["scale"]] = book["setAsidePerShare"]
        book["scale"] += 9
        book["shares"] = book["base"] = book["sharesPerRate"] = 0
    while book["shares"] > book["owned"] * 10**27:
        ends[book["scale"]] = book["setAsidePerShare"]
        book["scale"] += 1
        c = up(claims_together(book) + 1, SCALE) + 1
        book["shares"] = up(book["shares"], SCALE)
        book["sharesPerRate"] //= SCALE
        book["base"] = c - book["rate"] * book["sharesPerRate"] // ONE


def own_base(claim):
    return claim["shares"] - claim["rate"] * claim["sharesPerRate"] // ONE


def synchronise(book, claim, ends, stayed, rate):  # spec 8.6, 8.8, 8.10
    if claim["scale"] != book["scale"] and claim["rate"]:
        book["base"] += 1
    start, for_shares, before = claim["setAsidePerShare"], 0, 0
    while True:
        last = claim["scale"] == book["scale"] or (claim["shares"] == 0 and claim["sharesPerRate"] < 2)
        end = book["setAsidePerShare"] if last else ends.get(claim["scale"], 0)
        if end > start:
            for_shares += claim["shares"] * (end - start) // POINT
            before += up(claim["sharesPerRate"] * (end - start), 2**128)
            start = end
        if last:
            break
        claim["shares"] //= SCALE
        claim["leaving"] //= SCALE
        claim["sharesPerRate"] = up(claim["sharesPerRate"], SCALE)
        claim["scale"] += 1
    claim["scale"] = book["scale"]
    grown = above(book["setAsidePerRate"] - claim["setAsidePerRate"], before)
    for_rate = min(QUARTER, claim["rate"] * grown // (ONE * 2**32))

    asked = min(WORD_MAX, claim["payableNow"] + min(WORD_MAX, for_shares + for_rate))
    payable = asked if stayed else min(WORD_MAX, claim["payableNow"] + for_shares)
    claim["payableNow"] = min(payable, book["setAside"])
    book["claimed"] = min(WORD_MAX, above(book["claimed"], asked) + claim["payableNow"])
    given_up = above(book["setAside"], book["claimed"])
    book["setAside"] -= given_up
    book["unowned"] = min(AMOUNT_MAX, book["unowned"] + given_up)

    book["base"] -= own_base(claim)
    if stayed:
        claim["shares"] += claim["rate"] * above(book["sharesPerRate"], claim["sharesPerRate"]) // ONE
    book["rate"] += rate - claim["rate"]
    claim["rate"] = rate
    for name in ("sharesPerRate", "setAsidePerShare", "setAsidePerRate"):
        claim[name] = book[name]
    book["base"] += own_base(claim)


def worth(book, shares):  # spec 8.9
    return book["owned"] if shares >= book["shares"] else shares * book["owned"] // book["shares"]


def worth_up(book, shares):  # spec 8.13
    return book["owned"] if shares >= book["shares"] else up(shares * book["owned"], book["shares"])


def redeem(book, claim, shares):  # spec 8.9
    value = worth(book, shares)
    book["shares"] = above(book["shares"], shares)
    book["base"] -= shares
    claim["shares"] -= shares
    claim["leaving"] = claim["leavingSince"] = 0
    claim["payableNow"] = min(AMOUNT_MAX, claim["payableNow"] + value)
    book["setAside"] = min(AMOUNT_MAX, book["setAside"] + value)
    book["claimed"] = min(WORD_MAX, book["claimed"] + value)
    left = book["owned"] - value
    book["owned"] = min(left, book["shares"] // ONE)
    book["unowned"] = min(AMOUNT_MAX, book["unowned"] + left - book["owned"])
    return value
