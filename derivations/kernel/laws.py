"""How a model draws the values of a symbol: one small class a law.

A law is data (a certificate carries it) with two methods: `needs` names the symbols whose values it
uses, `draw` gives the values. Everything is exact, so hypotheses can be checked exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any, ClassVar

import sympy as sp

from derivations.kernel.evaluation import Model, Values, evaluate
from derivations.kernel.numbers import Number
from derivations.kernel.signature import Declaration
from derivations.kernel.terms import Expr, KernelError, names

Position = tuple[int, ...]


class Redraw(Exception):
    """The draw does not satisfy what is declared (a singular matrix, say); another one may."""


class Independent:
    """Common to the laws that use the values of no other symbol."""

    random: ClassVar[bool] = False

    def needs(self) -> set[str]:
        return set()


class Derived:
    """Common to the laws that compute from a term."""

    random: ClassVar[bool] = False
    term: Expr

    def needs(self) -> set[str]:
        return names(self.term)


@dataclass(frozen=True)
class Free(Independent):
    """Rationals in [-1/4, 1/4] (not below, or above, 0 if so declared); some matrices lose a rank."""

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        low = 1 if d.positive else 0 if d.nonnegative else -4
        values = {p: Fraction(rng.randint(low, 4), 16) for p in model.positions(d.slots)}
        if d.symmetric:
            values = {p: values[(*p[:-2], *sorted(p[-2:]))] for p in values}
        elif len(d.slots) == 2 and rng.random() < 1 / 3:
            # Two proportional rows: a third of the matrices have a smaller rank than their shape allows.
            for p in values:
                if p[0] == 1 and (2, p[1]) in values:
                    values[p] = values[(2, p[1])] / 2
        return values


@dataclass(frozen=True)
class Simplex(Independent):
    """Positive weights that sum to one over the last slot."""

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        weights = {p: Fraction(rng.randint(1, 7)) for p in model.positions(d.slots)}
        total = {p[:-1]: sum(w for q, w in weights.items() if q[:-1] == p[:-1]) for p in weights}
        return {p: w / total[p[:-1]] for p, w in weights.items()}


@dataclass(frozen=True)
class StandardNormal(Independent):
    """Random: independent standard normal entries, independent of all other random tensors."""

    random: ClassVar[bool] = True

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        raise KernelError(f"{d.name} is random and has no value")


@dataclass(frozen=True)
class Defined(Derived):
    """The entry at `indices` is the value of `term`."""

    indices: tuple[Expr, ...]
    term: Expr

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        return {p: _at(self.term, self.indices, p, model) for p in model.positions(d.slots)}


@dataclass(frozen=True)
class PseudoInverse:
    """The Moore-Penrose inverse of the matrix `of`."""

    of: str

    random: ClassVar[bool] = False

    def needs(self) -> set[str]:
        return {self.of}

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        rows, columns = (model.sizes[s] for s in d.slots)
        return _entries((), _matrix(columns, rows, lambda r, c: model.values[self.of][(r, c)]).pinv())


@dataclass(frozen=True)
class Inverse(Derived):
    """The inverse of the square matrix whose entry at the last two of `indices` is `term`."""

    indices: tuple[Expr, ...]
    term: Expr

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        values: Values = {}
        for member, matrix in _family(d.slots[:-2], d.slots[-1], self.indices, self.term, model):
            if matrix.det() == 0:
                raise Redraw(f"{d.name} is the inverse of a singular matrix")
            values |= _entries(member, matrix.inv())
        return values


@dataclass(frozen=True)
class Determinant(Derived):
    """The determinant of the square matrix over `size` whose entry at the last two indices is `term`."""

    size: str
    indices: tuple[Expr, ...]
    term: Expr

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        family = _family(d.slots, self.size, self.indices, self.term, model)
        values = {member: _fraction(matrix.det()) for member, matrix in family}
        if d.positive and any(v <= 0 for v in values.values()):
            raise Redraw(f"{d.name} is not positive")
        return dict(values)


@dataclass(frozen=True)
class Orthogonal(Independent):
    """An orthogonal matrix, by Cayley's transform (I - S)(I + S)^{-1} of a skew-symmetric S."""

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        n = model.sizes[d.slots[0]]
        half = {(r, c): Fraction(rng.randint(-2, 2)) for r in range(1, n + 1) for c in range(1, r)}
        skew = _matrix(n, n, lambda r, c: half.get((r, c), -half.get((c, r), Fraction(0))))
        return _entries((), (sp.eye(n) - skew) * (sp.eye(n) + skew).inv())


@dataclass(frozen=True)
class Columns:
    """Columns of the matrix `of`, beginning after the first `skip` (a size, or "" for none)."""

    of: str
    skip: str = ""

    random: ClassVar[bool] = False

    def needs(self) -> set[str]:
        return {self.of}

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        before = model.sizes[self.skip] if self.skip else 0
        return {(r, c): model.values[self.of][(r, before + c)] for r, c in model.positions(d.slots)}


@dataclass(frozen=True)
class Least(Derived):
    """The least value of `term` over the last of `indices`."""

    indices: tuple[Expr, ...]
    term: Expr
    over: str

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        places = range(1, model.sizes[self.over] + 1)
        return {
            p: min(_at(self.term, self.indices, (*p, q), model) for q in places)
            for p in model.positions(d.slots)
        }


@dataclass(frozen=True)
class Nearest(Derived):
    """One at the first place along the last slot where `term` is least, zero elsewhere."""

    indices: tuple[Expr, ...]
    term: Expr

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        found = {p: _at(self.term, self.indices, p, model) for p in model.positions(d.slots)}
        rows = itertools.groupby(sorted(found), key=lambda p: p[:-1])
        first = {row: min(places, key=lambda p: (found[p], p)) for row, places in rows}
        return {p: Fraction(int(first[p[:-1]] == p)) for p in found}


@dataclass(frozen=True)
class Indicator(Independent):
    """Zeros and ones; with `one_hot`, exactly one 1 along the last slot."""

    one_hot: bool = False

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        if not self.one_hot:
            return {p: Fraction(rng.randint(0, 1)) for p in model.positions(d.slots)}
        places = model.sizes[d.slots[-1]]
        chosen = {row: rng.randint(1, places) for row in model.positions(d.slots[:-1])}
        return {p: Fraction(int(chosen[p[:-1]] == p[-1])) for p in model.positions(d.slots)}


LAWS = {
    law.__name__: law
    for law in (
        Free,
        Simplex,
        StandardNormal,
        Defined,
        PseudoInverse,
        Inverse,
        Determinant,
        Orthogonal,
        Columns,
        Least,
        Nearest,
        Indicator,
    )
}


def _at(term: Expr, indices: tuple[Expr, ...], position: Position, model: Model) -> Number:
    return evaluate(term, model, dict(zip(indices, position, strict=True)))


def _family(
    family: tuple[str, ...], size: str, indices: tuple[Expr, ...], term: Expr, model: Model
) -> list[tuple[Position, Any]]:
    """The square matrices of a family, each with its subscripts."""
    n = model.sizes[size]

    def member(p: Position) -> Any:
        return _matrix(n, n, lambda r, c: _at(term, indices, (*p, r, c), model))

    return [(p, member(p)) for p in model.positions(family)]


def _matrix(rows: int, columns: int, value: Callable[[int, int], Number]) -> Any:
    return sp.Matrix(rows, columns, lambda r, c: _rational(value(int(r) + 1, int(c) + 1)))


def _rational(x: Number) -> Any:
    if not isinstance(x, Fraction):
        raise KernelError("a matrix that is not rational")
    return sp.Rational(x.numerator, x.denominator)


def _fraction(x: Any) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _entries(member: Position, m: Any) -> Values:
    rows, columns = m.shape
    return {(*member, r + 1, c + 1): _fraction(m[r, c]) for r in range(rows) for c in range(columns)}
