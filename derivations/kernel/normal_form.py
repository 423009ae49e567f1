"""The normal form of a term, the same for all sizes; the first of the two checks of every step.

Products are distributed over sums, exponentials merged, expectations made linear, deltas contracted,
sums over an index that does not occur replaced by the size, and bound indices labelled canonically.
If two terms have the same normal form they are equal in every model of every size: each rewriting done
here is an identity of finite sums. The converse is not claimed; a true step whose normal forms differ
is refused, never accepted.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import factorial, prod
from typing import Any

import sympy as sp

from derivations.kernel import monomials as mono
from derivations.kernel.monomials import ONE, Atom, Ix, Monomial, Poly
from derivations.kernel.signature import Signature
from derivations.kernel.signs import Signs
from derivations.kernel.terms import E, Expr, KernelError, binders, is_index, sort_of, tensor_name

MOST_ORDERS = 5040
"""Canonical labelling tries this many orders of indistinguishable bound indices at most."""


def normal_form(e: Expr, signature: Signature) -> Poly:
    """The normal form of a well-formed term; the empty polynomial exactly if it is shown to be zero."""
    return Normalizer(signature).canonical(Normalizer(signature).poly(e, {}))


class Normalizer:
    """Turns terms into polynomials of monomials, over one signature."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.signs = Signs(signature)

    # -- from terms to polynomials ------------------------------------------------------------

    def poly(self, e: Expr, scope: dict[Expr, Ix]) -> Poly:
        """The polynomial of `e`; `scope` maps the bound index symbols around it to their labels."""
        match e:
            case sp.Rational():
                return mono.constant(Fraction(int(e.p), int(e.q)))
            case sp.core.numbers.ImaginaryUnit():
                return mono.of_atom(("scalar", "I"))
            case sp.core.numbers.Exp1():
                return ((Monomial(exponent=ONE), Fraction(1)),)
            case sp.Symbol():
                return mono.of_atom(("scalar", e.name))
            case sp.Indexed():
                return mono.of_atom(("entry", tensor_name(e), *(self.ix(i, scope) for i in e.indices)))
            case sp.KroneckerDelta():
                i, j = (self.ix(i, scope) for i in e.args[:2])
                return self.reduced(mono.of_atom(mono.delta(i, j)))
            case sp.Add():
                return tuple(t for a in e.args for t in self.poly(a, scope))
            case sp.Mul():
                p = ONE
                for a in e.args:
                    p = self.collected(mono.times(p, self.poly(a, scope)))
                return p
            case sp.exp():
                return ((Monomial(exponent=self.canonical(self.poly(e.args[0], scope))), Fraction(1)),)
            case sp.log():
                return self.logarithm(self.canonical(self.poly(e.args[0], scope)))
            case sp.Pow():
                return self.power(self.poly(e.base, scope), int(e.exp))
            case sp.Sum():
                labels = {i: mono.fresh_index(sort_of(i)) for i in binders(e)}
                bound = tuple(labels.values())
                inner = self.poly(e.function, {**scope, **labels})
                return self.reduced(tuple((m._replace(bound=m.bound + bound), c) for m, c in inner))
            case sp.Product():
                return self.product(e, scope)
            case E():
                body = self.canonical(self.poly(e.args[0], scope))
                return self.reduced(tuple(t for m, c in body for t in self.expectation(m, c)))
            case _:
                raise KernelError(f"{type(e).__name__} is not part of the term language: {e}")

    def ix(self, i: Expr, scope: dict[Expr, Ix]) -> Ix:
        """The label of an index symbol."""
        if not is_index(i):
            raise KernelError(f"expected an index, got {i}")
        name, sort = i.name.split(":", 1)
        return scope.get(i, (sort, name))

    def power(self, p: Poly, n: int) -> Poly:
        """p**n; a negative power only of what is known to be nonzero, because it is positive."""
        if n >= 0:
            out = ONE
            for _ in range(n):
                out = self.collected(mono.times(out, p))
            return out
        p = self.canonical(p)
        if not p or not all(self.signs.positive(m, c) for m, c in p):
            raise KernelError("division by a term that is not known to be nonzero")
        ((m, c), *rest) = p
        if rest or m.bound:
            return mono.of_atom(("power", p), n)
        factors = tuple((a, n * k) for a, k in m.factors)
        return ((Monomial((), factors, mono.scale(m.exponent, Fraction(n))), c**n),)

    def logarithm(self, p: Poly) -> Poly:
        """log p for positive p; of a product it is the sum of the logarithms."""
        if not p or not all(self.signs.positive(m, c) for m, c in p):
            raise KernelError("logarithm of a term that is not known to be positive")
        ((m, c), *rest) = p
        if rest or m.bound:
            return mono.of_atom(("log", p))
        out = m.exponent
        for prime, n in {**sp.factorint(c.numerator), **_negated(sp.factorint(c.denominator))}.items():
            out += mono.scale(mono.of_atom(("log", mono.constant(Fraction(int(prime))))), Fraction(int(n)))
        for atom, n in m.factors:
            inner = (
                self.logarithm(atom[1]) if atom[0] == "power" else mono.of_atom(("log", mono.of_atom(atom)))
            )
            out += mono.scale(inner, Fraction(n))
        return out

    def product(self, e: Expr, scope: dict[Expr, Ix]) -> Poly:
        """A product over an index; of exponentials it is the exponential of a sum."""
        (symbol,) = binders(e)
        i = mono.fresh_index(sort_of(symbol))
        body = self.canonical(self.poly(e.function, {**scope, symbol: i}))
        if len(body) == 1 and body[0][1] == 1 and not body[0][0].bound and not body[0][0].factors:
            summed = tuple((m._replace(bound=(*m.bound, i)), c) for m, c in body[0][0].exponent)
            return ((Monomial(exponent=self.canonical(summed)), Fraction(1)),)
        if body and all(self.signs.positive(m, c) for m, c in body):
            logs = tuple((m._replace(bound=(*m.bound, i)), c) for m, c in self.logarithm(body))
            return ((Monomial(exponent=self.canonical(logs)), Fraction(1)),)
        label = (i[0], f"#{mono.height(body)}.p")
        return mono.of_atom(("product", label, self.canonical(mono.rename_poly(body, {i: label}))))

    def expectation(self, m: Monomial, c: Fraction) -> Iterator[tuple[Monomial, Fraction]]:
        """E of one monomial: finite sums and everything that is not random move outside."""
        m = mono.refreshed(m)
        inside = tuple((a, n) for a, n in m.factors if self.signs.random_atom(a))
        outside = tuple((a, n) for a, n in m.factors if not self.signs.random_atom(a))
        noise = tuple((t, d) for t, d in m.exponent if self.signs.random(t))
        quiet = tuple((t, d) for t, d in m.exponent if not self.signs.random(t))
        if not all(self.signs.purely_imaginary(t) for t, _ in noise):
            raise KernelError("an expectation that may not exist: the exponent is not imaginary")
        if any(n < 0 or a[0] in mono.NESTED for a, n in inside):
            raise KernelError("an expectation that may not exist: not of a polynomial")
        if inside or noise:
            body = ((Monomial((), inside, self.canonical(noise)), Fraction(1)),)
            outside = mono.merged((*outside, (("expect", body), 1)))
        yield Monomial(m.bound, outside, quiet), c

    # -- reduction ----------------------------------------------------------------------------

    def reduced(self, p: Poly) -> Poly:
        """Deltas contracted, I**2 = -1, indices that do not occur summed to their size."""
        return tuple(self.reduced_monomial(m, c) for m, c in p)

    def collected(self, p: Poly) -> Poly:
        """Reduced, and with like terms collected if there are many, so that products stay small."""
        return self.canonical(p) if len(p) > 12 else self.reduced(p)

    def reduced_monomial(self, m: Monomial, c: Fraction) -> tuple[Monomial, Fraction]:
        while True:
            contraction = self.contraction(m)
            if contraction is None:
                break
            m = contraction
        factors = dict(m.factors)
        quarter_turns = factors.pop(("scalar", "I"), 0) % 4
        if quarter_turns >= 2:
            c = -c
        if quarter_turns % 2:
            factors[("scalar", "I")] = 1
        used = {i for a in factors for i in mono.atom_indices(a)} | set(mono.poly_indices(m.exponent))
        summed = [(("scalar", i[0]), 1) for i in m.bound if i not in used]
        bound = tuple(i for i in m.bound if i in used)
        return Monomial(bound, mono.merged((*factors.items(), *summed)), m.exponent), c

    def contraction(self, m: Monomial) -> Monomial | None:
        """One delta used up or normalized, or None if there is nothing to do."""
        for a, n in m.factors:
            if a[0] != "delta":
                continue
            i, j = a[1], a[2]
            others = tuple(f for f in m.factors if f[0] != a)
            if i == j:
                return m._replace(factors=others)
            if n != 1:
                return m._replace(factors=mono.merged((*others, (a, 1))))
            for gone, kept in ((i, j), (j, i)):
                if gone in m.bound:
                    body = mono.rename_monomial(Monomial((), others, m.exponent), {gone: kept})
                    return body._replace(bound=tuple(b for b in m.bound if b != gone))
            body = mono.rename_monomial(Monomial((), others, m.exponent), {j: i})
            if body.factors != others or body.exponent != m.exponent:
                return Monomial(m.bound, mono.merged((*body.factors, (a, 1))), body.exponent)
        return None

    # -- canonical labels ---------------------------------------------------------------------

    def canonical(self, p: Poly) -> Poly:
        """Reduced, canonically labelled, like terms collected, in a fixed order."""
        total: defaultdict[Monomial, Fraction] = defaultdict(Fraction)
        for m, c in self.reduced(p):
            total[self.canonical_monomial(m)] += c
        return tuple(sorted(((m, c) for m, c in total.items() if c), key=repr))

    def canonical_monomial(self, m: Monomial) -> Monomial:
        m = self.tidy(m)
        if not m.bound:
            return m
        level = mono.height(((m, Fraction(1)),))
        groups: defaultdict[str, list[Ix]] = defaultdict(list)
        for i in m.bound:
            groups[self.role(m, i)].append(i)
        ordered = [groups[role] for role in sorted(groups)]
        if prod(factorial(len(g)) for g in ordered) > MOST_ORDERS:
            raise KernelError("too many indistinguishable bound indices in one monomial")
        best: tuple[str, Monomial] | None = None
        for orders in itertools.product(*(itertools.permutations(g) for g in ordered)):
            sequence = [i for order in orders for i in order]
            labels = {i: (i[0], f"#{level}.{n:02d}") for n, i in enumerate(sequence)}
            body = self.tidy(mono.rename_monomial(m._replace(bound=()), labels))
            candidate = body._replace(bound=tuple(labels.values()))
            key = repr(candidate)
            if best is None or key < best[0]:
                best = key, candidate
        assert best is not None
        return best[1]

    def role(self, m: Monomial, i: Ix) -> str:
        """What distinguishes a bound index whatever the others are called."""
        masks = {j: (j[0], "#other") for j in m.bound} | {i: (i[0], "#this")}
        return repr((i[0], self.tidy(mono.rename_monomial(m._replace(bound=()), masks))))

    def tidy(self, m: Monomial) -> Monomial:
        """Symmetric slots sorted, and the polynomials inside canonical."""
        factors = mono.merged((self.tidy_atom(a), n) for a, n in m.factors)
        return Monomial(m.bound, tuple(sorted(factors, key=repr)), self.canonical(m.exponent))

    def tidy_atom(self, a: Atom) -> Atom:
        match a:
            case ("entry", name, *indices) if name in self.signature and self.signature[name].symmetric:
                return ("entry", name, *indices[:-2], *sorted(indices[-2:]))
            case ("product", i, p):
                return ("product", i, self.canonical(p))
            case ("expect" | "power" | "log" as kind, p):
                return (kind, self.canonical(p))
            case _:
                return a


def _negated(factors: dict[int, int]) -> dict[int, int]:
    return {prime: -n for prime, n in factors.items()}


def is_zero(e: Expr, signature: Signature) -> bool:
    """Whether the normal form shows that `e` is zero in every model of every size."""
    return not normal_form(e, signature)


def indices_per_sort(p: Poly) -> dict[str, int]:
    """For each sort, the most distinct indices of it that one monomial of `p` uses, nested ones included."""
    most: defaultdict[str, int] = defaultdict(int)
    for m, _ in p:
        for sort, n in _count(m).items():
            most[sort] = max(most[sort], n)
    return dict(most)


def _count(m: Monomial) -> dict[str, int]:
    seen: set[Any] = set(mono.monomial_indices(m)) | set(m.bound)
    total: defaultdict[str, int] = defaultdict(int)
    for sort, _ in seen:
        total[sort] += 1
    inner = [a[-1] for a, _ in m.factors if a[0] in mono.NESTED] + [m.exponent]
    for p in inner:
        for sort, n in indices_per_sort(p).items():
            total[sort] = max(total[sort], n)
    return dict(total)
