"""Holds docs/vectors.json against an implementation of docs/spec.md that shares no line with the project's own.

    python3 docs/vectors/check.py [FILE]

Needs Python 3.10 and nothing else. Prints what it compared; on a difference the first few, and exit code 1.
docs/vectors.md says what the file means.
"""

import json
import sys
from pathlib import Path

import formulas as f
import shares
from history import play

SHOWN = 10


def numbers(compute):
    """A function whose inputs are numbers, in the order of the file."""

    def answer(row):
        result = compute(*row.values())
        return result if isinstance(result, tuple) else (result,)

    return answer


def books(compute):
    """A function that changes books: `compute` gets them and the other inputs, and returns what else it answers."""

    def answer(row, outputs):
        parts, rest = {}, {}
        for name, value in row.items():
            part, _, field = name.partition(".")
            if field:
                parts.setdefault(part, {})[field] = value
            else:
                rest[name] = value
        more = compute(parts, rest)
        return tuple(
            more[name] if "." not in name else parts[name.partition(".")[0]][name.partition(".")[2]] for name in outputs
        )

    answer.takes_outputs = True
    return answer


def as_of_now(parts, rest):
    parts["book"] = f.record(
        parts["book"], parts["units"], rest["received"], rest["priceCap"], rest["depth"], rest["seconds"]
    )
    return {}


def rescale(parts, rest):
    ends, scale = {}, parts["book"]["scale"]
    shares.rescale(parts["book"], ends)
    return {"end": ends.get(scale, 0)}


def sync(parts, rest):
    first = parts["claim"]["scale"]
    ends = {first: rest["ends1"], first + 1: rest["ends2"]}
    shares.synchronise(parts["book"], parts["claim"], ends, rest["stayed"], rest["rate"])
    return {}


FUNCTIONS = {
    "remainingShareDown": numbers(f.remaining_share),
    "smooth": numbers(f.smooth),
    "effectiveUnitsDown": numbers(f.effective_units),
    "capacityCapDown": numbers(f.capacity_cap),
    "shouldMove": numbers(f.should_move),
    "escrowUnitsUp": numbers(f.escrow_units),
    "priceCapDown": numbers(f.price_cap),
    "shouldHeal": numbers(f.should_heal),
    "minDepositUp": numbers(f.min_deposit),
    "feeUnitsDown": numbers(f.fee_units),
    "fillBucket": numbers(f.fill_bucket),
    "pipelineLimitDown": numbers(f.pipeline_limit),
    "bondPerUnit": numbers(f.bond_per_unit),
    "unbondingPeriod": numbers(f.unbonding_period),
    "minimumHorizonUp": numbers(f.minimum_horizon),
    "participatingDown": numbers(f.participating),
    "isQuorum": numbers(f.is_quorum),
    "shareDown": numbers(f.share),
    "standardDown": numbers(f.standard),
    "debitDown": numbers(f.debit),
    "creditUp": numbers(f.credit),
    "peakAfterDown": numbers(f.peak_after),
    "provenBacklogDown": numbers(f.proven_backlog),
    "isBeyondHorizon": numbers(f.is_beyond),
    "unearnedDown": numbers(f.unearned),
    "withPenaltyDown": numbers(f.with_penalty),
    "exitChargeDown": numbers(f.exit_charge),
    "totalAt": numbers(f.streamed),
    "asOfNow": books(as_of_now),
    "accrue": books(lambda p, r: shares.accrue(p["book"], r["income"], r["overflowTime"]) or {}),
    "drain": books(lambda p, r: shares.drain(p["book"], r["amount"], r["back"]) or {}),
    "release": books(lambda p, r: {"amount": shares.release(p["book"], r["excess"])}),
    "rescale": books(rescale),
    "sync": books(sync),
    "redeem": books(lambda p, r: {"value": shares.redeem(p["book"], p["claim"], r["shares"])}),
    "worthUp": books(lambda p, r: {"worth": shares.worth_up(p["book"], r["shares"])}),
}


def check_function(name, vectors):
    """Yields a line for every case that differs."""
    inputs, outputs = vectors["inputs"], vectors["outputs"]
    for case in vectors["cases"]:
        values = [int(text) for text in case]
        row, expected = dict(zip(inputs, values)), tuple(values[len(inputs) :])
        compute = FUNCTIONS[name]
        answer = compute(dict(row), outputs) if hasattr(compute, "takes_outputs") else compute(row)
        if tuple(map(int, answer)) != expected:
            yield f"{name}({row}): the file says {expected}, the specification {tuple(map(int, answer))}"


def check_history(history, parameters):
    """Yields a line for every view that differs, up to the first block where one does."""
    if set(history["views"]) != set(next(play(history, parameters))[2]):
        yield f"history {history['name']}: other views than here"
    for now, step, seen in play(history, parameters):
        expected = dict(zip(history["views"], map(int, step["views"])))
        wrong = [name for name in history["views"] if seen.get(name) != expected[name]]
        for name in wrong:
            yield f"history {history['name']} at {now}: {name} is {expected[name]} in the file, {seen.get(name)} here"
        if wrong:
            return


def main(path):
    vectors = json.loads(Path(path).read_text())
    missing = sorted(set(vectors["functions"]) ^ set(FUNCTIONS))
    wrong = [f"{name}: in the file or here alone" for name in missing]
    cases = blocks = 0
    for name, of_function in vectors["functions"].items():
        if name in FUNCTIONS:
            wrong += check_function(name, of_function)
            cases += len(of_function["cases"])
    for history in vectors["histories"]:
        wrong += check_history(history, vectors["parameters"])
        blocks += len(history["steps"])
    for line in wrong[:SHOWN]:
        print(line, file=sys.stderr)
    print(
        f"{len(vectors['functions'])} functions, {cases} cases; {len(vectors['histories'])} histories, {blocks} blocks;"
        f" {len(wrong)} differences"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "vectors.json"))
