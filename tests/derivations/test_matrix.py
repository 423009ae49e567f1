"""Matrix notation against NumPy: what a formula is lowered to has the value the formula says.

Expressions are built at random together with their value, which NumPy computes from the matrices and not
from the indices; the lowered term is evaluated entry by entry in a model that holds the same arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import signature

from derivations.kernel.evaluation import Model, evaluate
from derivations.kernel.grammar import Grammar
from derivations.kernel.numbers import approximate
from derivations.kernel.terms import free_indices, index
from derivations.matrix import (
    COLUMN,
    ROW,
    Coordinate,
    Exp,
    Identity,
    Imaginary,
    Index,
    Matrix,
    Named,
    ProductOver,
    SizeOf,
    SquaredNorm,
    SumOver,
    Tensor,
    Trace,
    Zero,
    lowered,
    tensors,
)
from derivations.matrix.base import as_matrix

SIZES = {"K": 2, "L": 3, "D": 4}
k, l = Index("k", "K"), Index("l", "L")

vector = Tensor("v", "v", rows="D")
square = Tensor("S", "S", rows="D", columns="D")
wide = Tensor("W", "W", rows="K", columns="D")
scalar = Tensor("c", "c")
family = Tensor("mu", r"\mu", ("K",), rows="D")
matrices = Tensor("A", "A", ("K",), rows="D", columns="D")
pairs = Tensor("g", "g", ("K", "L"))
TENSORS = (vector, square, wide, scalar, family, matrices, pairs)


def size_of(name: str) -> int:
    return SIZES.get(name, 1)


def drawn(tensor: Tensor, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(-4, 5, [SIZES[s] for s in tensor.declaration.slots]) / 4


ARRAYS = {t.name: drawn(t, rng) for rng in [np.random.default_rng(7)] for t in TENSORS}
SIGNATURE = signature(*(t.declaration for t in TENSORS), sizes="K L D")
MODEL = Model(
    SIZES,
    {
        name: {tuple(p + 1 for p in place): Fraction(float(x)) for place, x in np.ndenumerate(array)}
        for name, array in ARRAYS.items()
    },
)
BOUND = {"k": 0, "l": 0}


@dataclass(frozen=True)
class Pair:
    """An expression and its value, for each value of k and l: an array (K, L, rows, columns)."""

    expression: Matrix
    value: np.ndarray


def same(expression: Matrix, value: np.ndarray) -> Pair:
    """The expression with a value that does not depend on k and l."""
    shape = (size_of(expression.rows), size_of(expression.columns))
    return Pair(expression, np.broadcast_to(np.reshape(value, shape), (SIZES["K"], SIZES["L"], *shape)))


def of_k(expression: Matrix, values: np.ndarray) -> Pair:
    """The expression with one value for each k."""
    shape = (size_of(expression.rows), size_of(expression.columns))
    values = values.reshape(SIZES["K"], 1, *shape)
    return Pair(expression, np.broadcast_to(values, (SIZES["K"], SIZES["L"], *shape)))


LEAVES = (
    same(vector.alone, ARRAYS["v"]),
    same(square.alone, ARRAYS["S"]),
    same(wide.alone, ARRAYS["W"]),
    same(scalar.alone, ARRAYS["c"]),
    of_k(family[k], ARRAYS["mu"]),
    of_k(matrices[k], ARRAYS["A"]),
    Pair(pairs[k, l], ARRAYS["g"][:, :, None, None]),
    same(Identity("D"), np.eye(4)),
    same(Identity("K"), np.eye(2)),
    same(Zero("D"), np.zeros(4)),
    same(Zero("D", "K"), np.zeros((4, 2))),
    same(SizeOf("L"), np.array(3.0)),
    same(as_matrix(Fraction(-3, 2)), np.array(-1.5)),
)


def transposed(x: Pair) -> Pair:
    return Pair(x.expression.T, np.swapaxes(x.value, -1, -2))


def summed(x: Pair, over: Index) -> Pair:
    axis = 0 if over == k else 1
    value = np.broadcast_to(x.value.sum(axis=axis, keepdims=True), x.value.shape)
    return Pair(SumOver(over, x.expression), value)


@st.composite
def expressions(draw: Any, depth: int = 3) -> Pair:
    """A random expression of whatever shape its parts allow, with its value."""
    if depth == 0:
        return draw(st.sampled_from(LEAVES))
    x = draw(expressions(depth - 1))
    y = draw(expressions(depth - 1))
    e, f = x.expression, y.expression
    choices = [
        transposed(x),
        Pair(-e, -x.value),
        Pair(e / 3, x.value / 3),
        Pair(2 * e, 2 * x.value),
        Pair(Named("x", e), x.value),
        Pair(SquaredNorm(e), (x.value**2).sum(axis=(-1, -2), keepdims=True)),
        summed(x, draw(st.sampled_from([k, l]))),
    ]
    if e.rows == e.columns and not e.is_scalar:
        trace = np.trace(x.value, axis1=-2, axis2=-1)[..., None, None]
        choices += [Pair(Trace(e), trace), Pair(e @ e, x.value @ x.value)]
    if e.columns == f.rows:
        choices += [Pair(e @ f, x.value @ y.value)] * 3
    if e.rows == f.rows:
        choices += [Pair(e.T @ f, np.swapaxes(x.value, -1, -2) @ y.value)] * 2
    if (e.rows, e.columns) == (f.rows, f.columns):
        choices += [Pair(e + f, x.value + y.value), Pair(e - f, x.value - y.value)]
    if e.is_scalar or f.is_scalar:
        choices += [Pair(e * f, x.value * y.value)] * 2
    return draw(st.sampled_from(choices))


def value_of(e: Matrix, at: dict[str, int]) -> np.ndarray:
    """The lowered term at every row and column, with the author's indices at the values `at` (from 1)."""
    term = lowered(e)
    Grammar(SIGNATURE).check(term)
    outer = {i.symbol: at[i.name] for i in (k, l)}
    out = np.empty((size_of(e.rows), size_of(e.columns)), dtype=complex)
    for place in np.ndindex(out.shape):
        row = {index(ROW, e.rows): place[0] + 1} if e.rows != "1" else {}
        column = {index(COLUMN, e.columns): place[1] + 1} if e.columns != "1" else {}
        out[place] = complex(approximate(evaluate(term, MODEL, {**outer, **row, **column})))
    return out


@settings(max_examples=100)
@given(expressions())
def test_the_lowered_term_has_the_value_of_the_formula(x: Pair) -> None:
    at = {"k": 2, "l": 3}
    # Sums of a few hundred products of quarters: exact in both, up to the rounding of thirds.
    np.testing.assert_allclose(value_of(x.expression, at), x.value[1, 2], rtol=1e-9, atol=1e-9)


@settings(max_examples=60)
@given(expressions())
def test_only_rows_columns_and_subscripts_stay_free(x: Pair) -> None:
    allowed = {k.symbol, l.symbol}
    allowed |= {
        index(name, s) for name, s in ((ROW, x.expression.rows), (COLUMN, x.expression.columns)) if s != "1"
    }
    assert free_indices(lowered(x.expression)) <= allowed


# -- nodes that random expressions leave out -------------------------------------------------------


def test_exponential() -> None:
    e = Exp(vector.alone.T @ family[k] / 5)
    expected = np.exp(ARRAYS["v"] @ ARRAYS["mu"][1] / 5)
    np.testing.assert_allclose(value_of(e, {"k": 2, "l": 1}), [[expected]], rtol=1e-14)


def test_product_over_an_index() -> None:
    e = ProductOver(k, 1 + vector.alone.T @ family[k])
    np.testing.assert_allclose(value_of(e, {"k": 1, "l": 1}), [[np.prod(1 + ARRAYS["mu"] @ ARRAYS["v"])]])


def test_a_coordinate_is_an_entry() -> None:
    a = Index("a", "D")
    e = SumOver(a, Coordinate(square.alone @ vector.alone, a) * Coordinate(vector.alone, a))
    np.testing.assert_allclose(value_of(e, {"k": 1, "l": 1}), [[ARRAYS["v"] @ ARRAYS["S"].T @ ARRAYS["v"]]])


def test_the_imaginary_unit() -> None:
    np.testing.assert_allclose(value_of(Imaginary() * vector.alone, {"k": 1, "l": 1})[:, 0], 1j * ARRAYS["v"])


def test_a_sum_over_an_index_hides_the_index_outside() -> None:
    total = SumOver(k, family[k])
    e = SumOver(k, family[k] @ total.T)
    mean = ARRAYS["mu"].sum(axis=0)
    np.testing.assert_allclose(value_of(e, {"k": 1, "l": 1}), np.outer(mean, mean))


def test_a_double_sum_over_one_name_binds_the_inner_one() -> None:
    e = SumOver(k, SumOver(k, family[k]))
    np.testing.assert_allclose(value_of(e, {"k": 1, "l": 1})[:, 0], 2 * ARRAYS["mu"].sum(axis=0))


def test_all_tensors_of_an_expression_are_found() -> None:
    e = SumOver(k, Named("x", pairs[k, l] * (matrices[k] @ family[k])) + vector.alone)
    assert set(tensors(e)) == {"g", "A", "mu", "v"}


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: vector.alone @ vector.alone,
        lambda: square.alone @ wide.alone,
        lambda: vector.alone + vector.alone.T,
        lambda: vector.alone + 1,
        lambda: square.alone * square.alone,
        lambda: family.alone,
        lambda: family[l],
        lambda: vector[k],
        lambda: pairs[l, k],
        lambda: pairs[k],
        lambda: Trace(wide.alone),
        lambda: Trace(vector.alone),
        lambda: Exp(vector.alone),
        lambda: Coordinate(wide.alone, Index("a", "K")),
        lambda: Coordinate(vector.alone, k),
        lambda: vector.alone / 0,
    ],
    ids=[
        "vector times vector",
        "sizes that do not fit",
        "column plus row",
        "vector plus number",
        "matrix * matrix",
        "a family without subscript",
        "a subscript of another size",
        "a subscript too many",
        "subscripts in the wrong order",
        "a subscript too few",
        "trace of a rectangle",
        "trace of a vector",
        "exponential of a vector",
        "coordinate of a matrix",
        "coordinate over another size",
        "division by zero",
    ],
)
def test_shapes_that_do_not_fit_are_refused(wrong: Any) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        wrong()


@pytest.mark.parametrize("name", [ROW, COLUMN, "d1", "d2", "h0_00"])
def test_an_authors_index_is_not_taken_for_a_row_or_a_summation_index(name: str) -> None:
    """`S (v v_a)` is the vector S v times one coordinate of v, whatever that coordinate is called."""
    try:
        a = Index(name, "D")
        term = lowered(square.alone @ (vector.alone * Coordinate(vector.alone, a)))
    except ValueError:
        return  # a name that would be misread may be refused
    assert free_indices(term) == {a.symbol, index(ROW, "D")}
    assert a.symbol != index(ROW, "D")
    expected = (ARRAYS["S"] @ ARRAYS["v"])[2] * ARRAYS["v"][1]
    assert evaluate(term, MODEL, {a.symbol: 2, index(ROW, "D"): 3}) == pytest.approx(expected)


def test_a_trace_of_a_product_equals_that_of_the_product_in_the_other_order() -> None:
    one, other = Trace(wide.alone @ wide.alone.T), Trace(wide.alone.T @ wide.alone)
    assert sp.simplify(lowered(one) - lowered(other)) != 0, "SymPy alone does not see it"
    np.testing.assert_allclose(value_of(one, {"k": 1, "l": 1}), value_of(other, {"k": 1, "l": 1}))
