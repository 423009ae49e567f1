"""Integrals, limits and recurrences: SymPy finds them, and what it finds is not taken on trust."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, refuse, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.integrals import VARIABLE
from derivations.kernel.rules import (
    NUMBER,
    PREVIOUS,
    AtLeast,
    Chain,
    Instantiate,
    Integrate,
    Limit,
    Recurrence,
    Rewrite,
    Sequent,
    Vanishing,
)
from derivations.kernel.signature import Signature
from derivations.kernel.terms import HOLE, entry, index, size

Term = Any
s, p = entry("s"), entry("p")
ZERO, ONE = sp.Integer(0), sp.Integer(1)
a = index("a", "D")
D, K = size("D"), size("K")


def z(x: Term) -> Term:
    return entry("z", x)


def v(x: Term) -> Term:
    return entry("a", x)


def check(proof: Any, over: Signature = VOCABULARY) -> Sequent:
    return Checker(over).check(proof)


# -- integrals -------------------------------------------------------------------------------------

u = VARIABLE
phase = Integrate(z(a), sp.exp(sp.I * s * u), sp.exp(-(s**2) / 2))


def test_the_characteristic_function_of_one_normal_variable() -> None:
    assert check(phase).hypotheses == frozenset()


@pytest.mark.parametrize(
    ("random_entry", "integrand", "value"),
    [
        (z(a), u**2, ZERO),
        (z(a), u**2, 1 + sp.Rational(1, 10**30)),
        (z(a), 1 / u, ZERO),
        (z(a), sp.exp(u**2), ONE),
        (z(a), sp.exp(s * u), sp.exp(s**2 / 2)),
        (z(a), sp.Abs(u), sp.sqrt(2 / sp.pi)),
        (z(a), sp.sign(u), ZERO),
        (z(a), sp.Float(1) * u, ZERO),
        (z(a), z(j) * u, ZERO),
        (z(a), v(a) * u, ZERO),
        (z(a), D * u, ZERO),
        (z(a), a * u, ZERO),
        (z(a), entry("unheard") * u, ZERO),
        (z(a), u, u),
        (z(a), sp.exp(sp.I * s * u), sp.exp(s**2 / 2)),
        (z(a), sp.exp(sp.I * s * u), sp.exp(-(p**2) / 2)),
        (v(a), u, ZERO),
        (z(k), u, ZERO),
        (s, u, ZERO),
        (z(a) + z(j), u, ZERO),
        (z(a) ** 2, u, ZERO),
    ],
    ids=str,
)
def test_not_a_gaussian_integral(random_entry: Term, integrand: Term, value: Term) -> None:
    refuse(Integrate(random_entry, integrand, value), malformed=True)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("thing", [None, "u", 1, 2.0], ids=str)
def test_an_integral_of_what_is_no_term_is_refused(place: int, thing: Any) -> None:
    arguments: list[Any] = [z(a), u, ZERO]
    arguments[place] = thing
    refuse(Integrate(*arguments), malformed=True)


# -- limits and recurrences ------------------------------------------------------------------------

POSITIVE = signature(
    *(symbol(name, positive=True) for name in ("b", "c", "e")), symbol("s"), symbol("q", "D", positive=True)
)
b, c, e = (entry(name) for name in "bce")


def test_a_soft_assignment_tends_to_a_hard_one() -> None:
    assert check(Limit(1 / (1 + sp.exp(-b / e)), "e", ONE), POSITIVE).relation == "->"


@pytest.mark.parametrize(
    ("term", "variable", "value"),
    [
        (1 / (1 + sp.exp(-b / e)), "e", ZERO),
        (1 / (1 + sp.exp(-b / e)), "e", 1 + e),
        (1 / (1 + sp.exp(-b / e)), "b", ONE),
        (1 / (1 + sp.exp((b - c) / e)), "e", ONE),
        (sp.exp((b - c) / e), "e", ZERO),
        (sp.exp(sp.I / e), "e", ZERO),
        (sp.exp(b / e), "e", ZERO),
        (1 / e, "e", sp.oo),
        (s * e, "e", ZERO),
        (entry("q", i) * e, "e", ZERO),
        (D * e, "e", ZERO),
        (b, "e", b),
        (1 / (b - c + e), "e", 1 / (b - c)),
    ],
    ids=str,
)
def test_not_a_limit(term: Term, variable: str, value: Term) -> None:
    refuse(Limit(term, variable, value), POSITIVE, malformed=True)


def test_a_limit_is_not_an_equation() -> None:
    limit = Limit(1 / (1 + sp.exp(-b / e)), "e", ONE)
    refuse(Chain((1 / (1 + sp.exp(-b / e)), ONE), ((Rewrite(HOLE, limit),),)), POSITIVE, "only equations")
    refuse(AtLeast(limit, ZERO, ()), POSITIVE)


compositions = Recurrence("T", K, PREVIOUS * (K + NUMBER) / (NUMBER + 1), sp.binomial(K + NUMBER - 1, NUMBER))


def test_multisets_are_counted_by_induction() -> None:
    assert check(compositions).right == sp.binomial(K + NUMBER - 1, NUMBER)


@pytest.mark.parametrize(
    ("first", "step", "closed"),
    [
        (K, PREVIOUS * K, NUMBER * K),
        (ZERO, PREVIOUS, ONE),
        (ONE, PREVIOUS + 1, NUMBER + 1),
        (ONE, PREVIOUS + NUMBER, NUMBER**2),
        (ONE, PREVIOUS, 1 + sp.KroneckerDelta(NUMBER, 10)),
        (ONE, PREVIOUS, sp.Piecewise((ONE, NUMBER < 10), (2 * ONE, True))),
        (ONE, PREVIOUS, 1 + sp.binomial(NUMBER - 1, 6)),
        (p, PREVIOUS, s),
        (a, PREVIOUS, a),
        (ONE, PREVIOUS, PREVIOUS),
        (sp.Float(1), PREVIOUS, sp.Float(1)),
        (K, PREVIOUS * (K + NUMBER) / NUMBER, sp.binomial(K + NUMBER - 1, NUMBER)),
    ],
    ids=str,
)
def test_not_a_solution_of_the_recurrence(first: Term, step: Term, closed: Term) -> None:
    refuse(Recurrence("T", first, step, closed), malformed=True)


@pytest.mark.parametrize("name", ["s", "K", "D", "a", "i:D", ""])
def test_a_sequence_is_not_called_like_something_else(name: Any) -> None:
    refuse(Recurrence(name, ONE, PREVIOUS, ONE), malformed=True)


def test_a_recurrence_does_not_prove_that_a_size_is_zero() -> None:
    # "K = 0" by recurrence, read as the size K = sum_k 1^2, once gave 1 = 0.
    refuse(Vanishing(Recurrence("K", ZERO, PREVIOUS, ZERO), (k,), ONE), malformed=True)


def test_a_recurrence_is_not_an_equation_about_a_symbol() -> None:
    constant = Recurrence("T", ONE, PREVIOUS, ONE)
    over = signature(symbol("T"), symbol("s"))
    refuse(constant, over, malformed=True)
    refuse(Chain((entry("T"), ONE), ((Rewrite(HOLE, constant),),)), over, malformed=True)
    refuse(Instantiate(constant, "T", ZERO), over, malformed=True)
