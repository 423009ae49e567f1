"""Symbols: tensors with their subscripts, sizes, the identity matrix, the imaginary unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.laws import Free
from derivations.kernel.signature import Declaration, Law
from derivations.matrix.base import Index, Matrix, Scope, braced, require


@dataclass(frozen=True, eq=False)
class Tensor:
    """A declared symbol. `family` are the sizes of its subscripts, `rows` and `columns` of its value.

    `argument` is its name in generated NumPy functions, `member` that of a single member of a family.
    """

    name: str
    latex: str
    family: tuple[str, ...] = ()
    rows: str = "1"
    columns: str = "1"
    law: Law = field(default_factory=Free)
    symmetric: bool = False
    positive: bool = False
    nonnegative: bool = False
    argument: str = ""
    member: str = ""

    @cached_property
    def declaration(self) -> Declaration:
        """What the kernel is told of it."""
        slots = (*self.family, *(s for s in (self.rows, self.columns) if s != "1"))
        return Declaration(self.name, slots, self.law, self.symmetric, self.positive, self.nonnegative)

    def __getitem__(self, subscripts: Index | tuple[Index, ...]) -> Entry:
        return Entry(self, subscripts if isinstance(subscripts, tuple) else (subscripts,))

    def argument_for(self, single: Index | None) -> str:
        """Its name as an argument of a generated function."""
        return self.member if single is not None and self.family else self.argument

    @property
    def alone(self) -> Entry:
        """The value of a tensor without subscripts."""
        return Entry(self, ())


@dataclass(frozen=True, eq=False)
class Entry(Matrix):
    """A tensor with its subscripts: mu_k."""

    tensor: Tensor
    subscripts: tuple[Index, ...]

    def __post_init__(self) -> None:
        sorts = tuple(s.sort for s in self.subscripts)
        require(
            sorts == self.tensor.family,
            f"{self.tensor.name} has subscripts {self.tensor.family}, not {sorts}",
        )

    @property
    def rows(self) -> str:  # type: ignore[override]
        return self.tensor.rows

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.tensor.columns

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        place = [x for x, size in ((i, self.rows), (j, self.columns)) if size != "1"]
        return terms.entry(self.tensor.name, *(scope.at(s) for s in self.subscripts), *place)

    def print(self) -> str:
        below = " ".join(s.name for s in self.subscripts)
        base = braced(self.tensor.latex)
        return f"{base}_{{{below}}}" if below else base


@dataclass(frozen=True, eq=False)
class Identity(Matrix):
    """The identity matrix."""

    rows: str

    @property
    def columns(self) -> str:  # type: ignore[override]
        return self.rows

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.KroneckerDelta(i, j)

    def print(self) -> str:
        return f"I_{{{self.rows}}}"


@dataclass(frozen=True, eq=False)
class SizeOf(Matrix):
    """A size as a number: D in D - K."""

    name: str
    rows: str = "1"
    columns: str = "1"

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return terms.size(self.name)

    def print(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Imaginary(Matrix):
    rows: str = "1"
    columns: str = "1"

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.I

    def print(self) -> str:
        return r"\mathrm{i}"


@dataclass(frozen=True, eq=False)
class Zero(Matrix):
    """The zero vector or matrix."""

    rows: str
    columns: str = "1"

    def lower(self, i: terms.Expr, j: terms.Expr, scope: Scope) -> terms.Expr:
        return sp.Integer(0)

    def print(self) -> str:
        return "0"
