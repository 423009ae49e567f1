"""Laws read off characteristic functions: what has no law, or another one."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, m, reflexivity, refuse, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.laws import Defined, StandardNormal
from derivations.kernel.rules import (
    Assume,
    Chain,
    Law,
    Rewrite,
    Sequent,
)
from derivations.kernel.signature import Signature
from derivations.kernel.terms import HOLE, entry, index, size, sum_over

Term = Any
s, p = entry("s"), entry("p")
ZERO, ONE = sp.Integer(0), sp.Integer(1)
a = index("a", "D")
D, K = size("D"), size("K")


def check(proof: Any, over: Signature = VOCABULARY) -> Sequent:
    return Checker(over).check(proof)


# -- laws from characteristic functions ------------------------------------------------------------


def t(x: Term) -> Term:
    return entry("t", x)


def mu(x: Term, y: Term) -> Term:
    return entry("mu", x, y)


def R(x: Term, y: Term) -> Term:
    return entry("R", x, y)


MIXTURE = signature(
    symbol("t", "D"),
    symbol("g", "K", nonnegative=True),
    symbol("c", "K"),
    symbol("mu", "K", "D"),
    symbol("R", "D", "D", symmetric=True),
    symbol("N", "D", "D"),
    symbol("z", "D", law=StandardNormal()),
    symbol("s"),
)


def characteristic(weight: Term, covariance: Any = R) -> Term:
    exponent = sp.I * sum_over(t(i) * mu(k, i), i) - sum_over(t(i) * covariance(i, j) * t(j), i, j) / 2
    return sum_over(weight * sp.exp(exponent), k)


def law(premise: Any, **changes: Any) -> Law:
    fields = {
        "frequency": "t",
        "components": (k,),
        "rows": (i, j),
        "weight": entry("g", k),
        "mean": mu(k, i),
        "covariance": R(i, j),
    }
    return Law(premise, **(fields | changes))


# A constant has a Gaussian law with covariance zero: sum_k g_k exp(i t mu_k).
constant = sum_over(entry("g", k) * sp.exp(sp.I * sum_over(t(i) * mu(k, i), i)), k)


def test_a_mixture_of_constants_has_the_law_its_characteristic_function_shows() -> None:
    found = check(law(reflexivity(constant), covariance=ZERO), MIXTURE)
    assert (found.relation, found.axioms) == ("~", {"uniqueness of characteristic functions"})


@pytest.mark.parametrize(
    "changes",
    [
        {"components": ()},
        {"components": (k, k)},
        {"components": (i,)},
        {"components": (k, m)},
        {"components": (s,)},
        {"rows": (i, i)},
        {"rows": (i, k)},
        {"rows": (k, k)},
        {"rows": (s, s)},
        {"weight": ONE},
        {"weight": entry("g", k) * s},
        {"mean": mu(k, j)},
        {"mean": -mu(k, i)},
        {"mean": mu(k, i) + t(i)},
        {"covariance": sp.KroneckerDelta(i, j)},
        {"covariance": entry("N", i, j) - entry("N", j, i)},
        {"frequency": "s"},
        {"frequency": "mu"},
        {"frequency": "z"},
        {"frequency": "g"},
    ],
    ids=str,
)
def test_not_the_law_of_that_mixture(changes: dict[str, Any]) -> None:
    refuse(law(reflexivity(constant), **({"covariance": ZERO} | changes)), MIXTURE)


@pytest.mark.parametrize(
    "changes", [{"components": None}, {"rows": (i,)}, {"rows": None}, {"frequency": "unheard"}], ids=str
)
def test_what_is_no_law_is_refused(changes: dict[str, Any]) -> None:
    refuse(law(reflexivity(constant), **({"covariance": ZERO} | changes)), MIXTURE, malformed=True)


@pytest.mark.parametrize(
    ("left", "weight", "covariance"),
    [
        (characteristic(entry("c", k)), entry("c", k), R),
        (characteristic(-entry("g", k)), -entry("g", k), R),
        (characteristic(entry("g", k)), entry("g", k), R),
        (characteristic(entry("g", k), lambda x, y: -R(x, y)), entry("g", k), lambda x, y: -R(x, y)),
        (
            characteristic(entry("g", k), lambda x, y: entry("N", x, y)),
            entry("g", k),
            lambda x, y: entry("N", x, y),
        ),
    ],
    ids=["signed weights", "negative weights", "not an expectation", "negative covariance", "asymmetric"],
)
def test_a_function_is_not_called_a_law_because_it_looks_like_one(
    left: Term, weight: Term, covariance: Any
) -> None:
    refuse(law(reflexivity(left), weight=weight, covariance=covariance(i, j)), MIXTURE)


def test_a_frequency_that_a_hypothesis_restricts_determines_nothing() -> None:
    one_frequency = Assume("t is mu", t(i), sum_over(mu(k, i), k))
    over = Signature(
        MIXTURE.sizes,
        tuple(
            symbol("t", "D", law=Defined((i,), sum_over(mu(k, i), k))) if d.name == "t" else d
            for d in MIXTURE
        ),
    )
    uses = (Rewrite(s * HOLE, one_frequency), Rewrite(-s * HOLE, one_frequency))
    idle = Chain((constant, constant), (uses,))
    refuse(law(idle, covariance=ZERO), over, "depends on it")
