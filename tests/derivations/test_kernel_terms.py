"""The term language: what is refused as a term, and substitution that captures nothing.

SymPy simplifies while it builds terms, tells symbols of one name apart by their assumptions, and takes
almost anything for an expression; each of these was once a way around the kernel.
"""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from strategies import MODELS, VOCABULARY, closed_terms, i, j, k, m, n, signature, symbol

from derivations.kernel.checker import Checker
from derivations.kernel.evaluation import evaluate
from derivations.kernel.grammar import Grammar
from derivations.kernel.laws import Free, StandardNormal
from derivations.kernel.normal_form import normal_form
from derivations.kernel.numbers import equal
from derivations.kernel.rules import Assume, AtLeast, Chain, Instantiate, Rewrite
from derivations.kernel.signature import Declaration, Signature
from derivations.kernel.terms import (
    HOLE,
    E,
    KernelError,
    entry,
    free_indices,
    index,
    plug,
    product_over,
    size,
    substitute,
    sum_over,
)

Term = Any
s, p = entry("s"), entry("p")


def a(x: Term) -> Term:
    return entry("a", x)


def M(x: Term, y: Term) -> Term:
    return entry("M", x, y)


# -- what is no term -----------------------------------------------------------------------------

D = size("D")
NO_TERMS = {
    "a float": 0.5 * s,
    "a float that is whole": sp.Float(2) * s,
    "not a number": sp.nan,
    "infinity": sp.oo,
    "one over zero": sp.Integer(1) / sp.Integer(0),
    "pi": sp.pi,
    "a square root": sp.sqrt(p),
    "a symbolic power": p**s,
    "a power that is a size": p**D,
    "a power that is too large": p**1000,
    "an absolute value": sp.Abs(s),
    "a conjugate": sp.conjugate(a(i)),
    "a sine": sp.sin(s),
    "a piecewise function": sp.Piecewise((s, s > 0), (0, True)),
    "a maximum": sp.Max(s, p),
    "a derivative": sp.Derivative(s**2, s, evaluate=False),
    "an integral": sp.Integral(s, (s, 0, 1)),
    "a limit": sp.Limit(s, s, 0),
    "a substitution": sp.Subs(s**2, s, 1),
    "a relation": sp.Eq(s, p),
    "a truth value": sp.true,
    "a matrix entry": sp.MatrixSymbol("M", 2, 2)[0, 1],
    "a function": sp.Function("f")(s),
    "another function called E": sp.Function("E")(entry("z", i)),
    "a tuple": sp.Tuple(s, p),
    "an undeclared scalar": sp.Symbol("unheard", real=True),
    "an undeclared tensor": entry("unheard", i),
    "an index as a number": i * s,
    "a scalar with an index": entry("s", i),
    "a vector without its index": entry("a"),
    "a vector with two indices": M(i, j).subs(sp.IndexedBase("M"), sp.IndexedBase("a")),
    "an index of another sort": a(k),
    "indices of a matrix in the wrong order": entry("B", k, i),
    "a number as an index": sp.IndexedBase("a")[1],
    "a sum as an index": sp.IndexedBase("a")[i + 1],
    "an index of an unknown sort": sum_over(sp.Integer(1), index("q", "Q")),
    "a delta of two sorts": sp.KroneckerDelta(i, k),
    "a delta with a range": sp.KroneckerDelta(i, j, (1, 3)),
    "a delta with a number": sp.KroneckerDelta(i, 1),
    "a partial sum": sp.Sum(a(m), (m, 2, D)),
    "an empty sum": sp.Sum(a(m), (m, 1, 0)),
    "a sum up to another size": sp.Sum(a(m), (m, 1, size("K"))),
    "a sum up to a larger size": sp.Sum(a(m), (m, 1, D + 1)),
    "a sum up to an index": sp.Sum(a(m), (m, 1, i)),
    "a sum over a scalar": sp.Sum(s, (s, 1, D)),
    "a shadowed index": sum_over(a(m) * sum_over(a(m), m), m),
    "an index bound twice in one sum": sp.Sum(a(m), (m, 1, D), (m, 1, D)),
    "a product over two indices": product_over(product_over(M(m, n), m), n),
    "a shadowed index inside an expectation": sum_over(E(sum_over(entry("z", m), m)) * a(m), m),
    "a random entry outside an expectation": entry("z", i),
    "an expectation inside an expectation": E(entry("z", i) * E(entry("w", i))),
    "a scalar with other assumptions": sp.Symbol("s", positive=True),
    "a scalar called like a size": sp.Symbol("D", real=True),
    "a size in the place of a scalar": size("s"),
    "a scalar that does not commute": sp.Symbol("s", commutative=False),
    "a dummy scalar": sp.Dummy("s", real=True),
    "a tensor with other assumptions": sp.IndexedBase("a", positive=True)[i],
    "a tensor with a shape": sp.IndexedBase("a", shape=(D,))[i],
    "a dummy index": a(sp.Dummy("i:D", integer=True)),
    "an index that is even": a(sp.Symbol("i:D", even=True)),
    "an index with the label of a bound one": a(index("#0.00", "D")),
    "an index with the label of a fresh one": a(index("~1", "D")),
    "an index with an empty name": a(index("", "D")),
}


@pytest.mark.parametrize("what", NO_TERMS)
def test_no_term_is(what: str) -> None:
    with pytest.raises(KernelError):
        Grammar(VOCABULARY).check(NO_TERMS[what])
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(Chain((NO_TERMS[what], NO_TERMS[what]), ((),)))


@pytest.mark.parametrize(
    "thing", [None, "s", "1", b"s", 1, 0.5, True, [], {}, sp.Integer, object(), float("nan")]
)
def test_what_is_no_sympy_expression_is_refused_unread(thing: Any) -> None:
    for proof in (
        Chain((thing,), ()),
        Assume("h", thing, s),
        Assume("h", s, thing),
        Rewrite(thing, None),
        thing,
    ):
        with pytest.raises(KernelError):
            Checker(VOCABULARY).check(proof)


def test_the_hole_stands_in_contexts_only() -> None:
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(Chain((HOLE, HOLE), ((),)))
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(Chain((HOLE,), ()))
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(Assume("h", s, HOLE))


# -- declarations --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["I", "HOLE", "u", "i:D", "#0", "~1", "", "a b", "D", "2", 7, None])
def test_a_symbol_cannot_be_called(name: Any) -> None:
    with pytest.raises(KernelError, match="malformed signature"):
        Checker(signature(Declaration(name, (), Free())))


@pytest.mark.parametrize("name", ["I", "HOLE", "u", "k:K", "", "#", 3])
def test_a_size_cannot_be_called(name: Any) -> None:
    with pytest.raises(KernelError, match="malformed signature"):
        Checker(Signature(frozenset({name}), ()))


@pytest.mark.parametrize(
    "declared",
    [
        (symbol("x"), symbol("x", "D")),
        (symbol("x", "Q"),),
        (symbol("x", "D", symmetric=True),),
        (symbol("x", "D", "K", symmetric=True),),
        (symbol("x", law=StandardNormal()),),
        (symbol("x", "D", law=StandardNormal(), positive=True),),
        (symbol("x", "D", "D", law=StandardNormal(), symmetric=True),),
    ],
    ids=[
        "twice",
        "unknown slot",
        "vector",
        "rectangle",
        "random scalar",
        "positive noise",
        "symmetric noise",
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(declared: tuple[Declaration, ...]) -> None:
    with pytest.raises(KernelError, match="malformed signature"):
        Checker(signature(*declared))


# -- the names that once proved falsehoods ---------------------------------------------------------


def test_a_scalar_called_i_is_not_the_imaginary_unit() -> None:
    # It once gave s >= s + 1, with the square of the real number I counted as -1.
    with pytest.raises(KernelError):
        Checker(signature(symbol("s"), symbol("I"))).check(AtLeast(Chain((s,), ()), s + 1, ()))


def test_a_free_index_is_never_taken_for_a_bound_one() -> None:
    # sum_i M[i, #0.00] and the trace once had one normal form.
    strange = index("#0.00", "D")
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(AtLeast(Chain((sum_over(M(m, strange), m),), ()), sum_over(M(m, m), m), ()))


def test_two_symbols_of_one_name_cannot_be_told_apart_by_instantiation() -> None:
    # "scalar s = size s" once gave 5 = s.
    twins = Chain((s, size("s")), ((),))
    with pytest.raises(KernelError):
        Checker(signature(symbol("s"))).check(Instantiate(twins, "s", sp.Integer(5)))


# -- substitution ----------------------------------------------------------------------------------


def test_a_bound_index_does_not_capture_what_is_put_in() -> None:
    e = sum_over(M(m, i) * a(m), m)
    out = substitute(e, {i: m})
    assert free_indices(out) == {m}
    assert normal_form(out, VOCABULARY) == normal_form(sum_over(M(n, m) * a(n), n), VOCABULARY)


def test_a_scalar_is_replaced_by_a_term_without_capture() -> None:
    out = substitute(sum_over(s * a(m), m), {s: M(m, j)})
    assert normal_form(out, VOCABULARY) == normal_form(M(m, j) * sum_over(a(n), n), VOCABULARY)


def test_two_indices_are_swapped_at_once() -> None:
    assert substitute(M(i, j), {i: j, j: i}) == M(j, i)
    assert substitute(sum_over(M(m, i) * M(m, j), m), {i: j, j: m}) != M(j, m)


def test_a_bound_index_is_not_replaced() -> None:
    e = sum_over(a(m), m)
    assert substitute(e, {m: i}) == e


def test_an_entry_with_a_bound_index_is_not_replaced() -> None:
    e = a(m) * sum_over(a(m), m)
    assert substitute(e, {a(m): sp.Integer(1)}) == sum_over(a(m), m)


def test_a_fresh_name_avoids_those_in_use() -> None:
    dash = index("_m", "D")
    out = substitute(sum_over(M(m, i) * a(dash), m), {i: m})
    assert free_indices(out) == {m, dash}


@given(closed_terms())
def test_renaming_the_free_indices_commutes_with_evaluation(e: Term) -> None:
    other = index("other", "D")
    out = substitute(e, {i: j, j: other})
    for model in MODELS[:2]:
        places = {"i": 1, "j": 2, "other": model.sizes["D"]}
        at = {i: places["j"], j: places["other"], k: 1}
        renamed = {j: places["j"], other: places["other"], k: 1, i: places["i"]}
        assert equal(evaluate(e, model, at), evaluate(out, model, renamed))


def test_a_context_binds_the_indices_of_what_fills_it() -> None:
    assert plug(sum_over(a(m) * HOLE, m), a(m)) == sum_over(a(m) ** 2, m)


def test_a_context_that_binds_what_the_filling_binds_is_refused() -> None:
    inner = Chain((sum_over(a(m), m), sum_over(a(n), n)), ((),))
    context = sum_over(a(m) * HOLE, m)
    with pytest.raises(KernelError):
        Checker(VOCABULARY).check(Chain((s, s), ((Rewrite(context, inner),),)))
