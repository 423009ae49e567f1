"""The search for rewrites: it finds what the theorems need, and whatever it returns the kernel checks."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from strategies import VOCABULARY, closed_terms, i, j, k, m, n, reflexivity, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.grammar import Grammar
from derivations.kernel.laws import Defined
from derivations.kernel.normal_form import normal_form
from derivations.kernel.rules import Assume, Chain, Proof
from derivations.kernel.signature import Signature
from derivations.kernel.terms import E, KernelError, entry, index, product_over, sum_over
from derivations.search import find_rewrites
from derivations.search.terms_again import poly_term

Term = Any
s = entry("s")
ZERO = sp.Integer(0)


def M(x: Term, y: Term) -> Term:
    return entry("M", x, y)


def a(x: Term) -> Term:
    return entry("a", x)


def z(x: Term) -> Term:
    return entry("z", x)


IDEMPOTENT = signature(
    symbol("M", "D", "D", law=Defined((i, j), sp.KroneckerDelta(i, j))),
    *(d for d in VOCABULARY if d.name != "M"),
)
idempotent = Assume("M M = M", sum_over(M(i, m) * M(m, j), m), M(i, j))


def proved(before: Term, after: Term, cited: list[Proof], over: Signature) -> Any:
    checker = Checker(over)
    uses = find_rewrites(before, after, cited, checker)
    return checker.check(Chain((before, after), (uses,)))


def power(matrix: Any, exponent: int) -> Term:
    links = [index(f"p{number}", "D") for number in range(1, exponent)]
    ends = zip([i, *links], [*links, j], strict=True)
    return sum_over(sp.Mul(*(matrix(x, y) for x, y in ends)), *links)


@pytest.mark.parametrize("exponent", [2, 3, 4, 5])
def test_an_equation_is_used_as_often_as_needed(exponent: int) -> None:
    found = proved(power(M, exponent), M(i, j), [idempotent], IDEMPOTENT)
    assert {name for name, _, _ in found.hypotheses} == {"M M = M"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            sum_over(a(n) * sum_over(M(n, m) * M(m, k_), m) * a(k_), n, k_),
            sum_over(a(n) * M(n, m) * a(m), m, n),
        )
        for k_ in [index("q", "D")]
    ]
    + [
        (sp.exp(sum_over(M(i, m) * M(m, j), m)), sp.exp(M(i, j))),
        (E(z(i) * sum_over(M(i, m) * M(m, j), m) * z(j)), M(i, j) * E(z(i) * z(j))),
        (E(sp.exp(sp.I * sum_over(M(i, m) * M(m, j), m) * z(j))), E(sp.exp(sp.I * M(i, j) * z(j)))),
        (product_over(1 + sum_over(M(i, m) * M(m, n), m), n), product_over(1 + M(i, n), n)),
        (s * sum_over(M(i, m) * M(m, j), m) + a(i), s * M(i, j) + a(i)),
        (sum_over(M(i, m) * M(m, i), i, m), sum_over(M(m, m), m)),
    ],
    ids=[
        "in a form",
        "in an exponent",
        "in an expectation",
        "in its exponent",
        "in a product",
        "beside",
        "in a trace",
    ],
)
def test_an_equation_is_found_wherever_it_stands(before: Term, after: Term) -> None:
    assert proved(before, after, [idempotent], IDEMPOTENT).hypotheses


def test_two_equations_are_used_in_one_step() -> None:
    over = signature(symbol("x", law=Defined((), s)), symbol("y", law=Defined((), s**2)), symbol("s"))
    x, y = entry("x"), entry("y")
    cited: list[Proof] = [Assume("x", x, s), Assume("y", y, s**2)]
    assert len(proved(x * y + x, s**3 + s, cited, over).hypotheses) == 2


def test_a_false_step_stays_false_whatever_is_cited() -> None:
    for after in (2 * M(i, j), M(j, i), ZERO, sum_over(M(i, m), m)):
        with pytest.raises(KernelError):
            proved(power(M, 3), after, [idempotent], IDEMPOTENT)


def test_an_equation_between_equal_things_and_one_about_nothing_do_no_harm() -> None:
    cited: list[Proof] = [reflexivity(a(i)), reflexivity(ZERO), idempotent]
    assert proved(power(M, 2), M(i, j), cited, IDEMPOTENT)


def test_nothing_is_cited_that_is_not_needed() -> None:
    checker = Checker(VOCABULARY)
    before, after = sum_over(a(m) * a(n), m, n), sum_over(a(m), m) ** 2
    assert find_rewrites(before, after, [reflexivity(a(i))], checker) == ()


def test_the_search_ends_when_there_is_nothing_to_find() -> None:
    grows = Assume("grows", a(i), sum_over(M(i, m) * a(m), m))
    over = signature(symbol("a", "D", law=Defined((i,), ZERO)), symbol("M", "D", "D"))
    with pytest.raises(KernelError):
        proved(a(i), 2 * a(i) + 1, [grows], over)


@settings(max_examples=60)
@given(closed_terms())
def test_terms_read_back_from_the_normal_form_are_well_formed(e: Term) -> None:
    again = poly_term(normal_form(e, VOCABULARY))
    Grammar(VOCABULARY).check(again)
    assert find_rewrites(e, again, [], Checker(VOCABULARY)) == ()


def test_a_family_index_is_matched_too() -> None:
    factor = Assume("F is v M", entry("F", k, i, j), entry("v", k) * entry("S", i, j))
    over = signature(
        symbol("F", "K", "D", "D", law=Defined((k, i, j), entry("v", k) * entry("S", i, j)), symmetric=True),
        symbol("v", "K"),
        symbol("S", "D", "D", symmetric=True),
    )
    before = sum_over(entry("F", k, m, n) * entry("F", k, n, m), k, m, n)
    after = sum_over(entry("v", k) ** 2, k) * sum_over(entry("S", m, n) ** 2, m, n)
    assert proved(before, after, [factor], over).hypotheses
