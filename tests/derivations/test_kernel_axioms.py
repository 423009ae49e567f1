"""Independence and pseudo-inverses: what the side conditions of the axioms refuse."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, l, m, reflexivity, refuse, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.laws import Defined, PseudoInverse, StandardNormal
from derivations.kernel.rules import (
    Assume,
    Axiomatic,
    Chain,
    Exists,
    Rewrite,
    Sequent,
)
from derivations.kernel.signature import Signature
from derivations.kernel.terms import HOLE, E, entry, index, size, sum_over

Term = Any
s, p = entry("s"), entry("p")
ZERO, ONE = sp.Integer(0), sp.Integer(1)
a = index("a", "D")
D, K = size("D"), size("K")


def z(x: Term) -> Term:
    return entry("z", x)


def w(x: Term) -> Term:
    return entry("w", x)


def v(x: Term) -> Term:
    return entry("a", x)


def check(proof: Any, over: Signature = VOCABULARY) -> Sequent:
    return Checker(over).check(proof)


# -- independence ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ("independent_factors", (z(i), z(i))),
        ("independent_factors", (z(i), z(j))),
        ("independent_factors", (z(i) + w(i), w(j))),
        ("independent_factors", (sum_over(z(m), m), z(i))),
        ("independent_factors", (sp.exp(z(i)), sp.exp(w(i)))),
        ("independent_coordinates", (z(i), z(i))),
        ("independent_coordinates", (z(i), w(j))),
        ("independent_coordinates", (z(i) * w(i), z(j))),
        ("independent_coordinates", (v(i), v(j))),
        ("independent_coordinates", (z(i), entry("v", k))),
        ("independent_coordinates", (v(i) * z(j), z(i))),
        ("independent_coordinates", (v(i) * sum_over(z(m), m), v(j) * sum_over(z(m), m))),
        ("independent_coordinates", (z(i) * sum_over(z(i), i), z(j) * sum_over(z(j), j))),
        ("independent_product", (sp.I * z(i),)),
        ("independent_product", (sp.I * z(a) * z(j),)),
        ("independent_product", (sp.I * z(a) * w(a),)),
        ("independent_product", (sp.I * s,)),
        ("independent_product", (sp.I * sum_over(z(a), a),)),
        ("independent_product", (sp.I * z(a) * sum_over(z(a), a),)),
        ("independent_product", (z(a),)),
        ("independent_product", (z(a) ** 2,)),
    ],
    ids=str,
)
def test_not_an_instance_of_independence(
    schema: str, arguments: tuple[Term, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The side conditions must do: a model may be too small to show what is wrong.
    monkeypatch.setattr("derivations.kernel.checker.disagreement", lambda *arguments: "")
    refuse(Axiomatic(schema, arguments))


def test_a_second_name_for_a_random_tensor_does_not_hide_it() -> None:
    hidden = sp.IndexedBase("z", real=True)[j]
    refuse(Axiomatic("independent_product", (sp.I * z(a) * hidden,)))
    refuse(Axiomatic("independent_factors", (z(i), hidden)))


def test_a_symbol_defined_through_noise_is_not_certain() -> None:
    # y_i = z_i as a hypothesis would give E[y z] = y E[z] = 0 and E[z z] = 1.
    over = signature(symbol("z", "D", law=StandardNormal()), symbol("y", "D", law=Defined((i,), z(i))))
    refuse(Assume("y is z", entry("y", i), z(i)), over)
    refuse(Chain((E(entry("y", i) * z(i)), ONE), ((),)), over)


@pytest.mark.parametrize("schema", ["independent_factors", "independent_coordinates", "independent_product"])
@pytest.mark.parametrize("arguments", [(), (s,), (s, s, s), (None, None), s, ("z", "w"), (1, 2)], ids=str)
def test_wrong_arguments_of_a_schema(schema: str, arguments: Any) -> None:
    refuse(Axiomatic(schema, arguments), malformed=True)


def test_an_unknown_schema_is_refused() -> None:
    refuse(Axiomatic("everything", (s,)), match="unknown axiom")


def test_independence_is_recorded_as_an_axiom() -> None:
    factors = Axiomatic("independent_factors", (z(i), w(j)))
    assert check(factors).axioms == {"independence"}
    zero = Chain((E(z(i) * w(j)), E(z(i)) * E(w(j))), ((Rewrite(HOLE, factors),),))
    assert check(zero).axioms == {"independence"}


# -- pseudo-inverses -------------------------------------------------------------------------------


def W(x: Term, y: Term) -> Term:
    return entry("W", x, y)


def X(x: Term, y: Term) -> Term:
    return entry("X", x, y)


def P(x: Term, y: Term) -> Term:
    return entry("P", x, y)


ROWS = Defined((i, j), sum_over(X(i, k) * W(k, j), k))
COLUMNS = Defined((k, l), sum_over(W(k, i) * X(i, l), i))
RECTANGLE = (
    symbol("W", "K", "D"),
    symbol("X", "D", "K", law=PseudoInverse("W")),
    symbol("P", "D", "D", law=ROWS, symmetric=True),
    symbol("Q", "K", "K", law=COLUMNS, symmetric=True),
)
reproduces = Assume("W X W = W", sum_over(W(k, i) * X(i, l) * W(l, j), i, l), W(k, j))
is_row_projector = Assume("P = X W", P(i, j), sum_over(X(i, k) * W(k, j), k))
# W P = W, without mention of X: W P = W X W by the second, = W by the first.
keeps = Chain(
    (
        sum_over(W(k, m) * P(m, j), m),
        sum_over(W(k, i) * X(i, l) * W(l, j), i, l),
        W(k, j),
    ),
    ((Rewrite(sum_over(W(k, m) * HOLE, m), is_row_projector, ((i, m),)),), (Rewrite(HOLE, reproduces),)),
)
with_s = signature(*RECTANGLE, symbol("s"))


def test_hypotheses_about_what_exists_are_dropped() -> None:
    to_zero = Chain((s, s), ((Rewrite(s * HOLE, reproduces), Rewrite(-s * HOLE, reproduces)),))
    found = check(Exists(to_zero, "X", "P", "Q"), with_s)
    assert (found.hypotheses, found.axioms) == (frozenset(), {"pseudo-inverse"})


@pytest.mark.parametrize(
    "names",
    [
        ("X", "P", "P"),
        ("X", "X", "Q"),
        ("X", "P", "X"),
        ("X", "W", "Q"),
        ("X", "Q", "P"),
        ("P", "X", "Q"),
        ("W", "P", "Q"),
        ("X", "P", "unheard"),
        ("unheard", "P", "Q"),
        ("X", "P", "s"),
        ("X", "P", None),
    ],
    ids=str,
)
def test_the_symbols_that_exist_are_a_pseudo_inverse_and_its_two_projectors(names: tuple[Any, ...]) -> None:
    refuse(Exists(reflexivity(s), *names), with_s, malformed=True)


def test_what_exists_may_not_be_mentioned() -> None:
    assert check(keeps, with_s).left.has(P(m, j))
    refuse(Exists(keeps, "X", "P", "Q"), with_s, "occurs in the conclusion")


@pytest.mark.parametrize(
    "says",
    [
        (X(i, k), ZERO),
        (sum_over(X(i, k) * W(k, j) * X(j, l), k, j), X(i, l)),
        (sum_over(X(i, k) * W(k, j), k), sum_over(X(j, k) * W(k, i), k)),
        (P(i, j), 2 * sum_over(X(i, k) * W(k, j), k)),
        (P(i, j), sum_over(X(i, k) * W(k, j), k) + 0 * s + sp.KroneckerDelta(i, j)),
        (sum_over(P(m, m), m), K),
    ],
    ids=str,
)
def test_a_hypothesis_that_says_more_than_the_axiom_is_not_dropped(says: tuple[Term, Term]) -> None:
    more = Assume("more", *says)
    # The step is true in itself; the hypothesis is only cited, twice, with opposite signs.
    idle = Chain((s, s), ((Rewrite(s * HOLE, more), Rewrite(-s * HOLE, more)),))
    refuse(Exists(idle, "X", "P", "Q"), with_s)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        (name, flag)
        for name in "WXP"
        for flag in ("symmetric", "positive", "nonnegative")
        if name + flag != "Psymmetric"
    ],
)
def test_what_is_declared_of_a_pseudo_inverse_is_not_more_than_the_axiom_promises(
    name: str, flag: str
) -> None:
    square = {
        "W": symbol("W", "D", "D"),
        "X": symbol("X", "D", "D", law=PseudoInverse("W")),
        "P": symbol("P", "D", "D", symmetric=True),
        "Q": symbol("Q", "D", "D", symmetric=True),
    }
    d = square[name]
    square[name] = symbol(name, *d.slots, law=d.law, **{"symmetric": d.symmetric, flag: True})
    check(Exists(reflexivity(s), "X", "P", "Q"), signature(*{**square, name: d}.values(), symbol("s")))
    refuse(Exists(reflexivity(s), "X", "P", "Q"), signature(*square.values(), symbol("s")))


def test_one_projector_in_two_roles_would_make_every_matrix_normal() -> None:
    # P = X W and P = W X give W = 0 from W W = 0, which is false.
    square = signature(
        symbol("W", "D", "D", law=Defined((i, j), ZERO)),
        symbol("X", "D", "D", law=PseudoInverse("W")),
        symbol("P", "D", "D", symmetric=True),
    )
    nilpotent = Assume("W W = 0", sum_over(W(i, m) * W(m, j), m), ZERO)
    idle = Chain((s, s), ((Rewrite(s * HOLE, nilpotent), Rewrite(-s * HOLE, nilpotent)),))
    over = signature(*square.declarations, symbol("s"))
    assert check(idle, over)
    refuse(Exists(idle, "X", "P", "P"), over, "four symbols")
