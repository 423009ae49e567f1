"""Operations: norms and traces, expectations, big sums and products, abbreviations."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from derivations.kernel import terms
from derivations.matrix.base import ATOM, COLUMN, PRODUCT, ROW, SUM, Index, Matrix, Scope, Wrapper, require


@dataclass(frozen=True, eq=False)
class Scalar(Matrix):
    """Common to the operations whose value is a scalar."""

    body: Matrix
    rows: str = field(default="1", init=False)
    columns: str = field(default="1", init=False)

    def parts(self) -> tuple[Matrix, ...]:
        return (self.body,)


@dataclass(frozen=True, eq=False)
class Trace(Scalar):
    tightness = PRODUCT

    def __post_init__(self) -> None:
        require(self.body.rows == self.body.columns, "the trace of a matrix that is not square")

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        m = scope.fresh(self.body.rows)
        return terms.sum_over(self.body.lower(m, m, scope), m)

    def print(self) -> str:
        return rf"\operatorname{{tr}} {self.body.bracketed(ATOM)}"


@dataclass(frozen=True, eq=False)
class SquaredNorm(Scalar):
    """The sum of the squared entries: Euclidean for vectors, Frobenius for matrices."""

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        indices, root = self.root(scope)
        return terms.sum_over(root**2, *indices)

    def root_at_row_and_column(self) -> tuple[tuple[terms.Expr, ...], terms.Expr]:
        """The same, at the free row and column indices of an equation."""
        places = ((ROW, self.body.rows), (COLUMN, self.body.columns))
        r, c = (terms.index(name, s) if s != "1" else None for name, s in places)
        return tuple(x for x in (r, c) if x is not None), self.body.lower(r, c, Scope())

    def root(self, scope: Scope) -> tuple[tuple[terms.Expr, ...], terms.Expr]:
        """The indices summed over, and the entry that is squared."""
        r, c = (scope.fresh(s) if s != "1" else None for s in (self.body.rows, self.body.columns))
        return tuple(x for x in (r, c) if x is not None), self.body.lower(r, c, scope)

    def print(self) -> str:
        below = "_F" if self.body.columns != "1" else ""
        return rf"\left\lVert {self.body.print()} \right\rVert{below}^2"


@dataclass(frozen=True, eq=False)
class Exp(Scalar):
    def __post_init__(self) -> None:
        require(self.body.is_scalar, "Exp of what is not a scalar")

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.exp(self.body.lower(None, None, scope))

    def print(self) -> str:
        return rf"\exp\left({self.body.print()}\right)"


@dataclass(frozen=True, eq=False)
class Log(Scalar):
    tightness = PRODUCT

    def __post_init__(self) -> None:
        require(self.body.is_scalar, "Log of what is not a scalar")

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.log(self.body.lower(None, None, scope))

    def print(self) -> str:
        return rf"\log {self.body.bracketed(ATOM)}"


@dataclass(frozen=True, eq=False)
class Ratio(Matrix):
    """A scalar divided by a positive one."""

    over: Matrix
    under: Matrix
    rows: str = field(default="1", init=False)
    columns: str = field(default="1", init=False)

    def __post_init__(self) -> None:
        require(self.over.is_scalar and self.under.is_scalar, "a ratio of what are not scalars")

    def parts(self) -> tuple[Matrix, ...]:
        return self.over, self.under

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.over.lower(None, None, scope) / self.under.lower(None, None, scope)

    def print(self) -> str:
        return rf"\frac{{{self.over.print()}}}{{{self.under.print()}}}"


@dataclass(frozen=True, eq=False)
class LogGap(Scalar):
    """u - 1 - log u, which is not negative for positive u."""

    tightness = SUM

    def __post_init__(self) -> None:
        require(self.body.is_scalar, "LogGap of what is not a scalar")

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        u = self.body.lower(None, None, scope)
        return u - 1 - sp.log(u)

    def print(self) -> str:
        return rf"{self.body.print()} - 1 - \log {self.body.bracketed(ATOM)}"


@dataclass(frozen=True, eq=False)
class Delta(Matrix):
    """One if two indices agree, else zero."""

    left: Index
    right: Index
    rows: str = field(default="1", init=False)
    columns: str = field(default="1", init=False)

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.KroneckerDelta(scope.at(self.left), scope.at(self.right))

    def print(self) -> str:
        return rf"\delta_{{{self.left.name} {self.right.name}}}"


@dataclass(frozen=True, eq=False)
class Diagonal(Matrix):
    """The diagonal matrix with a vector on its diagonal."""

    body: Matrix

    def __post_init__(self) -> None:
        require(self.body.columns == "1", "a diagonal needs a vector")

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.body.rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.body.rows

    def parts(self) -> tuple[Matrix, ...]:
        return (self.body,)

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.KroneckerDelta(i, j) * self.body.lower(i, None, scope)

    def print(self) -> str:
        return rf"\operatorname{{diag}}({self.body.print()})"


@dataclass(frozen=True, eq=False)
class Column(Matrix):
    """A column of a matrix."""

    body: Matrix
    index: Index
    columns: str = field(default="1", init=False)

    def __post_init__(self) -> None:
        require(self.body.columns == self.index.sort, "a column needs an index over the columns")

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.body.rows

    def parts(self) -> tuple[Matrix, ...]:
        return (self.body,)

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.body.lower(i, scope.at(self.index), scope)

    def print(self) -> str:
        return rf"{self.body.bracketed(ATOM)}\, e_{{{self.index.name}}}"


@dataclass(frozen=True, eq=False)
class Coordinate(Scalar):
    """One entry of a vector."""

    index: Index

    def __post_init__(self) -> None:
        require(
            self.body.rows == self.index.sort and self.body.columns == "1",
            "a coordinate needs a vector over the sort of the index",
        )

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.body.lower(scope.at(self.index), None, scope)

    def print(self) -> str:
        base = self.body.print() if self.body.tightness == ATOM else rf"({self.body.print()})"
        return f"{base}_{{{self.index.name}}}"


@dataclass(frozen=True, eq=False)
class Expectation(Wrapper):
    """The expectation, entry by entry."""

    body: Matrix

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return terms.E(self.body.lower(i, j, scope))

    def print(self) -> str:
        return rf"\mathbb{{E}}\left[{self.body.print()}\right]"


@dataclass(frozen=True, eq=False)
class BigOperator(Wrapper):
    """A sum or product over an index."""

    index: Index
    body: Matrix
    tightness = PRODUCT
    is_open = True

    def printed(self, operator: str) -> str:
        return rf"{operator}_{{{self.index.name}=1}}^{{{self.index.sort}}} {self.body.bracketed(PRODUCT)}"


@dataclass(frozen=True, eq=False)
class SumOver(BigOperator):
    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        symbol, inside = scope.binding(self.index)
        return terms.sum_over(self.body.lower(i, j, inside), symbol)

    def print(self) -> str:
        return self.printed(r"\sum")


@dataclass(frozen=True, eq=False)
class ProductOver(BigOperator):
    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        symbol, inside = scope.binding(self.index)
        return terms.product_over(self.body.lower(i, j, inside), symbol)

    def print(self) -> str:
        return self.printed(r"\prod")


@dataclass(frozen=True, eq=False)
class Named(Wrapper):
    """An abbreviation: printed as `latex`, checked as what it stands for."""

    latex: str
    body: Matrix

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return self.body.lower(i, j, scope)

    def print(self) -> str:
        return self.latex
