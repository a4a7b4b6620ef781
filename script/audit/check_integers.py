"""Checks the translation itself: a query that has a solution must never be called impossible.

Random terms over random words are asserted to have the values that they do have, which those words solve. A second
half asserts a value that is one off; most of these are impossible, and a translation that never says so is worthless.
"""

import random
import sys

import z3

from integers import Integers, cases

ROUNDS = 200
SIZE = 64


def impossible(assertions):
    def refuted(case):
        solver = z3.SimpleSolver()
        solver.set("rlimit", 300_000)
        solver.add(Integers(case).facts)
        return solver.check() == z3.unsat

    return all(map(refuted, cases(assertions)))


def division(name):
    return z3.Function(f"f_evm_{name}_{SIZE}", *[z3.BitVecSort(SIZE)] * 3)


DIVIDE, REMAINDER, MULTIPLY = map(division, ("bvudiv", "bvurem", "bvmul"))


def random_term(source, words, depth):
    """A term, and the same in plain bit-vector operations, which z3 can evaluate."""
    if depth == 0:
        if source.random() < 0.3:
            constant = z3.BitVecVal(source.choice([1, 3, 10**9, 2**SIZE - 1, 2**SIZE - 10**6]), SIZE)
            return constant, constant
        word = source.choice(words)
        return word, word
    (a, plain_a), (b, plain_b) = (random_term(source, words, depth - 1) for _ in range(2))
    zero, one = z3.BitVecVal(0, SIZE), z3.BitVecVal(1, SIZE)
    kind = source.randrange(9)
    if kind == 0:
        return a + b, plain_a + plain_b
    if kind == 1:
        return a - b, plain_a - plain_b
    if kind == 2:
        return MULTIPLY(a, b), plain_a * plain_b
    if kind == 3:
        return DIVIDE(a, b), z3.If(plain_b == 0, zero, z3.UDiv(plain_a, plain_b))
    if kind == 4:
        return REMAINDER(a, b), z3.If(plain_b == 0, zero, z3.URem(plain_a, plain_b))
    if kind == 5:
        last, first = source.randrange(8, SIZE), source.randrange(8)
        return tuple(z3.ZeroExt(SIZE - last + first - 1, z3.Extract(last, first, term)) for term in (a, plain_a))
    if kind == 6:
        return z3.If(z3.ULE(a, b), a, b), z3.If(z3.ULE(plain_a, plain_b), plain_a, plain_b)
    if kind == 7:
        return b ^ MULTIPLY(z3.If(z3.ULT(a, b), one, zero), a ^ b), z3.If(z3.ULT(plain_a, plain_b), plain_a, plain_b)
    return ~a, ~plain_a


def query(source, off):
    words = [z3.BitVec(f"x{i}", SIZE) for i in range(3)]
    values = [source.getrandbits(source.choice([1, 8, 24, 40, SIZE])) for _ in words]
    solution = [(word, z3.BitVecVal(value, SIZE)) for word, value in zip(words, values)]
    assertions = []
    for word, value in zip(words, values):
        bits = source.choice([bits for bits in (8, 24, 40, SIZE - 1, SIZE) if value < 2**bits])
        if bits < SIZE:
            assertions.append(word == z3.Concat(z3.BitVecVal(0, SIZE - bits), z3.Extract(bits - 1, 0, word)))
        if off or source.random() < 0.5:
            assertions.append(word == z3.BitVecVal(value, SIZE))
        else:
            assertions.append(z3.ULE(word, z3.BitVecVal(value, SIZE)))
    term, plain = random_term(source, words, 3)
    value = z3.simplify(z3.substitute(plain, *solution)).as_long()
    wrong = (value + 1) % 2**SIZE if off else value
    return [*assertions, term == z3.BitVecVal(wrong, SIZE)]


def main():
    source = random.Random(1)
    refuted = sum(impossible(query(source, off=False)) for _ in range(ROUNDS))
    missed = sum(not impossible(query(source, off=True)) for _ in range(ROUNDS))
    print(f"{refuted} of {ROUNDS} queries with a solution called impossible, {missed} of {ROUNDS} without one missed")
    return 1 if refuted or missed > ROUNDS // 2 else 0


if __name__ == "__main__":
    sys.exit(main())
