"""The places in a polynomial at which a monomial stands, each with its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.monomials import NESTED, Atom, Monomial, Poly
from derivations.kernel.terms import Expr
from derivations.search.terms_again import index_symbol, monomial_term, poly_term

Around = Callable[[Expr], Expr]


class Place(NamedTuple):
    """A monomial with its coefficient; `around` puts a term where the two stand."""

    monomial: Monomial
    coefficient: Fraction
    around: Around


def places(m: Monomial, c: Fraction) -> Iterator[Place]:
    """The term c m itself, and every monomial inside its atoms and its exponent."""
    yield Place(m, c, lambda x: x)
    for n, (atom, power) in enumerate(m.factors):
        if atom[0] in NESTED and power > 0:
            fewer = () if power == 1 else ((atom, power - 1),)
            rest = m._replace(factors=(*m.factors[:n], *fewer, *m.factors[n + 1 :]))
            for inner in _nested(atom[-1]):
                yield inner._replace(around=_in_atom(rest, c, atom, inner.around))
    for inner in _nested(m.exponent):
        yield inner._replace(around=_in_exponent(m._replace(exponent=()), c, inner.around))


def _nested(p: Poly) -> Iterator[Place]:
    """The places of a polynomial that stands inside something: its other terms stay beside them."""
    for n, (m, c) in enumerate(p):
        others = poly_term(p[:n] + p[n + 1 :])
        for place in places(m, c):
            yield place._replace(around=_beside(others, place.around))


def _beside(others: Expr, around: Around) -> Around:
    return lambda x: others + around(x)


def _in_atom(rest: Monomial, c: Fraction, atom: Atom, around: Around) -> Around:
    def surroundings(x: Expr) -> Expr:
        match atom:
            case ("expect", _):
                filled = terms.E(around(x))
            case ("log", _):
                filled = sp.log(around(x))
            case ("product", i, _):
                filled = terms.product_over(around(x), index_symbol(i))
            case _:
                filled = around(x)
        return monomial_term(rest, c, filled)

    return surroundings


def _in_exponent(rest: Monomial, c: Fraction, around: Around) -> Around:
    return lambda x: monomial_term(rest, c, sp.exp(around(x)))
