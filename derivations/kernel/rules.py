"""The inference rules, as data: a proof is a tree of these values, and nothing more.

Making one proves nothing; `checker.Checker.check` decides. Free indices of a conclusion are universally
quantified over their sort, and so are symbols that no hypothesis mentions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from derivations.kernel.terms import Expr

PREVIOUS, NUMBER = sp.Symbol("u", real=True), sp.Symbol("n", integer=True, positive=True)
"""The previous member of a recurrence, and its number."""


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
class Square:
    """The sum over `indices` of coefficient times root^2, with a coefficient that is not negative."""

    indices: tuple[Expr, ...]
    coefficient: Expr
    root: Expr


@dataclass(frozen=True, eq=False)
class LogGap:
    """The sum over `indices` of coefficient times (u - 1 - log u), with a positive term u."""

    indices: tuple[Expr, ...]
    coefficient: Expr
    term: Expr


@dataclass(frozen=True, eq=False)
class Known:
    """The sum over `indices` of coefficient times (left - bound), from a proof of left >= bound."""

    indices: tuple[Expr, ...]
    coefficient: Expr
    premise: Proof


Part = Square | LogGap | Known
"""What is known not to be negative."""


@dataclass(frozen=True, eq=False)
class AtLeast:
    """From |- left = right and right = bound + (parts that are not negative), |- left >= bound."""

    premise: Proof
    bound: Expr
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Vanishing:
    """From |- (sum over `indices` of root^2) = 0, |- root = 0 for all values of the indices."""

    premise: Proof
    indices: tuple[Expr, ...]
    root: Expr


@dataclass(frozen=True, eq=False)
class Recurrence:
    """u = closed(n), from u_1 = first and u_{n+1} = step(u_n, n), by induction over n.

    `step` is written in `PREVIOUS` and `NUMBER`, `closed` in `NUMBER`; other symbols are sizes.
    """

    name: str
    first: Expr
    step: Expr
    closed: Expr


@dataclass(frozen=True, eq=False)
class Limit:
    """|- term -> value as the positive scalar `variable` falls to zero; SymPy finds the limit."""

    term: Expr
    variable: str
    value: Expr


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


Proof = (
    Assume
    | Axiomatic
    | Integrate
    | Instantiate
    | Chain
    | AtLeast
    | Vanishing
    | Recurrence
    | Limit
    | Exists
    | Law
)


@dataclass(frozen=True)
class Sequent:
    """What a checked proof shows: hypotheses |- left relation right, resting on axioms.

    `relation` is "=", ">=", "->" (left tends to right), "recurs" (the sequence u with the first and next
    members in the hypotheses is right, in its number n) or "~" (left is the characteristic function of
    a variable with the law whose characteristic function is right). A hypothesis is (name, left, right).
    """

    left: Expr
    relation: str
    right: Expr
    hypotheses: frozenset[tuple[str, Any, Any]] = frozenset()
    axioms: frozenset[str] = frozenset()
