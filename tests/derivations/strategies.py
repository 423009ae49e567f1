"""Signatures, random models and random well-formed terms for the tests of the kernel.

The vocabulary has one tensor of every kind: free, positive, symmetric, a symmetric family, random. Terms
are built as an author might build them, so SymPy's automatic simplifications take part in the tests.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sympy as sp
from hypothesis import strategies as st

from derivations.kernel import models
from derivations.kernel.checker import Checker
from derivations.kernel.evaluation import Model
from derivations.kernel.laws import Free, StandardNormal
from derivations.kernel.rules import Chain
from derivations.kernel.signature import Declaration, Law, Signature
from derivations.kernel.terms import E, KernelError, entry, index, product_over, size, sum_over

Term = Any


def symbol(name: str, *slots: str, law: Law | None = None, **flags: bool) -> Declaration:
    """A declaration; free unless a law is given."""
    return Declaration(name, slots, law or Free(), **flags)


def signature(*declarations: Declaration, sizes: str = "D K", at_most: tuple = ()) -> Signature:
    """A signature over sizes named in one string."""
    return Signature(frozenset(sizes.split()), declarations, at_most)


def refuse(
    proof: Any, over: Signature | None = None, match: str | None = None, malformed: bool = False
) -> None:
    """Fail unless the proof is refused; `malformed` if it is refused because it is no proof at all."""
    with pytest.raises(KernelError, match=match) as refusal:
        Checker(over or VOCABULARY).check(proof)
    # Refused for its content, not because the test writes proofs wrongly.
    assert malformed or "malformed" not in str(refusal.value)


def reflexivity(e: Term) -> Chain:
    """The proof of e = e."""
    return Chain((e,), ())


i, j, m, n = (index(name, "D") for name in "ijmn")
k, l = index("k", "K"), index("l", "K")

VOCABULARY = signature(
    symbol("s"),
    symbol("p", positive=True),
    symbol("a", "D"),
    symbol("v", "K"),
    symbol("q", "D", positive=True),
    symbol("M", "D", "D"),
    symbol("S", "D", "D", symmetric=True),
    symbol("F", "K", "D", "D", symmetric=True),
    symbol("B", "D", "K"),
    symbol("z", "D", law=StandardNormal()),
    symbol("w", "D", law=StandardNormal()),
)
FREE = (i, j, k)
BOUND = tuple(index(f"{name}{number}", sort) for name, sort in (("d", "D"), ("c", "K")) for number in (1, 2))
CERTAIN = tuple(d for d in VOCABULARY if not d.random)


def model(seed: int, **sizes: int) -> Model:
    """A random model of the vocabulary."""
    return models.draw_model(random.Random(seed), sizes, VOCABULARY)


MODELS = tuple(model(seed, D=d, K=c) for seed, (d, c) in enumerate([(3, 2), (2, 3), (1, 2), (2, 1)]))


@st.composite
def closed_terms(draw: Any, depth: int = 3) -> Term:
    """A well-formed term over the vocabulary; its free indices are among i, j and k."""
    return _term(draw, FREE, depth)


def _term(draw: Any, scope: tuple[Term, ...], depth: int) -> Term:
    kinds = ["leaf", "leaf"]
    if depth > 0:
        kinds += ["add", "add", "multiply", "multiply", "sum", "sum", "square", "inverse", "exp", "product"]
        kinds += ["moment", "phase"]
    match draw(st.sampled_from(kinds)):
        case "leaf":
            return _leaf(draw, scope)
        case "add":
            return sp.Add(*(_term(draw, scope, depth - 1) for _ in range(2)))
        case "multiply":
            return sp.Mul(*(_term(draw, scope, depth - 1) for _ in range(2)))
        case "sum":
            bound = _unused(draw, scope)
            return sum_over(_term(draw, (*scope, bound), depth - 1), bound)
        case "square":
            return _term(draw, scope, depth - 2) ** 2
        case "inverse":
            return _positive(draw, scope) ** draw(st.sampled_from([-1, -2]))
        case "exp":
            return sp.exp(_certain(draw, scope) * _rational(draw))
        case "product":
            bound = _unused(draw, scope)
            inside = _certain(draw, (bound, *scope))
            return product_over(draw(st.sampled_from([inside, 1 + inside, sp.exp(inside)])), bound)
        case "moment":
            return E(
                sp.Mul(_leaf(draw, scope), *(_noise(draw, scope) for _ in range(draw(st.integers(1, 3)))))
            )
        case _:
            return E(sp.exp(sp.I * _certain(draw, scope) * _entry(draw, "z", scope)) * _leaf(draw, scope))


def _noise(draw: Any, scope: tuple[Term, ...]) -> Term:
    """Linear in the random tensors."""
    name = draw(st.sampled_from("zzw"))
    if draw(st.booleans()):
        return _entry(draw, name, scope)
    bound = _unused(draw, scope, "D")
    weight = draw(
        st.sampled_from([sp.Integer(1), entry("a", bound), sp.KroneckerDelta(bound, i), entry("M", i, bound)])
    )
    return sum_over(weight * entry(name, bound), bound)


def _leaf(draw: Any, scope: tuple[Term, ...]) -> Term:
    match draw(st.sampled_from(["number", "unit", "size", "delta", "entry", "entry", "entry"])):
        case "number":
            return _rational(draw)
        case "unit":
            return sp.I
        case "size":
            return size(draw(st.sampled_from("DK")))
        case "delta":
            first = draw(st.sampled_from(scope))
            return sp.KroneckerDelta(first, draw(st.sampled_from(_of_sort(scope, first))))
        case _:
            return _certain(draw, scope)


def _certain(draw: Any, scope: tuple[Term, ...]) -> Term:
    return _entry(draw, draw(st.sampled_from(CERTAIN)).name, scope)


def _positive(draw: Any, scope: tuple[Term, ...]) -> Term:
    choices = [entry("p"), size("K"), _entry(draw, "q", scope), entry("p") + _entry(draw, "q", scope)]
    return draw(st.sampled_from(choices)) * draw(st.sampled_from([1, sp.Rational(2, 3)]))


def _entry(draw: Any, name: str, scope: tuple[Term, ...]) -> Term:
    slots = VOCABULARY[name].slots
    return entry(
        name, *(draw(st.sampled_from([x for x in scope if x.name.endswith(f":{s}")])) for s in slots)
    )


def _rational(draw: Any) -> Term:
    return sp.Rational(draw(st.integers(-3, 3)), draw(st.integers(1, 3)))


def _of_sort(scope: tuple[Term, ...], like: Term) -> list[Term]:
    return [x for x in scope if x.name.split(":")[1] == like.name.split(":")[1]]


def _unused(draw: Any, scope: tuple[Term, ...], sort: str = "") -> Term:
    """An index that is not in scope; several sums of one term may use the same."""
    pool = [x for x in (*BOUND, m, n, l) if x not in scope and x.name.endswith(sort)]
    return draw(st.sampled_from(pool))


@contextmanager
def limited_to(seconds: int) -> Iterator[None]:
    """Raise TimeoutError if the block takes longer: a hang is a failure, not a wait."""

    def stop(signum: int, frame: object) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
