"""Lower bounds and vanishing squares: what is not a sum of what cannot be negative."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, m, n, reflexivity, refuse, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.laws import Defined
from derivations.kernel.rules import (
    Assume,
    AtLeast,
    Chain,
    Known,
    LogGap,
    Proof,
    Rewrite,
    Sequent,
    Square,
    Vanishing,
)
from derivations.kernel.signature import Signature
from derivations.kernel.terms import HOLE, entry, sum_over

Term = Any
s, p = entry("s"), entry("p")
ZERO, ONE = sp.Integer(0), sp.Integer(1)


def a(x: Term) -> Term:
    return entry("a", x)


def M(x: Term, y: Term) -> Term:
    return entry("M", x, y)


def check(proof: Proof, over: Signature = VOCABULARY) -> Sequent:
    return Checker(over).check(proof)


def step(before: Term, after: Term, *uses: Rewrite) -> Chain:
    return Chain((before, after), (uses,))


x, y = entry("x"), entry("y")


# -- lower bounds ----------------------------------------------------------------------------------


def test_a_sum_of_weighted_squares_is_a_bound() -> None:
    left = sum_over(p * (a(m) - s) ** 2, m) + 3
    assert check(AtLeast(reflexivity(left), sp.Integer(3), (Square((m,), p, a(m) - s),))).relation == ">="


@pytest.mark.parametrize(
    ("left", "bound", "parts"),
    [
        (s, ZERO, (Square((), ONE, sp.sqrt(s)),)),
        (s, ZERO, (Square((), s, ONE),)),
        (s, s + 1, (Square((), ONE, sp.I),)),
        (s, s + 1, (Square((), -ONE, ONE),)),
        (sp.I * s, sp.I * s - 1, (Square((), ONE, ONE),)),
        (s * s, ZERO, (Square((), s, s), Square((), 1 - s, s))),
        (M(i, i), ZERO, (Square((), M(i, i), ONE),)),
        (a(i) ** 2, ZERO, (Square((i,), ONE, a(i)),)),
        (sum_over(a(m) ** 2, m), ZERO, (Square((), ONE, sum_over(a(m), m)),)),
        (sum_over(a(m) ** 2, m), ZERO, (Square((m, m), ONE, a(m)),)),
        (sum_over(a(m) ** 2, m), ZERO, (Square((k,), ONE, a(m)),)),
        (sum_over(a(m) ** 2, m), ZERO, (Square((s,), ONE, a(m)),)),
        (s**2, ZERO, (Square((), ONE, entry("z", i)),)),
        (p - 1, ZERO, (LogGap((), ONE, p),)),
        (s - 1 - p, ZERO, (LogGap((), ONE, s),)),
        (p - 1 - sp.log(p), ZERO, (LogGap((), -ONE, p),)),
        (s, ZERO, (Known((), ONE, reflexivity(s)),)),
    ],
    ids=lambda value: str(value)[:60],
)
def test_not_a_lower_bound(left: Term, bound: Term, parts: Any) -> None:
    refuse(AtLeast(reflexivity(left), bound, parts))


@pytest.mark.parametrize("parts", [(s,), (None,), None, ((),), (reflexivity(s),)], ids=str)
def test_what_is_no_part_of_a_bound_is_refused(parts: Any) -> None:
    refuse(AtLeast(reflexivity(s), ZERO, parts), malformed=True)


def test_a_bound_built_on_a_bound_keeps_its_hypotheses_and_axioms() -> None:
    over = signature(symbol("x"), symbol("y", law=Defined((), x**2)), symbol("p", positive=True))
    squared = step(y, x**2, Rewrite(HOLE, Assume("y is x squared", y, x**2)))
    first = AtLeast(squared, ZERO, (Square((), ONE, x),))
    gap = AtLeast(reflexivity(p - 1 - sp.log(p) + y), ZERO, (LogGap((), ONE, p), Known((), ONE, first)))
    found = check(gap, over)
    assert {name for name, _, _ in found.hypotheses} == {"y is x squared"}
    assert found.axioms == {"bound on the logarithm"}


def test_a_lower_bound_of_a_false_hypothesis_is_refused() -> None:
    absurd = Assume("a square is -1", s**2, -ONE)
    refuse(AtLeast(absurd, ZERO, (Square((), ONE, s),)))
    refuse(AtLeast(Assume("absurd", ZERO, -ONE), ZERO, ()))


# -- vanishing squares -----------------------------------------------------------------------------


def test_a_vanishing_sum_of_squares_vanishes_term_by_term() -> None:
    over = signature(symbol("v", "D", law=Defined((i,), ZERO)))
    zero = Assume("no length", sum_over(entry("v", m) ** 2, m), ZERO)
    found = check(Vanishing(zero, (m,), entry("v", m)), over)
    assert (found.left, found.right) == (entry("v", m), 0)
    assert {name for name, _, _ in found.hypotheses} == {"no length"}


@pytest.mark.parametrize(
    ("vanishes", "indices", "root"),
    [
        (sum_over(entry("v", m), m), (m,), sp.sqrt(entry("v", m))),
        (sum_over(entry("v", m), m) ** 2, (m,), entry("v", m)),
        (sum_over(entry("v", m) * entry("v", n), m, n), (m,), entry("v", m)),
        (entry("v", i) ** 2 - entry("v", j) ** 2, (), entry("v", i) + sp.I * entry("v", j)),
        (-sum_over(entry("v", m) ** 2, m), (m,), sp.I * entry("v", m)),
        (-sum_over(entry("v", m) ** 2, m), (m,), entry("v", m)),
    ],
    ids=str,
)
def test_what_vanishes_is_not_that_sum_of_squares(
    vanishes: Term, indices: tuple[Term, ...], root: Term
) -> None:
    over = signature(symbol("v", "D", law=Defined((i,), ZERO)))
    refuse(Vanishing(Assume("zero", vanishes, ZERO), indices, root), over)


def test_what_is_not_zero_does_not_vanish() -> None:
    refuse(Vanishing(reflexivity(s**2), (), s), match="zero")
    refuse(Vanishing(Assume("one", s**2, ONE), (), s))
