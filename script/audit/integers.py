"""A query about machine words, said again about whole numbers.

Solvers for bit vectors multiply and divide 256-bit words bit by bit and rarely finish. Most of our terms never wrap, and
a term's range shows it; then the same query over the integers is a matter of inequalities. The translation loses no
word: what is not known here becomes an arbitrary word, so "unsat" for the integers is "unsat" for the words. Nothing
else follows from it.
"""

import z3


def cases(assertions):
    """The same query without products with a truth, one list of assertions for each way they can turn out.

    The library's min, max and saturating subtraction are `b ^ ((a ^ b) * (a < b ? 1 : 0))`; with the factor known the
    bits fall away."""
    choice = first_choice(assertions)
    if choice is None:
        return [assertions]
    product, condition, other = choice
    nothing = z3.BitVecVal(0, other.size())
    return [
        case
        for fact, value in ((condition, other), (z3.Not(condition), nothing))
        for case in cases([z3.simplify(z3.substitute(a, (product, value))) for a in [*assertions, fact]])
    ]


def first_choice(assertions):
    seen = set()

    def look(node):
        if node.get_id() in seen:
            return None
        seen.add(node.get_id())
        for child in node.children():
            if (found := look(child)) is not None:
                return found
        if node.decl().name().startswith("f_evm_bvmul"):
            for truth, other in (node.children(), reversed(node.children())):
                if z3.is_bv_value(truth) and truth.as_long() <= 1:
                    return node, z3.BoolVal(truth.as_long() == 1), other
                if truth.decl().kind() == z3.Z3_OP_ITE and all(map(z3.is_bv_value, truth.children()[1:])):
                    values = [value.as_long() for value in truth.children()[1:]]
                    if sorted(values) == [0, 1]:
                        return node, truth.arg(0) if values[0] else z3.Not(truth.arg(0)), other
        return None

    return next((found for assertion in assertions if (found := look(assertion)) is not None), None)


class Term:
    """An integer expression and the range it certainly is in."""

    def __init__(self, value, low, high):
        self.value, self.low, self.high = value, low, high

    @property
    def constant(self):
        return self.low if self.low == self.high else None


class Integers:
    def __init__(self, assertions):
        self.facts = []
        self.words = {}
        self.truths = {}
        self.products = {}
        self.quotients = {}
        self.bounds = {}
        self.fresh = 0
        for assertion in assertions:
            self._learn_bound(assertion)
        for assertion in assertions:
            self.facts.append(self.truth(assertion))

    # ------------------------------------------------------------------------------------------- Bounds

    def _learn_bound(self, assertion):
        """`x = concat(0, extract(n, 0, x))` is how a parameter of a smaller type is declared: x < 2^(n + 1). And
        `extract(m, n, x) = 0, extract(n - 1, 0, x) <= c` is how Halmos says x <= c."""
        if z3.is_and(assertion):
            zero, least = assertion.arg(0), assertion.arg(1)
            if z3.is_eq(zero) and least.decl().kind() == z3.Z3_OP_ULEQ and z3.is_bv_value(least.arg(1)):
                upper, lower = zero.arg(0), least.arg(0)
                if is_extract(upper) and is_extract(lower) and is_zero(zero.arg(1)) and upper.arg(0).eq(lower.arg(0)):
                    known = self.bounds.get(upper.arg(0).get_id(), 2 ** upper.arg(0).size() - 1)
                    last, first = upper.params()
                    if known < 2 ** (last + 1) and first == lower.size() and lower.params()[1] == 0:
                        self._bound(upper.arg(0), least.arg(1).as_long())
        if z3.is_eq(assertion) and z3.is_bv(assertion.arg(0)):
            for word, other in (assertion.children(), reversed(assertion.children())):
                if other.decl().kind() == z3.Z3_OP_CONCAT and all(map(is_zero, other.children()[:-1])):
                    rest = other.children()[-1]
                    if is_extract(rest) and rest.arg(0).eq(word) and rest.params()[1] == 0:
                        self._bound(word, 2 ** rest.size() - 1)

    def _bound(self, word, most):
        if z3.is_const(word) and not z3.is_bv_value(word):
            self.bounds[word.get_id()] = min(self.bounds.get(word.get_id(), most), most)

    # ------------------------------------------------------------------------------------------- Words

    def arbitrary(self, low, high):
        self.fresh += 1
        value = z3.Int(f"w{self.fresh}")
        self.facts += [value >= low, value <= high]
        return Term(value, low, high)

    def word(self, node):
        key = node.get_id()
        if key not in self.words:
            self.words[key] = (self._word(node), node)  # the node stays alive: its id names it
        return self.words[key][0]

    def _word(self, node):
        kind, size = node.decl().kind(), node.size()
        if z3.is_bv_value(node):
            return literal(node.as_long())
        if kind == z3.Z3_OP_UNINTERPRETED:
            name = node.decl().name()
            if name.startswith("f_evm_bvudiv"):
                return self.divide(*map(self.word, node.children()))[0]
            if name.startswith("f_evm_bvurem"):
                return self.divide(*map(self.word, node.children()))[1]
            if name.startswith("f_evm_bvmul"):
                return self.multiply(node.children(), size)
            return self.arbitrary(0, self.bounds.get(node.get_id(), 2**size - 1))
        if kind == z3.Z3_OP_CONCAT:
            if (whole := rejoined(node)) is not None:
                return self.word(whole)
            result = literal(0)
            for part in node.children():
                shift, low = 2 ** part.size(), self.word(part)
                result = Term(result.value * shift + low.value, result.low * shift + low.low, result.high * shift + low.high)
            return result
        if kind == z3.Z3_OP_EXTRACT:
            last, first = node.params()
            return self.low_bits(self.shift_right(self.word(node.arg(0)), first), last - first + 1)
        if kind == z3.Z3_OP_BADD:
            return self.add(node.children(), size)
        if kind == z3.Z3_OP_BSUB:
            first, second = map(self.word, node.children())
            return self.wrap(Term(first.value - second.value, first.low - second.high, first.high - second.low), size)
        if kind == z3.Z3_OP_BMUL:
            return self.multiply(node.children(), size)
        if kind == z3.Z3_OP_BNOT:
            inner = self.word(node.arg(0))
            return Term(2**size - 1 - inner.value, 2**size - 1 - inner.high, 2**size - 1 - inner.low)
        if kind == z3.Z3_OP_BLSHR and z3.is_bv_value(node.arg(1)):
            return self.shift_right(self.word(node.arg(0)), min(node.arg(1).as_long(), size))
        if kind == z3.Z3_OP_ITE:
            yes, no = self.word(node.arg(1)), self.word(node.arg(2))
            return Term(
                z3.If(self.truth(node.arg(0)), yes.value, no.value), min(yes.low, no.low), max(yes.high, no.high)
            )
        return self.arbitrary(0, 2**size - 1)

    def add(self, nodes, size):
        """Solvers write a - b as a + (2^n - 1) * b, so a large factor is a negative one."""
        total = literal(0)
        for node in nodes:
            total = plus(total, self.signed(node, size))
        return self.wrap(total, size)

    def signed(self, node, size):
        if z3.is_bv_value(node):
            value = node.as_long()
            return literal(value - 2**size if value >= 2 ** (size - 1) else value)
        if node.decl().kind() == z3.Z3_OP_BMUL and z3.is_bv_value(node.arg(0)) and node.num_args() == 2:
            factor = node.arg(0).as_long()
            if factor >= 2 ** (size - 1):
                factor, term = factor - 2**size, self.word(node.arg(1))
                return Term(term.value * factor, term.high * factor, term.low * factor)
        return self.word(node)

    def multiply(self, nodes, size):
        result = literal(1)
        for node in nodes:
            result = self.wrap(self.product(result, self.word(node)), size)
        return result

    def product(self, first, second):
        low, high = first.low * second.low, first.high * second.high
        if first.constant is not None or second.constant is not None:
            return Term(first.value * second.value, low, high)
        value = normal(first.value * second.value)
        key = value.get_id()
        if key not in self.products:
            self.facts += [value >= low, value <= high]
            self.products[key] = (Term(value, low, high), first, second)
        return self.products[key][0]

    def divide(self, first, second):
        """Quotient and remainder; as the machine has it, both are 0 for a division by 0."""
        first, second = (Term(normal(term.value), term.low, term.high) for term in (first, second))
        key = (first.value.get_id(), second.value.get_id())
        if key not in self.quotients:
            if second.low > 0 and first.high < second.low:
                self.quotients[key] = (literal(0), first, first, second)
            else:
                quotient = self.arbitrary(first.low // max(second.high, 1) if second.low else 0, first.high // max(second.low, 1))
                remainder = self.arbitrary(0, min(first.high, max(second.high - 1, 0)))
                exact = first.value == self.product(quotient, second).value + remainder.value
                whole = z3.And(exact, remainder.value < second.value)
                nothing = z3.And(quotient.value == 0, remainder.value == 0)
                self.facts.append(whole if second.low else z3.If(second.value == 0, nothing, whole))
                self.quotients[key] = (quotient, remainder, first, second)
                self._relate(quotient, first, second)
        return self.quotients[key][:2]

    def _relate(self, quotient, first, second):
        """What every quotient obeys, said outright: solvers find it slowly or not at all."""
        if first.value.get_id() in self.products:
            _, *factors = self.products[first.value.get_id()]
            for one, other in (factors, reversed(factors)):
                self.facts.append(z3.Implies(one.value <= second.value, quotient.value <= other.value))
                self.facts.append(z3.Implies(z3.And(one.value == second.value, second.value > 0), quotient.value == other.value))
                self.facts.append(z3.Implies(z3.And(one.value >= second.value, second.value > 0), quotient.value >= other.value))

    def shift_right(self, term, bits):
        return self.divide(term, literal(2**bits))[0] if bits else term

    def low_bits(self, term, bits):
        return term if term.high < 2**bits else self.divide(term, literal(2**bits))[1]

    def wrap(self, term, size):
        """The word that a number becomes: itself, if its range says so."""
        if 0 <= term.low and term.high < 2**size:
            return term
        # A name of its own keeps polynomials from growing where words wrap again and again.
        turns, word = self.arbitrary(term.low // 2**size, term.high // 2**size), self.arbitrary(0, 2**size - 1)
        self.facts.append(term.value == word.value + turns.value * 2**size)
        return word

    # ------------------------------------------------------------------------------------------- Truths

    def truth(self, node):
        key = node.get_id()
        if key not in self.truths:
            self.truths[key] = (self._truth(node), node)
        return self.truths[key][0]

    def _truth(self, node):
        kind = node.decl().kind()
        if z3.is_true(node) or z3.is_false(node):
            return node
        if kind in (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_NOT, z3.Z3_OP_IMPLIES, z3.Z3_OP_XOR):
            return rebuild(kind, [self.truth(child) for child in node.children()])
        if kind == z3.Z3_OP_ITE:
            return z3.If(*[self.truth(child) for child in node.children()])
        if kind == z3.Z3_OP_EQ and z3.is_bv(node.arg(0)):
            return self.word(node.arg(0)).value == self.word(node.arg(1)).value
        if kind == z3.Z3_OP_EQ and z3.is_bool(node.arg(0)):
            return self.truth(node.arg(0)) == self.truth(node.arg(1))
        if kind in COMPARISONS:
            return COMPARISONS[kind](self.word(node.arg(0)).value, self.word(node.arg(1)).value)
        self.fresh += 1
        return z3.Bool(f"t{self.fresh}")


COMPARISONS = {
    z3.Z3_OP_ULEQ: lambda a, b: a <= b,
    z3.Z3_OP_ULT: lambda a, b: a < b,
    z3.Z3_OP_UGEQ: lambda a, b: a >= b,
    z3.Z3_OP_UGT: lambda a, b: a > b,
}


def rejoined(node):
    """What was cut into a high and a low part, to turn a single bit of it, and is whole again."""
    high, low = node.arg(0), node.arg(node.num_args() - 1)
    if node.num_args() == 2 and is_extract(high):
        whole, (last, first) = high.arg(0), high.params()
        if last == whole.size() - 1 and first == low.size() and z3.simplify(z3.Extract(first - 1, 0, whole)).eq(low):
            return whole
    return None


def is_extract(node):
    return node.decl().kind() == z3.Z3_OP_EXTRACT


def is_zero(node):
    return z3.is_bv_value(node) and node.as_long() == 0


def literal(value):
    return Term(z3.IntVal(value), value, value)


def normal(value):
    """The same polynomial is the same expression."""
    return z3.simplify(value, som=True)


def plus(first, second):
    return Term(first.value + second.value, first.low + second.low, first.high + second.high)


def rebuild(kind, children):
    if kind == z3.Z3_OP_AND:
        return z3.And(children)
    if kind == z3.Z3_OP_OR:
        return z3.Or(children)
    if kind == z3.Z3_OP_NOT:
        return z3.Not(children[0])
    if kind == z3.Z3_OP_IMPLIES:
        return z3.Implies(*children)
    return z3.Xor(*children)
