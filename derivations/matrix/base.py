"""Expressions in matrix notation, and their arithmetic.

An expression has rows and columns, each a size or "1": scalars are 1 x 1, vectors n x 1. `lower` turns
it into the kernel's index terms, `print` into LaTeX: one object for both, so a formula cannot be shown
that was not checked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp

from derivations.kernel import terms

ROW, COLUMN = "i", "j"
"""The free indices of an equation between matrices."""
SUM, PRODUCT, ATOM = 1, 2, 3
"""How tightly an expression binds when it is printed."""


@dataclass(frozen=True)
class Index:
    """An index over a size: `k` over 1..K."""

    name: str
    sort: str

    def __post_init__(self) -> None:
        # The others name rows, columns and the indices that lowering makes.
        taken = self.name in (ROW, COLUMN) or "_" in self.name or not self.name.isidentifier()
        require(not taken, f"{self.name!r} cannot name an index")

    @property
    def symbol(self) -> terms.Expr:
        """The index in the term language, when it is free."""
        return terms.index(self.name, self.sort)


@dataclass
class Scope:
    """Which term index each author's index stands for, and a supply of fresh ones."""

    bound: Mapping[Index, terms.Expr] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fresh(self, sort: str) -> terms.Expr:
        return terms.index(f"{sort.lower()}_{next(self.numbers)}", sort)

    def at(self, index: Index) -> terms.Expr:
        return self.bound.get(index, index.symbol)

    def binding(self, index: Index) -> tuple[terms.Expr, Scope]:
        symbol = self.fresh(index.sort)
        return symbol, Scope({**self.bound, index: symbol}, self.numbers)


class Matrix:
    """An expression in matrix notation. Sizes are checked when it is made: ValueError says which."""

    rows: str
    columns: str
    tightness: int = ATOM
    is_open: bool = False
    """Whether its printed form swallows what follows, as a big sum does."""

    def __add__(self, other: Operand) -> Matrix:
        return Plus((self, as_matrix(other)), (1, 1))

    def __radd__(self, other: Operand) -> Matrix:
        return Plus((as_matrix(other), self), (1, 1))

    def __sub__(self, other: Operand) -> Matrix:
        return Plus((self, as_matrix(other)), (1, -1))

    def __rsub__(self, other: Operand) -> Matrix:
        return Plus((as_matrix(other), self), (1, -1))

    def __neg__(self) -> Matrix:
        return Plus((self,), (-1,))

    def __mul__(self, other: Operand) -> Matrix:
        return Times(self, as_matrix(other))

    def __rmul__(self, other: Operand) -> Matrix:
        return Times(as_matrix(other), self)

    def __truediv__(self, other: int) -> Matrix:
        return Over(self, other)

    def __matmul__(self, other: Matrix) -> Matrix:
        return Product(self, other)

    @property
    def T(self) -> Matrix:
        """The transpose."""
        return Transpose(self)

    @property
    def is_scalar(self) -> bool:
        """Whether it is 1 x 1."""
        return self.rows == self.columns == "1"

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        """The entry at row i and column j (None where the size is 1) as a term."""
        raise TypeError(type(self).__name__)

    def print(self) -> str:
        """LaTeX, without brackets around it."""
        raise TypeError(type(self).__name__)

    def parts(self) -> tuple[Matrix, ...]:
        """The expressions it is made of."""
        return ()

    def bracketed(self, tightness: int) -> str:
        """LaTeX, in brackets if it binds less tightly than its surroundings."""
        text = self.print()
        return rf"\left({text}\right)" if self.tightness < tightness else text


Operand = Matrix | int | Fraction


def as_matrix(x: Operand) -> Matrix:
    """Numbers become scalar expressions."""
    return x if isinstance(x, Matrix) else Number(Fraction(x))


def braced(latex: str) -> str:
    """The formula in braces if it has a superscript or a prime, so that it can take another."""
    return f"{{{latex}}}" if "^" in latex or "'" in latex else latex


def require(condition: bool, message: str) -> None:
    """Raise ValueError with `message` unless `condition`."""
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, eq=False)
class Number(Matrix):
    value: Fraction
    rows: str = "1"
    columns: str = "1"

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.Rational(self.value.numerator, self.value.denominator)

    def print(self) -> str:
        n, d = self.value.numerator, self.value.denominator
        return str(n) if d == 1 else rf"\tfrac{{{n}}}{{{d}}}"


@dataclass(frozen=True, eq=False)
class Plus(Matrix):
    """A sum; each term with its sign."""

    terms_: tuple[Matrix, ...]
    signs: tuple[int, ...]
    tightness = SUM

    def __post_init__(self) -> None:
        shapes = {(t.rows, t.columns) for t in self.terms_}
        require(len(shapes) == 1, f"a sum of different shapes: {sorted(shapes)}")

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.terms_[0].rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.terms_[0].columns

    def parts(self) -> tuple[Matrix, ...]:
        return self.terms_

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.Add(*(s * t.lower(i, j, scope) for t, s in zip(self.terms_, self.signs, strict=True)))

    def print(self) -> str:
        out = ""
        for n, (t, sign) in enumerate(zip(self.terms_, self.signs, strict=True)):
            # A sum at the front stays bare; later ones are bracketed if a minus or a big sum could mislead.
            text = t.bracketed(PRODUCT) if sign < 0 else t.print()
            out += ("-" if sign < 0 else "") + text if n == 0 else (" - " if sign < 0 else " + ") + text
        return out


@dataclass(frozen=True, eq=False)
class Times(Matrix):
    """A product in which at least one factor is a scalar."""

    left: Matrix
    right: Matrix
    tightness = PRODUCT

    def __post_init__(self) -> None:
        require(self.left.is_scalar or self.right.is_scalar, "use @ for the product of two matrices")

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.right.rows if self.left.is_scalar else self.left.rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.right.columns if self.left.is_scalar else self.left.columns

    def parts(self) -> tuple[Matrix, ...]:
        return self.left, self.right

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        sides = (self.left, self.right)
        left, right = (x.lower(None, None, scope) if x.is_scalar else x.lower(i, j, scope) for x in sides)
        return left * right

    def print(self) -> str:
        if self.left is self.right:
            return f"{braced(self.left.bracketed(ATOM))}^2"
        # A big operator swallows everything to its right, so only the last factor may be one bare.
        left = self.left.bracketed(PRODUCT if not self.left.is_open else ATOM)
        return rf"{left}\, {self.right.bracketed(PRODUCT)}"


@dataclass(frozen=True, eq=False)
class Product(Matrix):
    """The matrix product."""

    left: Matrix
    right: Matrix
    tightness = PRODUCT

    def __post_init__(self) -> None:
        sizes = f"{self.left.rows} x {self.left.columns} times {self.right.rows} x {self.right.columns}"
        require(self.left.columns == self.right.rows, f"sizes do not fit: {sizes}")

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.left.rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.right.columns

    def parts(self) -> tuple[Matrix, ...]:
        return self.left, self.right

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        inner = self.left.columns
        if inner == "1":
            return self.left.lower(i, None, scope) * self.right.lower(None, j, scope)
        m = scope.fresh(inner)
        return terms.sum_over(self.left.lower(i, m, scope) * self.right.lower(m, j, scope), m)

    def print(self) -> str:
        left = self.left.bracketed(PRODUCT if not self.left.is_open else ATOM)
        right = self.right.bracketed(PRODUCT if not self.right.is_open else ATOM)
        return f"{left} {right}"


class Wrapper(Matrix):
    """Common to the expressions with the shape of their body."""

    body: Matrix

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.body.rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.body.columns

    def parts(self) -> tuple[Matrix, ...]:
        return (self.body,)


@dataclass(frozen=True, eq=False)
class Over(Wrapper):
    """An expression divided by a whole number."""

    body: Matrix
    by: int
    tightness = PRODUCT

    def __post_init__(self) -> None:
        require(isinstance(self.by, int) and self.by != 0, f"division by {self.by!r}")

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.body.lower(i, j, scope) / sp.Integer(self.by)

    def print(self) -> str:
        return rf"\tfrac{{1}}{{{self.by}}}\, {self.body.bracketed(PRODUCT)}"


@dataclass(frozen=True, eq=False)
class Transpose(Matrix):
    body: Matrix

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.body.columns

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.body.rows

    def parts(self) -> tuple[Matrix, ...]:
        return (self.body,)

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.body.lower(j, i, scope)

    def print(self) -> str:
        return rf"{braced(self.body.bracketed(ATOM))}^{{\top}}"
