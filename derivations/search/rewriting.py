"""Rewriting a difference to zero with cited equations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from derivations.kernel import terms
from derivations.kernel.checker import Checker
from derivations.kernel.monomials import Monomial, Poly
from derivations.kernel.normal_form import normal_form
from derivations.kernel.rules import Proof, Rewrite
from derivations.kernel.terms import HOLE, Expr, plug, substitute
from derivations.search.matching import Match, matches
from derivations.search.places import Place, places
from derivations.search.terms_again import index_symbol, monomial_term

MOST_REWRITES = 200
"""Far more than any readable step needs; it ends searches that go in circles."""


class Equation(NamedTuple):
    """A cited equation, and the leading monomial of its left side, which is what gets replaced."""

    proof: Proof
    left: Expr
    right: Expr
    head: Monomial
    scale: Fraction


def find_rewrites(before: Expr, after: Expr, cited: Sequence[Proof], checker: Checker) -> tuple[Rewrite, ...]:
    """Uses of the cited equations that turn the difference of two lines to zero, as far as found."""
    equations = [_equation(proof, checker) for proof in cited]
    left_over = dict(normal_form(before - after, checker.signature))
    seen = {frozenset(left_over.items())}
    found: list[Rewrite] = []
    while left_over and len(found) < MOST_REWRITES:
        for use, change in _candidates(left_over, equations, checker):
            following = _minus(left_over, change)
            state = frozenset(following.items())
            if state not in seen:
                seen.add(state)
                found.append(use)
                left_over = following
                break
        else:
            break
    return tuple(found)


def _equation(proof: Proof, checker: Checker) -> Equation:
    conclusion = checker.check(proof)
    left = normal_form(conclusion.left, checker.signature)
    head, scale = max(left, key=lambda term: (_weight(term[0]), repr(term)))
    return Equation(proof, conclusion.left, conclusion.right, head, scale)


def _weight(m: Monomial) -> tuple[int, int, int]:
    return sum(abs(n) for _, n in m.factors), len(m.exponent), len(m.bound)


def _candidates(
    left_over: dict[Monomial, Fraction], equations: list[Equation], checker: Checker
) -> Iterator[tuple[Rewrite, Poly]]:
    """Uses of the equations somewhere in the difference, with what each takes away from it."""
    for equation in equations:
        for term in list(left_over.items()):
            for place in places(*term):
                for match in matches(equation.head, place.monomial, checker.signature):
                    use = _use(equation, place, match)
                    at = dict(use.at)
                    sides = (substitute(side, at) for side in (equation.left, equation.right))
                    left, right = (plug(use.context, side) for side in sides)
                    yield use, normal_form(left - right, checker.signature)


def _use(equation: Equation, place: Place, match: Match) -> Rewrite:
    taken = {match.binding[i] for i in equation.head.bound}
    bound = tuple(i for i in place.monomial.bound if i not in taken)
    rest = Monomial(bound, match.factors, match.exponent)
    hole = monomial_term(rest, place.coefficient / equation.scale, HOLE)
    at = []
    for i in sorted(terms.free_indices(equation.left) | terms.free_indices(equation.right), key=str):
        label = (terms.sort_of(i), i.name.split(":")[0])
        if label in match.binding:
            at.append((i, index_symbol(match.binding[label])))
    return Rewrite(place.around(hole), equation.proof, tuple(at))


def _minus(p: dict[Monomial, Fraction], q: Poly) -> dict[Monomial, Fraction]:
    out = dict(p)
    for m, c in q:
        out[m] = out.get(m, Fraction(0)) - c
        if not out[m]:
            del out[m]
    return out
