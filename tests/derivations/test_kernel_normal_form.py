"""The normal form against evaluation: what it calls equal is equal in every model.

Random terms (see `strategies`) are scrambled in ways of which some are identities and some are not; the
normal form may miss an identity, but whatever it identifies must have one value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import MODELS, VOCABULARY, closed_terms, i, j, k, m, n, signature, symbol

from derivations.kernel.evaluation import Model, evaluate
from derivations.kernel.grammar import Grammar
from derivations.kernel.normal_form import is_zero, normal_form
from derivations.kernel.numbers import equal
from derivations.kernel.terms import (
    E,
    KernelError,
    binders,
    entry,
    free_indices,
    index,
    is_index,
    product_over,
    size,
    sort_of,
    substitute,
    sum_over,
)
from derivations.search.terms_again import poly_term

Term = Any
random_terms = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def a(x: Term) -> Term:
    return entry("a", x)


def M(x: Term, y: Term) -> Term:
    return entry("M", x, y)


def differ(one: Term, other: Term, model: Model) -> bool:
    """Whether two terms have different values somewhere in the model."""
    free = sorted(free_indices(one) | free_indices(other), key=str)
    return any(
        not equal(evaluate(one, model, at), evaluate(other, model, at)) for at in model.assignments(free)
    )


# -- random terms ------------------------------------------------------------------------------


@random_terms
@given(closed_terms())
def test_the_term_rebuilt_from_the_normal_form_has_the_same_value_and_normal_form(e: Term) -> None:
    found = normal_form(e, VOCABULARY)
    again = poly_term(found)
    Grammar(VOCABULARY).check(again)
    assert normal_form(again, VOCABULARY) == found
    assert not any(differ(e, again, model) for model in MODELS[:2])


@random_terms
@given(closed_terms(), st.data())
def test_terms_of_one_normal_form_have_one_value(e: Term, data: st.DataObject) -> None:
    other = data.draw(scrambled(e))
    if normal_form(e, VOCABULARY) == normal_form(other, VOCABULARY):
        assert not any(differ(e, other, model) for model in MODELS)


@random_terms
@given(closed_terms(), st.data())
def test_renaming_bound_indices_never_changes_the_normal_form(e: Term, data: st.DataObject) -> None:
    assert normal_form(e, VOCABULARY) == normal_form(renamed(e, data.draw(st.integers(1, 9))), VOCABULARY)


@random_terms
@given(closed_terms(), closed_terms(), closed_terms())
def test_the_normal_form_knows_the_laws_of_a_ring(a: Term, b: Term, c: Term) -> None:
    assert is_zero(a * (b + c) - a * b - a * c, VOCABULARY)
    assert is_zero((a - b) * (a + b) - a**2 + b**2, VOCABULARY)


@st.composite
def scrambled(draw: Any, e: Term) -> Term:
    """The term with one place changed: two indices swapped or renamed, a factor, a delta put in, ..."""
    places = leaves(e)
    if not places:
        return e
    chosen = draw(st.integers(0, len(places) - 1))
    leaf, scope = places[chosen]
    return at_place(e, chosen, draw(st.sampled_from(variants(leaf, scope))))


def variants(leaf: Term, scope: tuple[Term, ...]) -> list[Term]:
    """Terms to put for an entry or a delta; some have its value, some do not."""
    args = list(leaf.indices) if isinstance(leaf, sp.Indexed) else list(leaf.args)
    remake: Callable[[list[Term]], Term] = (
        (lambda a: leaf.base[tuple(a)]) if isinstance(leaf, sp.Indexed) else (lambda a: sp.KroneckerDelta(*a))
    )
    out = [-leaf, 2 * leaf]
    for place, x in enumerate(args):
        fresh = index("x", sort_of(x))
        moved = remake([*args[:place], fresh, *args[place + 1 :]])
        out.append(sum_over(sp.KroneckerDelta(fresh, x) * moved, fresh))
        out.append(sum_over(leaf, fresh) / size(sort_of(x)))
        out += [remake([*args[:place], y, *args[place + 1 :]]) for y in scope if sort_of(y) == sort_of(x)]
    if len(args) > 1 and sort_of(args[-1]) == sort_of(args[-2]):
        out.append(remake([*args[:-2], args[-1], args[-2]]))
    return out


def leaves(e: Term, scope: tuple[Term, ...] = (i, j, k)) -> list[tuple[Term, tuple[Term, ...]]]:
    """The entries and deltas of a term, from left to right, each with the indices in scope."""
    if isinstance(e, (sp.Indexed, sp.KroneckerDelta)):
        return [(e, scope)]
    if isinstance(e, (sp.Sum, sp.Product)):
        return leaves(e.function, (*scope, *binders(e)))
    return [leaf for a in e.args for leaf in leaves(a, scope)]


def at_place(e: Term, chosen: int, new: Term) -> Term:
    """The term with the leaf of that number replaced."""
    if isinstance(e, (sp.Indexed, sp.KroneckerDelta)):
        return new if chosen == 0 else e
    if isinstance(e, (sp.Sum, sp.Product)):
        return e.func(at_place(e.function, chosen, new), *e.limits)
    parts = []
    for a in e.args:
        parts.append(at_place(a, chosen, new))
        chosen -= len(leaves(a))
    return e.func(*parts) if parts else e


def renamed(e: Term, number: int) -> Term:
    """The term with every bound index called something else."""
    if isinstance(e, (sp.Sum, sp.Product)):
        new = {x: index(f"{x.name.split(':')[0]}x{number}", sort_of(x)) for x in binders(e)}
        body = substitute(renamed(e.function, number), new)
        return e.func(body, *((x, 1, size(sort_of(x))) for x in new.values()))
    if is_index(e) or not e.args or isinstance(e, (sp.Indexed, sp.KroneckerDelta)):
        return e
    return e.func(*(renamed(a, number) for a in e.args))


# -- identities, each with a twin that is almost one ---------------------------------------------

IDENTITIES = {
    "trace of AB is trace of BA": (
        sum_over(entry("B", m, k) * entry("M", n, m) * a(n), m, n),
        sum_over(entry("M", m, n) * a(m) * entry("B", n, k), m, n),
        sum_over(entry("M", m, n) * a(n) * entry("B", m, k), m, n),
    ),
    "a delta renames": (
        sum_over(sp.KroneckerDelta(m, i) * M(m, j), m),
        M(i, j),
        M(j, i),
    ),
    "two deltas in a chain": (
        sum_over(sp.KroneckerDelta(i, m) * sp.KroneckerDelta(m, n) * a(n), m, n),
        a(i),
        size("D") * a(i),
    ),
    "the trace of the identity is the size": (
        sum_over(sp.KroneckerDelta(m, n) ** 2, m, n),
        size("D"),
        size("D") ** 2,
    ),
    "the delta of free indices allows to rename": (
        sp.KroneckerDelta(i, j) * a(i),
        sp.KroneckerDelta(i, j) * a(j),
        sp.KroneckerDelta(i, j) * a(i) * a(j),
    ),
    "a sum squared is a double sum": (
        sum_over(a(m), m) ** 2,
        sum_over(a(m) * a(n), m, n),
        sum_over(a(m) ** 2, m),
    ),
    "symmetric slots commute": (
        sum_over(entry("S", m, n) * M(m, n), m, n),
        sum_over(entry("S", n, m) * M(m, n), m, n),
        sum_over(entry("S", m, n) * sp.KroneckerDelta(m, n) * M(m, n), m, n),
    ),
    "a free matrix is not symmetric": (
        sum_over(M(m, n) * a(m) * a(n), m, n),
        sum_over(M(n, m) * a(m) * a(n), m, n),
        sum_over(M(m, n) * a(m) * a(m), m, n),
    ),
    "a product of exponentials is the exponential of a sum": (
        product_over(sp.exp(a(m)), m),
        sp.exp(sum_over(a(n), n)),
        sum_over(sp.exp(a(m)), m),
    ),
    "an expectation passes a finite sum": (
        E(sum_over(a(m) * entry("z", m), m) ** 2),
        sum_over(a(m) * a(n) * E(entry("z", m) * entry("z", n)), m, n),
        sum_over(a(m) * a(n) * E(entry("z", m)) * E(entry("z", n)), m, n),
    ),
    "I squared": (sp.I * entry("s") * sp.I, -entry("s"), entry("s")),
    "a positive factor cancels": (
        entry("p") * a(i) / (2 * entry("p") ** 2),
        a(i) / (2 * entry("p")),
        a(i) / (2 * entry("q", i)),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_is_seen(name: str) -> None:
    one, other, _ = IDENTITIES[name]
    assert normal_form(one, VOCABULARY) == normal_form(other, VOCABULARY)


@pytest.mark.parametrize("name", IDENTITIES)
def test_what_is_almost_the_identity_is_not_taken_for_it(name: str) -> None:
    one, _, wrong = IDENTITIES[name]
    assert normal_form(one, VOCABULARY) != normal_form(wrong, VOCABULARY)
    assert any(differ(one, wrong, model) for model in MODELS)


# -- identities that hold only for small sizes ---------------------------------------------------


def power_trace(power: int) -> Term:
    """tr M^power."""
    around = [index(f"t{number}", "D") for number in range(power)]
    links = zip(around, around[1:] + around[:1], strict=True)
    return sum_over(sp.Mul(*(M(x, y) for x, y in links)), *around)


def determinant_like(size_: int) -> Term:
    """size_! times the elementary symmetric function of the eigenvalues, by Newton's identities.

    It vanishes for every matrix with fewer rows than `size_`: the sum of its principal minors is empty.
    """
    t1, t2, t3, t4 = (power_trace(power) for power in range(1, 5))
    return {
        2: t1**2 - t2,
        3: t1**3 - 3 * t1 * t2 + 2 * t3,
        4: t1**4 - 6 * t1**2 * t2 + 3 * t2**2 + 8 * t1 * t3 - 6 * t4,
    }[size_]


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_an_identity_of_small_matrices_is_refused_by_the_normal_form(rows: int) -> None:
    e = determinant_like(rows)
    small = [model for model in MODELS if model.sizes["D"] < rows]
    assert small
    assert not any(differ(e, sp.Integer(0), model) for model in small)
    assert not is_zero(e, VOCABULARY)


def test_four_antisymmetrized_indices_vanish_in_every_model_but_not_in_the_normal_form() -> None:
    # No size of a model exceeds 3, so of four indices two always agree: evaluation alone accepts this.
    sizes_up_to_three = determinant_like(4)
    assert not any(differ(sizes_up_to_three, sp.Integer(0), model) for model in MODELS)
    assert not is_zero(sizes_up_to_three, VOCABULARY)


# -- what may not be normalized ------------------------------------------------------------------


@pytest.mark.parametrize(
    "divisor",
    [
        entry("s"),
        a(i),
        entry("p") - entry("q", i),
        entry("p") + sp.I * entry("q", i),
        entry("p") * a(i),
        sp.exp(sp.I * entry("s")) + 1,
        sum_over(a(m), m),
        E(entry("z", i)),
        sp.KroneckerDelta(i, j),
        sp.exp(entry("p") * sp.exp(sp.I * entry("s"))) + 1,
    ],
    ids=str,
)
def test_division_by_what_may_be_zero_is_refused(divisor: Term) -> None:
    with pytest.raises(KernelError, match="not known to be nonzero"):
        normal_form(1 / divisor, VOCABULARY)


@pytest.mark.parametrize(
    "argument",
    [
        entry("s"),
        entry("p") - entry("q", i),
        -entry("p"),
        sp.I * entry("p"),
        sp.exp(sp.I * entry("s")) * entry("p"),
        sp.exp(entry("p") * sp.exp(sp.I * entry("s"))),
        sp.KroneckerDelta(i, j),
        E(entry("z", i) ** 2),
    ],
    ids=str,
)
def test_the_logarithm_of_what_may_not_be_positive_is_refused(argument: Term) -> None:
    with pytest.raises(KernelError, match="not known to be positive"):
        normal_form(sp.log(argument), VOCABULARY)


@pytest.mark.parametrize(
    "body",
    [
        sp.exp(entry("z", i)),
        sp.exp(entry("z", i) ** 2),
        sp.exp(sp.I * entry("z", i) + entry("w", i)),
        sp.exp(sp.I * entry("z", i) ** 3 * sp.exp(sp.I * entry("z", i))),
        1 / entry("z", i),
    ],
    ids=str,
)
def test_an_expectation_that_may_not_exist_is_refused(body: Term) -> None:
    with pytest.raises(KernelError, match=r"may not exist|not known to be nonzero"):
        normal_form(E(body), VOCABULARY)


def test_symmetry_is_used_only_where_it_is_declared() -> None:
    free = signature(symbol("S", "D", "D"))
    swap = entry("S", i, j) - entry("S", j, i)
    assert is_zero(swap, VOCABULARY)
    assert not is_zero(swap, free)


def test_a_family_is_symmetric_in_its_last_two_slots_only() -> None:
    cubic = signature(symbol("F", "D", "D", "D", symmetric=True))
    assert is_zero(entry("F", i, j, m) - entry("F", i, m, j), cubic)
    assert not is_zero(entry("F", i, j, m) - entry("F", j, i, m), cubic)
