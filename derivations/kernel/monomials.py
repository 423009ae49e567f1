"""The data of the normal form: polynomials of tensor monomials, as nested tuples.

    index      (sort, label)            label: "i" free, "#h.n" bound and canonical, "~n" bound and fresh
    atom       ("scalar", name)  ("entry", name, index, ...)  ("delta", index, index)
               ("expect", poly)  ("power", poly)  ("log", poly)  ("product", index, poly)
    monomial   Monomial(bound indices, atoms with integer exponents, polynomial inside exp)
    poly       a tuple of (monomial, coefficient)

A monomial stands for the sum over its bound indices of the product of its atoms and one exponential.
A canonical label carries the height h of nesting, so that the bound indices of a polynomial inside an
atom never share a label with those around it, and substitution cannot capture.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from derivations.kernel.terms import KernelError

Ix = tuple[str, str]
Atom = tuple[Any, ...]

_fresh = itertools.count()


class Monomial(NamedTuple):
    """Sum over `bound` of the product of `factors` times exp(`exponent`)."""

    bound: tuple[Ix, ...] = ()
    factors: tuple[tuple[Atom, int], ...] = ()
    exponent: tuple[tuple[Monomial, Fraction], ...] = ()


Poly = tuple[tuple[Monomial, Fraction], ...]
NESTED = ("expect", "power", "log", "product")
"""Kinds of atoms whose last part is a polynomial."""
UNIT = Monomial()
MOST_MONOMIALS = 20_000
ONE: Poly = ((UNIT, Fraction(1)),)


def fresh_index(sort: str) -> Ix:
    """An index of `sort` that occurs nowhere else."""
    return (sort, f"~{next(_fresh)}")


def is_bound(i: Ix) -> bool:
    """Whether the label is that of a bound index."""
    return i[1][0] in "#~"


def constant(value: Fraction) -> Poly:
    """The polynomial that is `value`."""
    return ((UNIT, value),) if value else ()


def of_atom(atom: Atom, power: int = 1) -> Poly:
    """The polynomial atom**power."""
    return ((Monomial(factors=((atom, power),)), Fraction(1)),)


def scale(p: Poly, c: Fraction) -> Poly:
    """c times p."""
    return tuple((m, c * d) for m, d in p) if c else ()


def atom_indices(atom: Atom) -> Iterator[Ix]:
    """The indices that occur free in an atom, with repetition."""
    match atom:
        case ("scalar", _):
            return
        case ("entry", _, *indices):
            yield from indices
        case ("delta", i, j):
            yield i
            yield j
        case ("product", i, poly):
            yield from (j for j in poly_indices(poly) if j != i)
        case (_, poly):
            yield from poly_indices(poly)


def monomial_indices(m: Monomial) -> Iterator[Ix]:
    """The indices that occur free in a monomial, with repetition."""
    bound = set(m.bound)
    for atom, _ in m.factors:
        yield from (i for i in atom_indices(atom) if i not in bound)
    yield from (i for i in poly_indices(m.exponent) if i not in bound)


def poly_indices(p: Poly) -> Iterator[Ix]:
    """The indices that occur free in a polynomial, with repetition."""
    for m, _ in p:
        yield from monomial_indices(m)


def rename_atom(atom: Atom, new: Mapping[Ix, Ix]) -> Atom:
    """The atom with free indices renamed."""
    match atom:
        case ("scalar", _):
            return atom
        case ("entry", name, *indices):
            return ("entry", name, *(new.get(i, i) for i in indices))
        case ("delta", i, j):
            return delta(new.get(i, i), new.get(j, j))
        case ("product", i, poly):
            return ("product", i, rename_poly(poly, {a: b for a, b in new.items() if a != i}))
        case (kind, poly):
            return (kind, rename_poly(poly, new))
        case _:
            raise AssertionError(f"unknown atom {atom}")


def rename_monomial(m: Monomial, new: Mapping[Ix, Ix]) -> Monomial:
    """The monomial with free indices renamed."""
    inner = {a: b for a, b in new.items() if a not in m.bound}
    return Monomial(
        m.bound,
        merged((rename_atom(a, inner), n) for a, n in m.factors),
        rename_poly(m.exponent, inner),
    )


def rename_poly(p: Poly, new: Mapping[Ix, Ix]) -> Poly:
    """The polynomial with free indices renamed."""
    return tuple((rename_monomial(m, new), c) for m, c in p) if new else p


def delta(i: Ix, j: Ix) -> Atom:
    """The Kronecker delta, its two indices in order."""
    return ("delta", *sorted((i, j)))


def merged(factors: Iterable[tuple[Atom, int]]) -> tuple[tuple[Atom, int], ...]:
    """Factors with equal atoms merged and vanished ones dropped; their order means nothing."""
    total: dict[Atom, int] = {}
    for atom, n in factors:
        total[atom] = total.get(atom, 0) + n
    return tuple((a, n) for a, n in total.items() if n)


def refreshed(m: Monomial) -> Monomial:
    """The monomial with fresh bound indices, so that it can be multiplied by another."""
    if not m.bound:
        return m
    new = {i: fresh_index(i[0]) for i in m.bound}
    body = rename_monomial(m._replace(bound=()), new)
    return body._replace(bound=tuple(new.values()))


def times(p: Poly, q: Poly) -> Poly:
    """The product of two polynomials, not yet reduced; raises KernelError if it is monstrous."""
    if len(p) * len(q) > MOST_MONOMIALS:
        raise KernelError("a product of too many terms")
    out = []
    for m, c in p:
        for n, d in q:
            r = refreshed(n)
            factors = merged((*m.factors, *r.factors))
            out.append((Monomial(m.bound + r.bound, factors, m.exponent + r.exponent), c * d))
    return tuple(out)


def height(p: Poly) -> int:
    """How deep polynomials are nested in the atoms and exponents of `p`."""
    inner = [0]
    for m, _ in p:
        if m.exponent:
            inner.append(1 + height(m.exponent))
        inner += [1 + height(a[-1]) for a, _ in m.factors if a[0] in NESTED]
    return max(inner)
