"""Rewriting a difference to zero with cited equations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
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

MOST_STATES = 2000
"""Far more than any readable step needs; it ends searches that go in circles."""


class Equation(NamedTuple):
    """A cited equation, and the leading monomial of its left side, which is what gets replaced."""

    proof: Proof
    left: Expr
    right: Expr
    head: Monomial
    scale: Fraction


def find_rewrites(before: Expr, after: Expr, cited: Sequence[Proof], checker: Checker) -> tuple[Rewrite, ...]:
    """Uses of the cited equations that turn the difference of two lines to zero, as far as found.

    Best first: the shortest difference is rewritten further. Returns the uses that lead to zero, or
    those that lead to the shortest difference met.
    """
    found = (_equation(proof, checker) for proof in cited)
    equations = [e for e in found if e is not None]
    start = _State(dict(normal_form(before - after, checker.signature)), ())
    best, seen, order = start, {start.key}, count()
    frontier = [(start.score, next(order), start)]
    while frontier and len(seen) < MOST_STATES:
        _, _, state = heappop(frontier)
        best = min(best, state, key=lambda s: s.score)
        if not state.left_over:
            break
        for use, change in _candidates(state.left_over, equations, checker):
            following = _State(_minus(state.left_over, change), (*state.uses, use))
            if following.key not in seen:
                seen.add(following.key)
                heappush(frontier, (following.score, next(order), following))
    if best.left_over:
        # A pair of uses that cancel: so the kernel tests the step under the hypotheses of all that is cited.
        pairs = (Rewrite(sign * HOLE, e.proof) for e in equations for sign in (1, -1))
        return (*best.uses, *pairs)
    return best.uses


@dataclass(frozen=True)
class _State:
    """A difference that is left over, and the uses that led to it."""

    left_over: dict[Monomial, Fraction]
    uses: tuple[Rewrite, ...]

    @property
    def key(self) -> frozenset[tuple[Monomial, Fraction]]:
        return frozenset(self.left_over.items())

    @property
    def score(self) -> tuple[int, int]:
        return len(self.left_over), sum(sum(_weight(m)) for m in self.left_over)


def _equation(proof: Proof, checker: Checker) -> Equation | None:
    conclusion = checker.check(proof)
    left = normal_form(conclusion.left, checker.signature)
    if not left:
        return None
    head, scale = max(left, key=lambda term: (_weight(term[0]), repr(term)))
    return Equation(proof, conclusion.left, conclusion.right, head, scale)


def _weight(m: Monomial) -> tuple[int, int, int]:
    return sum(abs(n) for _, n in m.factors), len(m.exponent), len(m.bound)


def _candidates(
    left_over: dict[Monomial, Fraction], equations: list[Equation], checker: Checker
) -> Iterator[tuple[Rewrite, Poly]]:
    """Uses of the equations somewhere in the difference, with what each takes away from it."""
    for equation in equations:
        # An equation as it stands: its leading monomial may have cancelled in the difference.
        for sign in (1, -1):
            change = normal_form(sign * (equation.left - equation.right), checker.signature)
            if len(_minus(left_over, change)) < len(left_over):
                yield Rewrite(sign * HOLE, equation.proof), change
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
