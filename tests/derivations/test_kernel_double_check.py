"""Every step is checked twice by different code: break either check, and the other refuses.

The normal form is broken on purpose (it forgets deltas, takes I squared for 1, ...) until it accepts a
false step; the models must still refuse it. Then evaluation is broken, and the normal form must refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, m, n, symbol

from derivations.kernel import checker as checker_module
from derivations.kernel import evaluation, model_test
from derivations.kernel import monomials as mono
from derivations.kernel.checker import Checker, Rejected
from derivations.kernel.laws import Defined
from derivations.kernel.normal_form import Normalizer, normal_form
from derivations.kernel.rules import Assume, AtLeast, Chain, Rewrite, Square
from derivations.kernel.signature import Signature
from derivations.kernel.signs import Signs
from derivations.kernel.terms import HOLE, E, KernelError, entry, sum_over

Term = Any
s, p = entry("s"), entry("p")
a, M = (lambda x: entry("a", x)), (lambda x, y: entry("M", x, y))


def check(before: Term, after: Term) -> None:
    Checker(VOCABULARY).check(Chain((before, after), ((),)))


# -- a broken normal form ----------------------------------------------------------------------


def forgets_deltas(self: Normalizer, monomial: Any) -> Any:
    """A delta counts as one, and nothing is renamed."""
    kept = tuple(f for f in monomial.factors if f[0][0] != "delta")
    return monomial._replace(factors=kept) if kept != monomial.factors else None


def sign_of_i_squared(original: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(self: Normalizer, monomial: Any, c: Any) -> Any:
        power = dict(monomial.factors).get(("scalar", "I"), 0)
        found, sign = original(self, monomial, c)
        return found, -sign if power % 4 >= 2 else sign

    return reduced


def forgets_sizes(original: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(self: Normalizer, monomial: Any, c: Any) -> Any:
        found, sign = original(self, monomial, c)
        return found._replace(factors=tuple(f for f in found.factors if f[0] not in SIZES)), sign

    return reduced


SIZES = (("scalar", "D"), ("scalar", "K"))


def takes_all_for_symmetric(self: Normalizer, a: Any) -> Any:
    return ("entry", a[1], *sorted(a[2:])) if a[0] == "entry" else a


def random_is_certain(self: Normalizer, a: Any) -> bool:
    return False


def one_label_for_all(self: Normalizer, monomial: Any) -> Any:
    labels = {b: (b[0], "#0") for b in monomial.bound}
    body = mono.rename_monomial(monomial._replace(bound=()), labels)
    return body._replace(bound=tuple(dict.fromkeys(labels.values())))


def drops_exponents(original: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(self: Normalizer, monomial: Any, c: Any) -> Any:
        return original(self, monomial._replace(exponent=()), c)

    return reduced


REDUCED = Normalizer.reduced_monomial
z = entry("z", i)

BROKEN = {
    "forgets deltas": ("contraction", forgets_deltas, sp.KroneckerDelta(i, j) * M(i, j), M(i, j)),
    "takes I squared for 1": (
        "reduced_monomial",
        sign_of_i_squared(REDUCED),
        sp.I * (sp.I + s),
        1 + sp.I * s,
    ),
    "forgets sizes": ("reduced_monomial", forgets_sizes(REDUCED), sum_over(a(i), m), a(i)),
    "takes every tensor for symmetric": ("tidy_atom", takes_all_for_symmetric, M(i, j), M(j, i)),
    "takes the random for certain": ("random_atom", random_is_certain, E(z**2), E(z) ** 2),
    "calls all bound indices the same": (
        "canonical_monomial",
        one_label_for_all,
        sum_over(a(m) * a(n), m, n),
        sum_over(a(m) ** 2, m),
    ),
    "drops exponents": ("reduced_monomial", drops_exponents(REDUCED), a(i) * sp.exp(s), a(i) * sp.exp(2 * s)),
}


@pytest.mark.parametrize("how", BROKEN)
def test_the_models_refuse_what_a_broken_normal_form_accepts(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, broken, before, after = BROKEN[how]
    with pytest.raises(Rejected):
        check(before, after)
    monkeypatch.setattr(Signs if hasattr(Signs, method) else Normalizer, method, broken)
    assert normal_form(before - after, VOCABULARY) == ()
    with pytest.raises(Rejected) as refusal:
        check(before, after)
    assert refusal.value.model


def test_the_models_refuse_what_a_normal_form_that_is_always_zero_accepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checker_module, "normal_form", lambda e, signature: ())
    with pytest.raises(Rejected) as refusal:
        check(a(i), a(j))
    assert "the sides are" in refusal.value.model


def test_a_lower_bound_is_tested_on_models_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker_module, "normal_form", lambda e, signature: ())
    too_much = AtLeast(Chain((s**2 - 1,), ()), sp.Integer(0), (Square((), sp.Integer(1), s),))
    with pytest.raises(Rejected) as refusal:
        Checker(VOCABULARY).check(too_much)
    assert refusal.value.model


# -- a broken evaluation -----------------------------------------------------------------------


def always(value: int) -> Callable[..., Any]:
    return lambda e, model, at: evaluation.Fraction(value)


def all_indices_agree(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda e, model, at: original(e, model, dict.fromkeys(at, 1))


FALSE_STEPS = {
    "free indices swapped": (M(i, j), M(j, i)),
    "a sign": (sum_over(a(m) ** 2, m), -sum_over(a(m) ** 2, m)),
    "a factor": (2 * s, 3 * s),
    "a lost sum": (sum_over(a(m), m), a(m)),
    "a moment": (E(entry("z", i) ** 4), sp.Integer(3) * E(entry("z", i) ** 2)),
}


@pytest.mark.parametrize("step", FALSE_STEPS)
def test_the_normal_form_refuses_what_a_blind_evaluation_accepts(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_test, "evaluate", always(0))
    with pytest.raises(Rejected) as refusal:
        check(*FALSE_STEPS[step])
    assert refusal.value.model == ""
    assert refusal.value.residue not in ("", "0")


def test_the_normal_form_refuses_what_an_evaluation_with_equal_indices_accepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_test, "evaluate", all_indices_agree(evaluation.evaluate))
    with pytest.raises(Rejected) as refusal:
        check(M(i, j), M(j, i))
    assert refusal.value.model == ""


def test_true_steps_are_refused_when_either_check_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    step = (sum_over(sp.KroneckerDelta(m, i) * a(m), m), a(i))
    check(*step)
    with monkeypatch.context() as patch:
        patch.setattr(Normalizer, "contraction", lambda self, monomial: None)
        with pytest.raises(Rejected):
            check(*step)
    with monkeypatch.context() as patch:
        patch.setattr(model_test, "evaluate", lambda e, model, at: evaluation.Fraction(hash(e) % 97))
        with pytest.raises(Rejected):
            check(*step)


# -- what the models must satisfy ----------------------------------------------------------------


def under(
    hypothesis: Assume, before: Term, after: Term, context: Term, signature: Signature = VOCABULARY
) -> Any:
    return Checker(signature).check(Chain((before, after), ((Rewrite(context, hypothesis),),)))


def test_a_contradictory_hypothesis_proves_nothing() -> None:
    zero_is_one = Assume("absurd", sp.Integer(0), sp.Integer(1))
    with pytest.raises(KernelError, match="do not satisfy hypothesis absurd"):
        under(zero_is_one, a(i), -a(i), -2 * a(i) * HOLE)


def test_hypotheses_that_contradict_each_other_prove_nothing() -> None:
    one, two = Assume("one", s, sp.Integer(1)), Assume("two", s, sp.Integer(2))
    both = Chain((sp.Integer(1), sp.Integer(2)), ((Rewrite(-HOLE, one), Rewrite(HOLE, two)),))
    with pytest.raises(KernelError, match="do not satisfy"):
        Checker(VOCABULARY).check(both)


def test_a_false_hypothesis_that_arrives_through_a_lemma_is_found() -> None:
    contradiction = Assume("p is negative", p, sp.Integer(-1))
    lemma = Chain((p + s, s - 1), ((Rewrite(HOLE + s, contradiction),),))
    with pytest.raises(KernelError, match="p is negative"):
        Checker(VOCABULARY).check(Chain((p, sp.Integer(-1)), ((Rewrite(HOLE, lemma),),)))


def test_a_hypothesis_stays_with_everything_that_rests_on_it() -> None:
    law = symbol("t", "D", law=Defined((m,), a(m) ** 2))
    signature = Signature(VOCABULARY.sizes, (*VOCABULARY.declarations, law))
    squares = Assume("t is u squared", entry("t", i), a(i) ** 2)
    lemma = Chain((entry("t", i) + 1, a(i) ** 2 + 1), ((Rewrite(HOLE + 1, squares),),))
    end = Chain((2 * entry("t", j), 2 * a(j) ** 2), ((Rewrite(2 * HOLE - 2, lemma, ((i, j),)),),))
    found = Checker(signature).check(end)
    assert {name for name, _, _ in found.hypotheses} == {"t is u squared"}


def test_the_law_of_a_symbol_is_no_hypothesis() -> None:
    zero = symbol("o", "D", law=Defined((m,), sp.Integer(0)))
    signature = Signature(VOCABULARY.sizes, (*VOCABULARY.declarations, zero))
    with pytest.raises(Rejected) as refusal:
        Checker(signature).check(Chain((entry("o", i), sp.Integer(0)), ((),)))
    assert refusal.value.model, "a symbol that no hypothesis mentions must be drawn freely"
