"""The inference rules, as data: a proof is a tree of these values, and nothing more.

Making one proves nothing; `checker.Checker.check` decides. Free indices of a conclusion are universally
quantified over their sort, and so are symbols that no hypothesis mentions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derivations.kernel.terms import Expr


@dataclass(frozen=True, eq=False)
class Assume:
    """{left = right} |- left = right."""

    name: str
    left: Expr
    right: Expr


@dataclass(frozen=True, eq=False)
class Axiomatic:
    """An instance of an axiom schema, made from `arguments`."""

    schema: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, eq=False)
class Integrate:
    """|- E[f(z)] = value, for one standard normal entry z: SymPy integrates f against the density.

    `integrand` is f with the entry replaced by the symbol `VARIABLE`.
    """

    random_entry: Expr
    integrand: Expr
    value: Expr


@dataclass(frozen=True, eq=False)
class Instantiate:
    """From |- left = right, the same with the universally quantified scalar `scalar` replaced."""

    premise: Proof
    scalar: str
    term: Expr


@dataclass(frozen=True, eq=False)
class Rewrite:
    """One use of an equation: its free indices replaced as in `at`, its left side standing in `context`."""

    context: Expr
    premise: Proof
    at: tuple[tuple[Expr, Expr], ...] = ()


@dataclass(frozen=True, eq=False)
class Chain:
    """line_0 = line_1 = ... : each difference is the sum of its rewrites C[left] - C[right]."""

    lines: tuple[Expr, ...]
    rewrites: tuple[tuple[Rewrite, ...], ...]


@dataclass(frozen=True, eq=False)
class AtLeast:
    """From |- left = right and right = bound + (sums of squares), |- left >= bound."""

    premise: Proof
    bound: Expr
    squares: tuple[tuple[tuple[Expr, ...], Expr], ...]


@dataclass(frozen=True, eq=False)
class Exists:
    """Drops hypotheses about symbols that exist by the pseudo-inverse axiom and are not mentioned."""

    premise: Proof
    inverse: str
    row_projector: str
    column_projector: str


@dataclass(frozen=True, eq=False)
class Law:
    """From a characteristic function E[exp(i t^T x)] = sum of w exp(i t^T m - t^T S t / 2), the law.

    `means` and `covariances` are the terms at `rows` = (i,) and (i, j); `components` are the indices
    summed over.
    """

    premise: Proof
    frequency: str
    components: tuple[Expr, ...]
    rows: tuple[Expr, Expr]
    weight: Expr
    mean: Expr
    covariance: Expr


Proof = Assume | Axiomatic | Integrate | Instantiate | Chain | AtLeast | Exists | Law


@dataclass(frozen=True)
class Sequent:
    """What a checked proof shows: hypotheses |- left relation right, resting on axioms.

    `relation` is "=", ">=" or "~" (left is the characteristic function of a variable with the law
    whose characteristic function is right). A hypothesis is (name, left, right).
    """

    left: Expr
    relation: str
    right: Expr
    hypotheses: frozenset[tuple[str, Any, Any]] = frozenset()
    axioms: frozenset[str] = frozenset()
