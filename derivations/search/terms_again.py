"""From the normal form back to terms."""

from __future__ import annotations

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.monomials import Atom, Ix, Monomial, Poly, is_bound
from derivations.kernel.terms import Expr


def index_symbol(i: Ix) -> Expr:
    """The index symbol of a label; bound labels get names no author uses."""
    sort, label = i
    return terms.index(label.replace("#", "h").replace(".", "_") if is_bound(i) else label, sort)


def poly_term(p: Poly) -> Expr:
    """The term of a polynomial."""
    return sp.Add(*(monomial_term(m, c) for m, c in p))


def monomial_term(m: Monomial, coefficient: object, factor: Expr = sp.S.One) -> Expr:
    """The term of a monomial times `factor`, which may use the monomial's bound indices."""
    body = sp.Rational(str(coefficient)) * sp.Mul(*(atom_term(a) ** n for a, n in m.factors)) * factor
    if m.exponent:
        body *= sp.exp(poly_term(m.exponent))
    return terms.sum_over(body, *(index_symbol(i) for i in m.bound))


def atom_term(a: Atom) -> Expr:
    """The term of an atom."""
    match a:
        case ("scalar", "I"):
            return sp.I
        case ("scalar", name):
            # By convention sizes are capital letters; a wrong guess is refused by the kernel.
            return terms.size(name) if name.isupper() else terms.entry(name)
        case ("entry", name, *indices):
            return terms.entry(name, *(index_symbol(i) for i in indices))
        case ("delta", i, j):
            return sp.KroneckerDelta(index_symbol(i), index_symbol(j))
        case ("expect", p):
            return terms.E(poly_term(p))
        case ("log", p):
            return sp.log(poly_term(p))
        case ("product", i, p):
            return terms.product_over(poly_term(p), index_symbol(i))
        case (_, p):
            return poly_term(p)
        case _:
            raise AssertionError(f"unknown atom {a}")
