"""The parts of a lower bound that are not negative, read off their matrix notation."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from derivations.kernel import rules
from derivations.kernel.rules import Part, Proof
from derivations.kernel.terms import Expr
from derivations.matrix import LogGap, Matrix, Named, SquaredNorm, SumOver
from derivations.matrix.base import Over, Scope, Times

Known = Mapping[int, Proof]
"""Proofs of lower bounds, by the identity of their left sides."""


def part(x: Matrix, known: Known) -> Part:
    """The part that `x` is: sums and factors around a square, a logarithmic gap or a known bound."""
    return _part(x, known, (), sp.Integer(1), Scope())


def _part(x: Matrix, known: Known, indices: tuple[Expr, ...], factor: Expr, scope: Scope) -> Part:
    if id(x) in known:
        return rules.Known(indices, factor, known[id(x)])
    match x:
        case Named():
            return _part(x.body, known, indices, factor, scope)
        case SumOver():
            # The index keeps its own name, so that it matches the free index of a known bound.
            inside = Scope({**scope.bound, x.index: x.index.symbol}, scope.numbers)
            return _part(x.body, known, (*indices, x.index.symbol), factor, inside)
        case Over():
            return _part(x.body, known, indices, factor * sp.Rational(1, x.by), scope)
        case Times() if not _is_core(x.left, known):
            return _part(x.right, known, indices, factor * x.left.lower(None, None, scope), scope)
        case Times():
            return _part(x.left, known, indices, factor * x.right.lower(None, None, scope), scope)
        case SquaredNorm():
            inner, root = x.root(scope)
            return rules.Square((*indices, *inner), factor, root)
        case LogGap():
            return rules.LogGap(indices, factor, x.body.lower(None, None, scope))
        case _:
            return rules.Square(indices, factor * x.lower(None, None, scope), sp.Integer(1))


def _is_core(x: Matrix, known: Known) -> bool:
    """Whether a square, a gap or a known bound is in it."""
    inside = isinstance(x, SquaredNorm | LogGap) or id(x) in known
    return inside or any(_is_core(p, known) for p in x.parts())
