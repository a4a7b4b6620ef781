"""`solver.py QUERY.smt2` answers like an SMT solver: whether words exist that satisfy Halmos's query.

First over the integers, where products of bounded numbers are easy, then bit by bit, which also finds the words of a
counterexample. The first limit counts steps, not seconds, so a busy machine comes to the same answer.
"""

import subprocess
import sys
from pathlib import Path

import z3

from integers import Integers, cases

STEPS = 4_000_000
SECONDS = 120
BIT_SECONDS = 10


def impossible_over_integers(query: str) -> bool:
    return all(map(impossible, cases(list(z3.parse_smt2_file(query)))))


def impossible(assertions: list) -> bool:
    solver = z3.SimpleSolver()
    solver.set("rlimit", STEPS)
    solver.set("timeout", SECONDS * 1000)
    solver.add(Integers(assertions).facts)
    return solver.check() == z3.unsat


def bit_by_bit(query: str) -> str:
    yices = Path(sys.executable).with_name("yices-smt2")
    command = [str(yices), "--smt2-model-format", "--bvconst-in-decimal", query]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=BIT_SECONDS).stdout or "unknown\n"
    except subprocess.TimeoutExpired:
        return "unknown\n"


if __name__ == "__main__":
    path = sys.argv[1]
    sys.stdout.write("unsat\n" if impossible_over_integers(path) else bit_by_bit(path))
