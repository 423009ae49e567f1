"""Chains, rewriting and instances, and forged proofs: what each rule must refuse.

Every attack is a proof object as a hostile author would write it; each was tried because the rule's
argument for soundness has a condition there.
"""

from __future__ import annotations

import gc
from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, m, n, reflexivity, refuse, signature, symbol

from derivations.kernel.checker import Checker, Rejected
from derivations.kernel.laws import Defined, Simplex
from derivations.kernel.rules import (
    Assume,
    AtLeast,
    Chain,
    Instantiate,
    Proof,
    Rewrite,
    Sequent,
    Square,
    Vanishing,
)
from derivations.kernel.signature import Signature
from derivations.kernel.terms import HOLE, E, entry, index, size, sum_over

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


XY = signature(symbol("x"), symbol("y", law=Defined((), ZERO)), symbol("p", positive=True), symbol("v", "D"))
x, y = entry("x"), entry("y")
xy_is_zero = Assume("x y = 0", x * y, ZERO)
known = Assume("v is constant", entry("v", i), x)
CONSTANT = signature(symbol("x"), symbol("v", "D", law=Defined((i,), x)), symbol("M", "D", "D"))


# -- chains ----------------------------------------------------------------------------------------


def test_a_chain_of_no_lines_is_refused() -> None:
    refuse(Chain((), ()))


@pytest.mark.parametrize("lists", [(), ((), ()), ((), (), ())])
def test_a_chain_needs_one_list_of_rewrites_a_step(lists: tuple[tuple[Rewrite, ...], ...]) -> None:
    refuse(Chain((s, s), lists))


def test_a_wrong_step_names_its_line_and_what_is_left_over() -> None:
    with pytest.raises(Rejected) as refusal:
        check(Chain((s, s + p, s + 2 * p), ((), ())))
    assert refusal.value.line == 1
    assert refusal.value.residue == "-1 p"
    assert refusal.value.model


def test_errors_that_cancel_over_two_steps_are_found() -> None:
    with pytest.raises(Rejected) as refusal:
        check(Chain((s, s + p, s), ((), ())))
    assert refusal.value.line == 1


# -- rewriting -------------------------------------------------------------------------------------


def test_an_equation_is_used_in_a_context_for_all_its_indices() -> None:
    context = sum_over(HOLE * M(m, j), m)
    before, after = (sum_over(value * M(m, j), m) for value in (entry("v", m), x))
    found = check(step(before, after, Rewrite(context, known, ((i, m),))), CONSTANT)
    assert {name for name, _, _ in found.hypotheses} == {"v is constant"}


@pytest.mark.parametrize(
    "context",
    [HOLE / x, x ** (-2) * HOLE, 1 / HOLE, sp.log(HOLE), HOLE * sp.exp(x) / (x + p)],
    ids=str,
)
def test_a_context_may_not_divide_by_what_may_be_zero(context: Term) -> None:
    # x y / x is y before the kernel sees it, so {x y = 0} |- y = 0 once went through.
    refuse(step(y, ZERO, Rewrite(context, xy_is_zero)), XY)


def test_a_context_may_divide_by_what_is_positive() -> None:
    both = Assume("p y = 0", p * y, ZERO)
    assert check(step(y, ZERO, Rewrite(HOLE / p, both)), XY).right == 0


@pytest.mark.parametrize(
    "context",
    [
        sp.sqrt(HOLE),
        sp.Abs(HOLE),
        sp.Derivative(HOLE, s),
        sp.Integral(HOLE, (s, 0, 1)),
        sp.Piecewise((HOLE, s > 0), (0, True)),
        HOLE * sp.Float(1),
        HOLE**HOLE,
        2**HOLE,
        sp.KroneckerDelta(HOLE, i),
        sp.Sum(HOLE, (m, 1, 2)),
        sp.Sum(s, (m, 1, HOLE)),
        sp.IndexedBase("a")[HOLE],
    ],
    ids=str,
)
def test_a_context_is_a_term_of_the_language(context: Term) -> None:
    refuse(step(s, s, Rewrite(context, reflexivity(s)), Rewrite(-context, reflexivity(s))))


def test_a_context_needs_a_hole() -> None:
    refuse(step(s, s, Rewrite(s, reflexivity(s))), match="hole")


def test_a_hole_may_stand_twice_and_in_a_sum_an_exponent_or_an_expectation() -> None:
    zero = check(xy_is_zero, XY).left
    for context in (HOLE**2 + HOLE, sum_over(HOLE, m), sp.exp(HOLE), E(HOLE * s)):
        over = signature(symbol("s"), *XY.declarations)
        before, after = context.subs(HOLE, zero), context.subs(HOLE, 0)
        assert check(step(before, after, Rewrite(context, xy_is_zero)), over).hypotheses


def test_an_inequality_is_not_used_as_an_equation() -> None:
    bound = AtLeast(reflexivity(s**2), ZERO, (Square((), ONE, s),))
    assert check(bound).relation == ">="
    refuse(step(s**2, ZERO, Rewrite(HOLE, bound)), match="only equations")
    refuse(AtLeast(bound, ZERO, ()), match="equation")
    refuse(Vanishing(bound, (), s))
    refuse(Instantiate(bound, "s", ZERO), match="only equations")


@pytest.mark.parametrize(
    "at",
    [((i, k),), ((k, i),), ((i, x),), ((x, i),), ((i, ONE),), ((i, index("q", "Q")),)],
    ids=str,
)
def test_an_index_becomes_an_index_of_its_sort_only(at: Any) -> None:
    refuse(step(entry("v", j), x, Rewrite(HOLE, known, at)), CONSTANT, "of another sort|expected an index")


@pytest.mark.parametrize("at", [(i,), ((i, j, m),), None, ((None, None),)], ids=str)
def test_what_is_no_map_of_indices_is_refused(at: Any) -> None:
    refuse(step(entry("v", j), x, Rewrite(HOLE, known, at)), CONSTANT, malformed=True)


def test_two_indices_may_become_the_same() -> None:
    all_equal = Assume("all alike", entry("v", i) - entry("v", j), ZERO)
    assert check(
        step(entry("v", m) - entry("v", n), ZERO, Rewrite(HOLE, all_equal, ((i, m), (j, n)))), CONSTANT
    )
    same = step(x - x, ZERO, Rewrite(HOLE, all_equal, ((i, m), (j, m))))
    assert check(same, CONSTANT).left == 0


def test_a_swap_of_indices_is_done_at_once() -> None:
    skew = Assume("skew", M(i, j), -M(j, i))
    over = signature(symbol("M", "D", "D", law=Defined((i, j), ZERO)))
    assert check(step(M(j, i), -M(i, j), Rewrite(HOLE, skew, ((i, j), (j, i)))), over)
    refuse(step(M(j, i), -M(j, j), Rewrite(HOLE, skew, ((i, j), (j, i)))), over)


def test_a_lemma_about_one_index_says_nothing_about_another_tensor() -> None:
    refuse(step(M(i, i), x, Rewrite(HOLE, known)), CONSTANT)


# -- symmetry, sign and weights that are not there -------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (M(i, j), M(j, i)),
        (sum_over(M(i, m) * M(m, j), m), sum_over(M(m, i) * M(j, m), m)),
        (entry("F", k, i, j), entry("F", k, i, i)),
        (sp.log(entry("q", i) * p), sp.log(entry("q", i)) * sp.log(p)),
        (E(entry("z", i) * entry("w", i)), E(entry("z", i) ** 2)),
    ],
    ids=["symmetry", "order of factors", "diagonal", "logarithm of a product", "one noise for another"],
)
def test_a_property_that_is_not_declared_is_not_used(before: Term, after: Term) -> None:
    refuse(step(before, after))


def test_weights_of_a_family_sum_to_one_over_their_last_index_only() -> None:
    weights = signature(symbol("f", "K", "D", law=Simplex(), positive=True))
    rows = Assume("rows", sum_over(entry("f", k, i), i), ONE)
    columns = Assume("columns", sum_over(entry("f", k, i), k), ONE)
    total = sum_over(entry("f", k, i), k, i)
    assert check(step(total, size("K"), Rewrite(sum_over(HOLE, k), rows)), weights)
    refuse(step(total, size("D"), Rewrite(sum_over(HOLE, i), columns)), weights, "columns")


# -- instances -------------------------------------------------------------------------------------

square = step((s + 1) ** 2, s**2 + 2 * s + 1)


def test_an_instance_under_a_sum_captures_no_index() -> None:
    lemma = step(sum_over(s * a(m), m), s * sum_over(a(n), n))
    found = check(Instantiate(lemma, "s", a(m)))
    assert check(step(found.left, a(m) * sum_over(a(n), n)))


@pytest.mark.parametrize(
    ("scalar", "term"),
    [
        ("s", entry("z", i)),
        ("s", sp.I),
        ("s", sp.I * p),
        ("s", sp.Float(0.5)),
        ("s", i),
        ("s", HOLE),
        ("s", 1 / s),
        ("p", ZERO),
        ("p", p),
        ("a", ZERO),
        ("z", ZERO),
    ],
    ids=str,
)
def test_not_an_instance(scalar: Any, term: Term) -> None:
    refuse(Instantiate(square, scalar, term), malformed=term == HOLE)


@pytest.mark.parametrize("scalar", ["unheard", "", "D", "HOLE", None, s])
def test_what_is_not_declared_is_not_replaced(scalar: Any) -> None:
    refuse(Instantiate(square, scalar, ZERO), malformed=True)


def test_a_scalar_of_a_hypothesis_is_not_replaced() -> None:
    over = signature(symbol("x"), symbol("y", law=Defined((), x)))
    refuse(Instantiate(Assume("y is x", y, x), "x", ONE), over, "restricted")
    refuse(Instantiate(Assume("y is x", y, x), "y", ONE), over, "restricted")


# -- forged and mutated proofs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged", [None, s, Sequent(s, "=", ZERO), object(), (), "Assume"], ids=lambda f: type(f).__name__
)
def test_what_is_no_proof_is_refused(forged: Any) -> None:
    for proof in (forged, Instantiate(forged, "s", ZERO), step(s, ZERO, Rewrite(HOLE, forged))):
        refuse(proof, match="is not a rule")


def test_a_proof_that_rests_on_itself_is_refused() -> None:
    circle = step(s, ZERO, Rewrite(HOLE, reflexivity(s)))
    object.__setattr__(circle, "rewrites", ((Rewrite(HOLE, circle),),))
    refuse(circle, malformed=True)


def test_a_forged_cousin_of_a_checked_proof_is_checked_itself() -> None:
    checker = Checker(VOCABULARY)
    for number in range(1, 12):
        honest = step(s + number, number + s)
        assert checker.check(honest).left == s + number
        del honest
        gc.collect()
        with pytest.raises(Rejected):  # even if it lives where the honest one lived
            checker.check(step(s + number, s))


def test_a_proof_changed_after_it_was_checked_shows_at_most_what_it_showed() -> None:
    checker = Checker(VOCABULARY)
    honest = step(s, s)
    assert checker.check(honest).right == s
    object.__setattr__(honest, "lines", (s, ZERO))
    found = checker.check(honest)
    assert (found.left, found.right) == (s, s)
    refuse(honest)  # a new checker has nothing to remember
